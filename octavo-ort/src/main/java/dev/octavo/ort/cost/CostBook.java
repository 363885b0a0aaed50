package dev.octavo.ort.cost;

import dev.octavo.ort.OrtEngine;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What was measured on this machine with this version of ONNX Runtime, kept on disk: what operators of
 * some shape cost, and where integers paid in some network. A line reads {@code key TAB value}.
 *
 * <p>The book is only a memory. One that is missing, damaged or in a folder that cannot be written is as
 * good as an empty one: things are measured again. Several processes may write at once; each adds its
 * lines to what the others wrote, and readers never see half a file.
 */
final class CostBook {
    /* Within one process a file lock is refused, not waited for; so the process takes turns first. */
    private static final Object TURN = new Object();

    /* Behind a number that is to be measured again. */
    private static final String DISTURBED = "?";

    private final Path file;
    private final TreeMap<String, String> known;
    private final TreeMap<String, String> added = new TreeMap<>();

    private CostBook(Path file) {
        this.file = file;
        this.known = new TreeMap<>(read(file));
    }

    /** The book of this machine; empty if there is none yet or it cannot be read. */
    static CostBook open(Path folder) {
        return new CostBook(folder.resolve("costs-" + machine() + ".tsv"));
    }

    /** What distinguishes machines: the processor's name, its number of cores, ONNX Runtime's version. */
    static String machine() {
        String cpu = System.getProperty("os.arch", "");
        try {
            Path info = Path.of("/proc/cpuinfo");
            if (Files.isReadable(info)) {
                cpu = Files.readAllLines(info).stream()
                        .filter(l -> l.startsWith("model name") || l.startsWith("flags"))
                        .limit(2)
                        .reduce("", String::concat);
            }
        } catch (IOException e) {
            // The architecture alone then names the machine.
        }
        int cores = Runtime.getRuntime().availableProcessors();
        return Integer.toHexString(cpu.hashCode()) + "-" + cores + "-" + OrtEngine.version();
    }

    /** What is written under a key. */
    Optional<String> text(String key) {
        return Optional.ofNullable(known.get(key));
    }

    /** Everything that something is written under. */
    Stream<String> keys() {
        return known.keySet().stream();
    }

    /** Writes something under a key, neither with tabs nor line ends. */
    void put(String key, String text) {
        if ((key + text).chars().anyMatch(c -> c == '\t' || c == '\n' || c == '\r')) {
            throw new IllegalArgumentException("tabs and line ends separate entries: " + key);
        }
        known.put(key, text);
        added.put(key, text);
    }

    /** Microseconds of something in some form with some number of threads, settled or not. */
    OptionalDouble micros(String what, String form, int threads) {
        String text = known.get(key(what, form, threads));
        text = text != null && text.endsWith(DISTURBED) ? text.substring(0, text.length() - 1) : text;
        try {
            double micros = text == null ? Double.NaN : Double.parseDouble(text);
            return micros >= 0 && micros < 1e12 ? OptionalDouble.of(micros) : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }

    /** Microseconds that were measured while nobody disturbed. */
    OptionalDouble settledMicros(String what, String form, int threads) {
        boolean disturbed = known.getOrDefault(key(what, form, threads), "").endsWith(DISTURBED);
        return disturbed ? OptionalDouble.empty() : micros(what, form, threads);
    }

    /** Notes microseconds, to the nanosecond; {@code settled} if they were measured while nobody disturbed. */
    void putMicros(String what, String form, int threads, double micros, boolean settled) {
        put(key(what, form, threads), String.format(Locale.ROOT, "%.3f", micros) + (settled ? "" : DISTURBED));
    }

    private static String key(String what, String form, int threads) {
        return form + "*" + threads + " " + what;
    }

    /** Adds what is new to the file; without a writable folder nothing is remembered. */
    void save() {
        if (added.isEmpty()) {
            return;
        }
        synchronized (TURN) {
            try {
                Files.createDirectories(file.toAbsolutePath().getParent());
                Path lock = file.resolveSibling(file.getFileName() + ".lock");
                try (FileChannel c = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        var held = c.lock()) {
                    if (held.isValid()) {
                        merge();
                    }
                }
                added.clear();
            } catch (IOException e) {
                // The next command measures again.
                return;
            }
        }
    }

    private void merge() throws IOException {
        TreeMap<String, String> all = new TreeMap<>(read(file));
        all.putAll(added);
        List<String> lines = new ArrayList<>();
        all.forEach((k, v) -> lines.add(k + "\t" + v));
        Path aside = file.resolveSibling(
                file.getFileName() + "." + ProcessHandle.current().pid());
        try {
            Files.write(aside, lines);
            try {
                Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(aside);
        }
    }

    /* Lines that are none are passed over, and so is a file that holds no text. */
    private static SortedMap<String, String> read(Path file) {
        TreeMap<String, String> lines = new TreeMap<>();
        try {
            if (Files.isRegularFile(file)) {
                for (String line : Files.readAllLines(file)) {
                    int tab = line.indexOf('\t');
                    if (tab > 0 && line.indexOf('\t', tab + 1) < 0) {
                        lines.put(line.substring(0, tab), line.substring(tab + 1));
                    }
                }
            }
        } catch (IOException e) {
            lines.clear();
        }
        return lines;
    }
}
