package dev.octavo.analysis.check;

import dev.octavo.analysis.check.CheckReport.Shared;
import dev.octavo.analysis.check.Finding.Kind;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.rewrite.SteadyValue;
import dev.octavo.quant.target.Group;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which weights and constants several operators read: modules that are called more than once. */
final class SharedModules {
    private static final double NOTE = 10;
    private static final double PER_BIT = 5;
    private static final int LARGE = 16;

    private final Subject s;
    private final Map<Node, Group> groupOf = new HashMap<>();

    private SharedModules(Subject s) {
        this.s = s;
        for (Group g : s.groups()) {
            groupOf.put(g.node(), g);
            g.limits().forEach(l -> groupOf.put(l, g));
        }
    }

    static Section<Shared> of(Subject s) {
        return new SharedModules(s).look();
    }

    private Section<Shared> look() {
        Map<Tensor, Set<Value>> same = new LinkedHashMap<>();
        List<Set<Value>> alone = new ArrayList<>();
        for (Value v : s.graph().values()) {
            Optional<Tensor> t = v.isGraphInput() ? Optional.empty() : v.constant();
            if (t.filter(SharedModules::isParameter).isEmpty()) {
                continue;
            }
            if (t.get().elements() >= LARGE) {
                same.computeIfAbsent(t.get(), k -> new LinkedHashSet<>()).add(v);
            } else {
                alone.add(Set.of(v));
            }
        }
        alone.addAll(same.values());
        // A weight and its bias have the same readers, and are one module.
        Map<List<Node>, List<String>> modules = new LinkedHashMap<>();
        for (Set<Value> values : alone) {
            Set<Node> readers = new LinkedHashSet<>();
            Set<String> roles = new LinkedHashSet<>();
            for (Value v : values) {
                for (Use u : SteadyValue.readers(v)) {
                    readers.add(u.node());
                    roles.add(u.node().type() + " " + u.input());
                }
            }
            // Read in several roles it is a value that flows, not the parameter of a module.
            if (readers.size() > 1 && roles.size() == 1) {
                List<String> names = modules.computeIfAbsent(List.copyOf(readers), k -> new ArrayList<>());
                values.forEach(v -> names.add(v.name()));
            }
        }
        List<Shared> rows = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        modules.forEach((readers, names) -> {
            List<Value> gives = readers.stream().map(this::output).toList();
            Shared row = new Shared(
                    names,
                    readers.stream().map(Node::label).toList(),
                    gives.stream().map(this::text).toList());
            rows.add(row);
            findings.add(finding(row, gives));
        });
        return new Section<>(rows, findings);
    }

    /* Several numbers that are not all alike; zeros and ones are the same by chance. */
    private static boolean isParameter(Tensor t) {
        if (t.dtype() != DType.FLOAT || t.elements() < 2) {
            return false;
        }
        float[] v = t.floats();
        for (float x : v) {
            if (x != v[0]) {
                return true;
            }
        }
        return false;
    }

    private Value output(Node n) {
        Group g = groupOf.get(n);
        return g != null && g.node() == n ? g.output() : n.output();
    }

    private String text(Value v) {
        return v.name() + " " + s.decided().given(v).map(Decided::dtype).orElse("float")
                + s.range(v).map(i -> " " + i).orElse("");
    }

    private Finding finding(Shared row, List<Value> gives) {
        // The widest first, for the others take its grid.
        List<Value> quantized = gives.stream()
                .filter(v -> s.decided().given(v).isPresent())
                .distinct()
                .sorted(Comparator.comparingDouble(
                        (Value v) -> -s.range(v).map(Interval::span).orElse(0.0)))
                .toList();
        List<Double> spans = quantized.stream()
                .map(s::range)
                .flatMap(Optional::stream)
                .map(Interval::span)
                .filter(x -> x > 0)
                .toList();
        double bits = spans.size() < 2
                ? 0
                : Math.log(spans.stream().mapToDouble(d -> d).max().getAsDouble()
                                / spans.stream().mapToDouble(d -> d).min().getAsDouble())
                        / Math.log(2);
        Map<String, Object> numbers = new LinkedHashMap<>(Finding.numbers("calls", row.calls()));
        if (spans.size() > 1) {
            numbers.put("bitsBetweenCalls", bits);
        }
        return new Finding(
                Kind.SHARED,
                String.join(", ", row.values()),
                "it is called " + row.calls() + " times: " + String.join(", ", row.readers()),
                numbers,
                quantized.size() < 2
                        ? "its calls run in float or give floats here; hardware that quantizes a module once would tie"
                                + " their ranges"
                        : "in ONNX each call gives a value with a grid of its own, so nothing is lost here. Hardware that has"
                                + " one grid per module ties them, and the calls with smaller ranges lose up to "
                                + (spans.size() < 2
                                        ? "what their ranges differ by, which data tell"
                                        : String.format(java.util.Locale.ROOT, "%.1f bits", bits)),
                quantized.size() < 2
                        ? List.of("model: give each call a module of its own, if the hardware ties them")
                        : List.of(
                                sameAs(quantized),
                                "model: give each call a module of its own, if the hardware ties them"),
                NOTE + PER_BIT * Math.min(4, bits));
    }

    private static String sameAs(List<Value> values) {
        StringBuilder b = new StringBuilder("plan: { same-as: { ");
        for (int i = 1; i < values.size(); i++) {
            b.append(i == 1 ? "" : ", ")
                    .append(Subject.quoted(values.get(i).name()))
                    .append(": ")
                    .append(Subject.quoted(values.get(0).name()));
        }
        return b.append(" } }").toString();
    }
}
