package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The pictures in a zip file or in a folder inside it, which stays open; nothing is unpacked to disk. */
final class ZipFiles implements PictureFiles {
    private final String name;
    private final ZipFile zip;
    private final String inside;
    private final List<Entry> entries;
    private final List<String> others;

    private ZipFiles(String name, ZipFile zip, String inside) {
        this.name = name;
        this.zip = zip;
        this.inside = inside;
        List<Entry> pictures = new ArrayList<>();
        Set<String> other = new TreeSet<>();
        Set<String> seen = new TreeSet<>();
        for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
            ZipEntry entry = all.nextElement();
            if (!entry.getName().startsWith(inside)) {
                continue;
            }
            String path = entry.getName().substring(inside.length());
            if (!PictureFiles.visible(path) || !seen.add(path)) {
                continue;
            }
            if (PictureFiles.isPicture(path)) {
                pictures.add(new Entry(path, entry.getSize(), entry.getCrc()));
            } else if (PictureFiles.isOtherPicture(path)) {
                other.add(path);
            }
        }
        pictures.sort(Comparator.comparing(Entry::path));
        entries = List.copyOf(pictures);
        others = List.copyOf(other);
    }

    static ZipFiles of(Path file) {
        return of(file, "");
    }

    /** @param inside a folder in the zip, empty or with a slash at its end; paths begin behind it */
    static ZipFiles of(Path file, String inside) {
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile());
        } catch (IOException | IllegalArgumentException e) {
            throw new ModelException(
                    file + " is not a readable zip: " + e.getMessage(), "check that it is complete", e);
        }
        try {
            return new ZipFiles(file + (inside.isEmpty() ? "" : "/" + inside), zip, inside);
        } catch (RuntimeException e) {
            closeQuietly(zip);
            throw PictureFiles.unreadable(file.toString(), e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Entry> entries() {
        return entries;
    }

    @Override
    public List<String> otherPictures() {
        return others;
    }

    @Override
    public byte[] read(Entry entry) throws IOException {
        ZipEntry found = zip.getEntry(inside + entry.path());
        if (found == null) {
            throw new IOException("the zip does not find it under its own name");
        }
        try (InputStream in = zip.getInputStream(found)) {
            return in.readNBytes(LARGEST_FILE);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        closeQuietly(zip);
    }

    private static void closeQuietly(ZipFile zip) {
        try {
            zip.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
