package dev.octavo.tasks.image;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The segments of a JPEG file before its first scan, rewritten so that ImageIO decodes to the colours
 * that libjpeg and so Pillow give.
 *
 * <p>ImageIO differs in two points. It converts by an embedded colour profile; networks are trained on
 * pictures that were read without. And where neither a JFIF nor an Adobe segment states the colour
 * space, it takes three unsubsampled components not numbered 1 to 3 for RGB; libjpeg takes them for
 * YCbCr unless they are numbered 'R', 'G', 'B'.
 */
final class JpegSegments {
    private static final int APP0 = 0xe0;
    private static final int APP2 = 0xe2;
    private static final int APP14 = 0xee;
    private static final int SCAN = 0xda;

    /** JFIF 1.1, one dot per dot, no thumbnail. */
    private static final byte[] JFIF = {
        (byte) 0xff, (byte) APP0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0
    };

    private record Segment(int from, int length) {}

    private final byte[] file;
    private final List<Segment> dropped = new ArrayList<>();
    private int droppedBytes;
    private boolean stated;

    private JpegSegments(byte[] file) {
        this.file = file;
    }

    /** The file itself when there is nothing to change. */
    static byte[] forImageIo(byte[] file) {
        JpegSegments segments = new JpegSegments(file);
        segments.read();
        return segments.rewritten();
    }

    private void read() {
        int at = 2;
        while (at + 4 <= file.length && u8(at) == 0xff) {
            int marker = u8(at + 1);
            if (marker == 0xff) {
                at++;
                continue;
            }
            int length = 2 + (u8(at + 2) << 8 | u8(at + 3));
            // Something out of the ordinary: the rest stays as it is.
            if (marker < 0xc0 || marker == SCAN || length < 4 || at + length > file.length) {
                return;
            }
            boolean jfif = marker == APP0 && holds(at + 4, "JFIF\0");
            stated |= jfif || (marker == APP14 && holds(at + 4, "Adobe")) || (isFrame(marker) && saysRgb(at));
            if (marker == APP2 || (marker == APP0 && !jfif)) {
                dropped.add(new Segment(at, length));
                droppedBytes += length;
            }
            at += length;
        }
    }

    private byte[] rewritten() {
        if (stated && dropped.isEmpty()) {
            return file;
        }
        byte[] out = new byte[file.length - droppedBytes + (stated ? 0 : JFIF.length)];
        System.arraycopy(file, 0, out, 0, 2);
        int to = 2;
        if (!stated) {
            System.arraycopy(JFIF, 0, out, to, JFIF.length);
            to += JFIF.length;
        }
        int from = 2;
        for (Segment gap : dropped) {
            System.arraycopy(file, from, out, to, gap.from - from);
            to += gap.from - from;
            from = gap.from + gap.length;
        }
        System.arraycopy(file, from, out, to, file.length - from);
        return out;
    }

    /** Whether a marker is a frame header; 0xc4, 0xc8 and 0xcc among them are something else. */
    static boolean isFrame(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    /** Whether the components of the frame at {@code at} are numbered by letters. */
    private boolean saysRgb(int at) {
        return at + 17 < file.length && u8(at + 10) == 'R' && u8(at + 13) == 'G' && u8(at + 16) == 'B';
    }

    private boolean holds(int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < bytes.length; i++) {
            if (at + i >= file.length || file[at + i] != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    private int u8(int at) {
        return file[at] & 0xff;
    }
}
