package dev.octavo.ort.cost;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Node;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.ort.OrtEngine;
import dev.octavo.quant.target.Group;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Measured costs by operator shape, kept on disk for this machine and this version of ONNX Runtime: a
 * shape that some network was measured with need not be measured again. A line reads {@code shape TAB
 * form TAB threads TAB microseconds}.
 */
final class CostBook {
    private final Path file;
    private final TreeMap<String, Double> micros = new TreeMap<>();
    private boolean changed;

    private CostBook(Path file) {
        this.file = file;
    }

    /** The book of this machine; empty if there is none yet or it cannot be read. */
    static CostBook open(Path folder) {
        CostBook book = new CostBook(folder.resolve("costs-" + machine() + ".tsv"));
        try {
            if (Files.isReadable(book.file)) {
                for (String line : Files.readAllLines(book.file)) {
                    int tab = line.lastIndexOf('\t');
                    if (tab > 0) {
                        book.micros.put(line.substring(0, tab), Double.parseDouble(line.substring(tab + 1)));
                    }
                }
            }
        } catch (IOException | NumberFormatException e) {
            // A book that cannot be read is a book to be written anew: costs are only remembered here.
            book.micros.clear();
        }
        return book;
    }

    /** What distinguishes machines: the processor's name, its number of cores, ONNX Runtime's version. */
    static String machine() {
        String cpu = System.getProperty("os.arch", "");
        try {
            Path info = Path.of("/proc/cpuinfo");
            if (Files.isReadable(info)) {
                cpu = Files.readAllLines(info).stream()
                        .filter(l -> l.startsWith("model name"))
                        .findFirst()
                        .orElse(cpu);
            }
        } catch (IOException e) {
            // The architecture alone then names the machine.
        }
        int cores = Runtime.getRuntime().availableProcessors();
        return Integer.toHexString(cpu.hashCode()) + "-" + cores + "-" + OrtEngine.version();
    }

    Optional<Double> get(String shape, String form, int threads) {
        return Optional.ofNullable(micros.get(shape + "\t" + form + "\t" + threads));
    }

    void put(String shape, String form, int threads, double time) {
        micros.put(shape + "\t" + form + "\t" + threads, Math.rint(time * 10) / 10);
        changed = true;
    }

    /** Writes the book if anything was added; a machine without a writable folder just measures each time. */
    void save() {
        if (!changed) {
            return;
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path aside = file.resolveSibling(
                    file.getFileName() + "." + ProcessHandle.current().pid());
            List<String> lines = new ArrayList<>();
            micros.forEach((k, v) -> lines.add(k + "\t" + v));
            Files.write(aside, lines);
            try {
                Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            changed = true;
        }
    }

    /** What decides how long a group takes: operators, attributes, shapes of everything it reads and gives. */
    static String shapeOf(Group g, Map<String, TensorType> types) {
        StringBuilder b = new StringBuilder(g.node().type());
        new TreeMap<>(g.node().attributes()).forEach((k, a) -> {
            if (!(a instanceof Attribute.Foreign) && !(a instanceof Attribute.Dense)) {
                b.append(' ').append(k).append('=').append(text(a));
            }
        });
        g.node().presentInputs().forEach(v -> b.append(' ').append(type(types.get(v.name()))));
        for (Node l : g.limits()) {
            b.append(" +").append(l.type());
        }
        return b.append(" > ").append(type(types.get(g.output().name()))).toString();
    }

    private static String text(Attribute a) {
        if (a instanceof Attribute.Int i) {
            return Long.toString(i.value());
        }
        if (a instanceof Attribute.Ints i) {
            return i.values().toString();
        }
        return a.toString();
    }

    private static String type(@org.jspecify.annotations.Nullable TensorType t) {
        return t == null ? "?" : t.dtype() + t.shape().toString();
    }
}
