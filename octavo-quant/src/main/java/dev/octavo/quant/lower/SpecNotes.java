package dev.octavo.quant.lower;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Site;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What Q/DQ nodes cannot say of a grid, kept in the model's metadata: a line per site with bits,
 * sign and symmetry, such as {@code conv1/out=u6} or {@code w=s8 symmetric}.
 */
final class SpecNotes {
    private final TreeMap<String, String> lines = new TreeMap<>();

    void put(Site site, QuantSpec spec) {
        lines.put(site.toString(), (spec.signed() ? "s" : "u") + spec.bits() + (spec.symmetric() ? " symmetric" : ""));
    }

    void writeTo(Graph g) {
        if (lines.isEmpty()) {
            return;
        }
        StringBuilder b = new StringBuilder();
        lines.forEach((s, t) -> b.append(s).append('=').append(t).append('\n'));
        g.putMetadata(QdqNames.SPECS, b.toString());
    }

    static SpecNotes readFrom(Graph g) {
        SpecNotes n = new SpecNotes();
        for (String line : g.metadata().getOrDefault(QdqNames.SPECS, "").split("\n")) {
            int eq = line.lastIndexOf('=');
            if (eq > 0) {
                n.lines.put(line.substring(0, eq), line.substring(eq + 1));
            }
        }
        return n;
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** Whether anything is noted of the value or of a use of it. */
    boolean mentions(String value) {
        return about(value).findAny().isPresent();
    }

    /** Whether a width that ONNX has no type for is noted of the value or of a use of it. */
    boolean mentionsOddWidth(String value) {
        return about(value)
                .anyMatch(site -> of(Site.parse(site), OptionalInt.empty())
                        .filter(s -> !StorageTypes.isExact(s))
                        .isPresent());
    }

    private Stream<String> about(String value) {
        String uses = value + " -> ";
        return Stream.concat(
                Stream.of(value).filter(lines::containsKey),
                lines.tailMap(uses).keySet().stream().takeWhile(s -> s.startsWith(uses)));
    }

    Optional<QuantSpec> of(Site site, OptionalInt axis) {
        String line = lines.get(site.toString());
        if (line == null || !line.matches("[su]\\d{1,2}( symmetric)?")) {
            return Optional.empty();
        }
        String[] words = line.split(" ");
        return Optional.of(new QuantSpec(
                Integer.parseInt(words[0].substring(1)), words[0].startsWith("s"), words.length > 1, axis));
    }
}
