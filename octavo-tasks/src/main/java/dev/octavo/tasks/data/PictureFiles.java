package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Picture files with random access, sorted by path; safe for several threads. */
interface PictureFiles extends AutoCloseable {
    /** A larger file is no picture that is worth decoding. */
    int LARGEST_FILE = 1 << 29;

    /**
     * A picture file.
     *
     * @param path from the root of the data, parts separated by {@code /}
     * @param size bytes
     * @param crc CRC-32 of the content where it is known without reading, else -1
     */
    record Entry(String path, long size, long crc) {
        /** The last part of the path. */
        String name() {
            return path.substring(path.lastIndexOf('/') + 1);
        }
    }

    /** What to call the whole in a message. */
    String name();

    /** The pictures, sorted by path. */
    List<Entry> entries();

    /** Files of other picture formats, which are not read. */
    List<String> otherPictures();

    /** The content of a picture. */
    byte[] read(Entry entry) throws IOException;

    @Override
    void close();

    /** Whether a path is worth a look: no hidden part, no macOS side file. */
    static boolean visible(String path) {
        for (String part : path.split("/", -1)) {
            if (part.startsWith(".") || part.equals("__MACOSX")) {
                return false;
            }
        }
        return !path.endsWith("/");
    }

    static boolean isPicture(String path) {
        return Set.of("jpg", "jpeg", "png").contains(extension(path));
    }

    static boolean isOtherPicture(String path) {
        return Set.of("bmp", "gif", "webp", "tif", "tiff", "ppm", "pgm", "heic", "avif", "jp2")
                .contains(extension(path));
    }

    private static String extension(String path) {
        return path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    static ModelException unreadable(String name, Exception e) {
        return new ModelException(name + " cannot be read: " + e.getMessage(), "check that it is complete", e);
    }
}
