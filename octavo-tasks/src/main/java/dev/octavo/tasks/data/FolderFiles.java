package dev.octavo.tasks.data;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The pictures below a folder.
 *
 * @param root the folder
 * @param entries sorted by path
 * @param otherPictures files of formats that are not read
 */
record FolderFiles(Path root, List<Entry> entries, List<String> otherPictures) implements PictureFiles {
    static FolderFiles of(Path root) {
        List<Entry> entries = new ArrayList<>();
        List<String> others = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : (Iterable<Path>) walk::iterator) {
                String path = root.relativize(file).toString().replace(File.separatorChar, '/');
                if (!PictureFiles.visible(path) || !Files.isRegularFile(file)) {
                    continue;
                }
                if (PictureFiles.isPicture(path)) {
                    entries.add(new Entry(path, Files.size(file), -1));
                } else if (PictureFiles.isOtherPicture(path)) {
                    others.add(path);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            throw PictureFiles.unreadable(root.toString(), e);
        }
        entries.sort(Comparator.comparing(Entry::path));
        others.sort(Comparator.naturalOrder());
        return new FolderFiles(root, List.copyOf(entries), List.copyOf(others));
    }

    @Override
    public String name() {
        return root.toString();
    }

    @Override
    public byte[] read(Entry entry) throws IOException {
        try (InputStream in = Files.newInputStream(root.resolve(entry.path()))) {
            return in.readNBytes(LARGEST_FILE);
        }
    }

    @Override
    public void close() {}
}
