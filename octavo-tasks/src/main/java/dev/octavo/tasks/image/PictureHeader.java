package dev.octavo.tasks.image;

import dev.octavo.core.data.UnreadableSampleException;
import java.util.Arrays;

/**
 * What the first bytes of a picture file say, read before anything is decoded.
 *
 * @param format the kind of file, by its content and not by its name
 * @param width pixels per row
 * @param height rows
 * @param channels components per pixel; for PNG 0, since its reader knows better
 */
record PictureHeader(Format format, int width, int height, int channels) {
    /** The kinds of picture that are read. */
    enum Format {
        JPEG,
        PNG
    }

    /** More pixels than any photograph has; a file that claims more is broken or hostile. */
    static final long MOST_PIXELS = 100_000_000;

    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    static PictureHeader of(byte[] file, String name) throws UnreadableSampleException {
        PictureHeader header;
        if (file.length >= 24 && Arrays.equals(file, 0, 8, PNG, 0, 8)) {
            header = new PictureHeader(Format.PNG, u32(file, 16), u32(file, 20), 0);
        } else if (file.length >= 4 && u16(file, 0) == 0xffd8) {
            header = jpeg(file, name);
        } else {
            throw new UnreadableSampleException(name, "it is neither JPEG nor PNG", null);
        }
        long pixels = (long) header.width * header.height;
        if (header.width < 1 || header.height < 1 || pixels > MOST_PIXELS) {
            throw new UnreadableSampleException(
                    name,
                    "it claims "
                            + header.width
                            + "x"
                            + header.height
                            + " pixels, the limit is "
                            + MOST_PIXELS / 1_000_000
                            + " million",
                    null);
        }
        return header;
    }

    /** Walks the segments up to the frame header (SOF), which holds the size. */
    private static PictureHeader jpeg(byte[] file, String name) throws UnreadableSampleException {
        int at = 2;
        while (at + 4 <= file.length) {
            if (u8(file, at) != 0xff) {
                break;
            }
            int marker = u8(file, at + 1);
            if (marker == 0xff || marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
                at += marker == 0xff ? 1 : 2;
                continue;
            }
            if (JpegSegments.isFrame(marker) && at + 10 <= file.length) {
                return new PictureHeader(Format.JPEG, u16(file, at + 7), u16(file, at + 5), u8(file, at + 9));
            }
            if (marker == 0xd9 || marker == 0xda) {
                break;
            }
            at += 2 + u16(file, at + 2);
        }
        throw new UnreadableSampleException(name, "it has no JPEG frame header", null);
    }

    private static int u8(byte[] b, int at) {
        return b[at] & 0xff;
    }

    private static int u16(byte[] b, int at) {
        return u8(b, at) << 8 | u8(b, at + 1);
    }

    private static int u32(byte[] b, int at) {
        return u16(b, at) << 16 | u16(b, at + 2);
    }
}
