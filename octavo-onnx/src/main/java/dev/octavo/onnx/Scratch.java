package dev.octavo.onnx;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files and folders that exist only while something else is being made. Their names carry the process's id, so that
 * what a killed process left behind is known for that and removed by the next one that writes to the same place. What
 * is left when this process ends in an orderly way, Ctrl-C included, is removed then.
 */
public final class Scratch {
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final String SUFFIX = ".part";
    private static final Pattern OWNER = Pattern.compile("\\.(\\d+)-\\d+\\Q" + SUFFIX + "\\E$");

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Scratch::removeAll, "octavo-scratch"));
    }

    private Scratch() {}

    /** A free name beside {@code target}, to be written and then moved there; what died there before is removed. */
    public static Path beside(Path target) throws IOException {
        removeStale(target);
        Path file = target.toAbsolutePath().resolveSibling(named(String.valueOf(target.getFileName())));
        OPEN.add(file);
        return file;
    }

    /** A new folder for temporary files; those of processes that died are removed. */
    public static Path folder(String prefix) throws IOException {
        Path place = Path.of(System.getProperty("java.io.tmpdir", "."), prefix);
        removeStale(place);
        Path folder = place.resolveSibling(named(prefix));
        OPEN.add(folder);
        return Files.createDirectory(folder);
    }

    /** Removes such a file, or a folder with all that is in it; one that was moved away is only forgotten. */
    public static void remove(Path scratch) throws IOException {
        OPEN.remove(scratch);
        if (!Files.isDirectory(scratch)) {
            Files.deleteIfExists(scratch);
            return;
        }
        List<Path> all;
        try (Stream<Path> found = Files.walk(scratch)) {
            all = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path p : all) {
            Files.deleteIfExists(p);
        }
    }

    /** Removes what processes that are no more left beside {@code target}. */
    public static void removeStale(Path target) throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return;
        }
        String name = String.valueOf(target.getFileName());
        DirectoryStream.Filter<Path> dead = p -> isOfTheDead(name, String.valueOf(p.getFileName()));
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, dead)) {
            for (Path p : found) {
                remove(p);
            }
        }
    }

    private static boolean isOfTheDead(String name, String candidate) {
        Matcher owner = OWNER.matcher(candidate);
        return candidate.startsWith(name)
                && owner.find()
                && owner.start() == name.length()
                && owner.group(1).length() < 19
                && ProcessHandle.of(Long.parseLong(owner.group(1))).isEmpty();
    }

    /** Removes everything of this process; whether nothing is left. */
    public static boolean removeAll() {
        boolean all = true;
        for (Path p : OPEN) {
            try {
                remove(p);
            } catch (IOException e) {
                all = false;
            }
        }
        return all;
    }

    private static String named(String what) {
        return what + "." + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet() + SUFFIX;
    }
}
