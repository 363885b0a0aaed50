package dev.octavo.ort;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How long some threads of this process were ready to run and had no core: what the scheduler of Linux counts of every
 * thread. A run of a network during which nobody waited took as long as it takes on a machine of one's own, however busy
 * this one is.
 *
 * <p>Elsewhere, and where {@code /proc} is hidden, nothing is known.
 */
final class CoreWait implements AutoCloseable {
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final String COUNTS = "schedstat";
    private static final int LONGEST_LINE = 80;

    private final List<RandomAccessFile> files = new ArrayList<>();
    private final byte[] line = new byte[LONGEST_LINE];
    private boolean known;

    private CoreWait() {}

    /** The threads that this process has now, by their ids; empty if they cannot be listed. */
    static Set<String> threads() {
        Set<String> ids = new HashSet<>();
        if (Files.isDirectory(TASKS)) {
            try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
                tasks.forEach(t -> ids.add(String.valueOf(t.getFileName())));
            } catch (IOException e) {
                ids.clear();
            }
        }
        return ids;
    }

    /** Watches the calling thread and those that this process has started since {@code before} was listed. */
    static CoreWait ofCallerAndSince(Set<String> before) {
        CoreWait w = new CoreWait();
        Set<String> watched = threads();
        watched.removeAll(before);
        try {
            w.files.add(new RandomAccessFile("/proc/thread-self/" + COUNTS, "r"));
            for (String id : watched) {
                Path counts = TASKS.resolve(id).resolve(COUNTS);
                if (Files.isReadable(counts)) {
                    w.files.add(new RandomAccessFile(counts.toFile(), "r"));
                }
            }
            w.known = true;
        } catch (IOException e) {
            w.known = false;
        }
        return w;
    }

    /** Nanoseconds that the threads have waited for a core so far, all together; empty if that is not known. */
    OptionalLong nanos() {
        long sum = 0;
        for (RandomAccessFile f : files) {
            try {
                f.seek(0);
                int n = f.read(line);
                // time on a core, time waiting for one, number of turns
                String[] counts = new String(line, 0, Math.max(0, n), StandardCharsets.US_ASCII).split(" ", -1);
                sum += Long.parseLong(counts[1]);
            } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
                // A thread that has ended waits no more; a file that reads otherwise is not what is meant here.
                known &= f != files.get(0);
            }
        }
        return known ? OptionalLong.of(sum) : OptionalLong.empty();
    }

    @Override
    public void close() {
        for (RandomAccessFile f : files) {
            try {
                f.close();
            } catch (IOException e) {
                throw new IllegalStateException("a file that was only read cannot be closed", e);
            }
        }
    }
}
