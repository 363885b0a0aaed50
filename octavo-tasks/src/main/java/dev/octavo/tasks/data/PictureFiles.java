package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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

        /** The name without its extension: how annotations name a picture. */
        String stem() {
            String name = name();
            int dot = name.lastIndexOf('.');
            return dot < 0 ? name : name.substring(0, dot);
        }
    }

    /**
     * The pictures in a folder, in a zip, or in a folder inside a zip ({@code set.zip/images}).
     *
     * @throws ModelException when there is no such thing
     */
    static PictureFiles open(Path path) {
        if (Files.isDirectory(path)) {
            return FolderFiles.of(path);
        }
        if (Files.exists(path)) {
            return ZipFiles.of(path);
        }
        Path zip =
                insideZip(path).orElseThrow(() -> new ModelException("there is no data at " + path, "check the path"));
        PictureFiles files = ZipFiles.of(zip, zip.relativize(path).toString().replace(File.separatorChar, '/') + "/");
        if (files.entries().isEmpty() && files.otherPictures().isEmpty()) {
            files.close();
            throw new ModelException(
                    "there are no pictures in the folder " + zip.relativize(path) + " of " + zip, "check the path");
        }
        return files;
    }

    /** The zip file that a path leads into, if it does. */
    static Optional<Path> insideZip(Path path) {
        for (Path p = path.getParent(); p != null; p = p.getParent()) {
            if (Files.exists(p)) {
                return Files.isRegularFile(p) && Datasets.extension(p).equals("zip")
                        ? Optional.of(p)
                        : Optional.empty();
            }
        }
        return Optional.empty();
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
