package dev.octavo.ort.cost;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.ort.OrtStopwatch;
import dev.octavo.ort.OrtStopwatch.Effort;
import dev.octavo.ort.OrtStopwatch.Profile;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.Placement;
import dev.octavo.quant.target.SchemeOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds what the groups and borders of one network cost with each number of threads: from the book, or
 * else from profiles, which it then writes into the book.
 */
final class CostMeter {
    static final String FLOAT = "float";
    static final String INTEGER = "integer";
    private static final String QUANTIZE = "quantize";
    private static final String DEQUANTIZE = "dequantize";
    private static final Effort ALONE = new Effort(1, 10, 60);
    /* Two threads meet at barriers, and where they wait is luck: more sessions. */
    private static final Effort TOGETHER = new Effort(2, 6, 40);
    private static final Effort BORDERS_ONLY = new Effort(1, 8, 40);

    private final Variant variant;
    private final SchemeOptions scheme;
    private final CostBook book;
    private final int[] threads;
    private final Map<String, Tensor> inputs;
    private final List<MeasuredCosts> costs = new ArrayList<>();
    private final List<Set<String>> bordersSeen = new ArrayList<>();
    private final Set<MeasuredCosts> disturbed = new HashSet<>();

    CostMeter(Variant variant, SchemeOptions scheme, CostBook book, int[] threads, Map<String, Tensor> inputs) {
        this.variant = variant;
        this.scheme = scheme;
        this.book = book;
        this.threads = threads.clone();
        this.inputs = inputs;
    }

    /** Measures or remembers everything in float and everything given in integers; costs per number of threads. */
    List<MeasuredCosts> measure(List<Group> everything) {
        for (int t : threads) {
            costs.add(new MeasuredCosts(variant.types(), BorderProbe.costs(book, t)));
            bordersSeen.add(new HashSet<>());
        }
        boolean known = true;
        for (int i = 0; i < threads.length; i++) {
            boolean floats = recall(i, FLOAT, variant.groups());
            boolean integers = recall(i, INTEGER, everything);
            known = known && floats && integers;
            recallBorders(i);
        }
        if (!known) {
            profile(List.of(), FLOAT);
            profile(everything, INTEGER);
        }
        return List.copyOf(costs);
    }

    /** What was measured with those numbers of threads that nobody disturbed; with one thread if there is none. */
    List<MeasuredCosts> settled() {
        List<MeasuredCosts> sound =
                costs.stream().filter(c -> !disturbed.contains(c)).toList();
        return sound.isEmpty() ? costs.subList(0, 1) : sound;
    }

    /**
     * Learns the borders of a placement from its profile, unless all of them are known.
     *
     * @return whether anything was learned
     */
    boolean learn(List<Group> integer) {
        Set<Node> nodes = new HashSet<>();
        integer.forEach(g -> {
            nodes.add(g.node());
            nodes.addAll(g.limits());
        });
        boolean known = variant.graph().values().stream()
                .filter(v -> v.constant().isEmpty() && Placement.isBorder(v, nodes))
                .allMatch(v -> bordersSeen.stream().allMatch(seen -> seen.contains(border(v, nodes))));
        if (!known) {
            profile(integer, "");
        }
        return !known;
    }

    private static String border(Value v, Set<Node> integer) {
        return (v.producer().filter(integer::contains).isPresent() ? DEQUANTIZE : QUANTIZE) + " " + v.name();
    }

    private boolean recall(int i, String form, List<Group> groups) {
        boolean all = true;
        for (Group g : groups) {
            OptionalDouble micros = book.settledMicros(Shapes.of(g, variant.types()), form, threads[i]);
            all &= micros.isPresent();
            if (micros.isPresent()) {
                put(i, form, g, micros.getAsDouble());
            }
        }
        return all;
    }

    private void put(int i, String form, Group g, double micros) {
        if (form.equals(FLOAT)) {
            costs.get(i).putFloat(g, micros);
        } else {
            costs.get(i).putIntegers(g, micros);
        }
    }

    private void recallBorders(int i) {
        for (Value v : variant.graph().values()) {
            String shape = Shapes.of(v, variant.types());
            book.settledMicros(shape, QUANTIZE, threads[i]).ifPresent(m -> putBorder(i, v.name(), true, m));
            book.settledMicros(shape, DEQUANTIZE, threads[i]).ifPresent(m -> putBorder(i, v.name(), false, m));
        }
    }

    private void putBorder(int i, String value, boolean quantizes, double micros) {
        bordersSeen.get(i).add((quantizes ? QUANTIZE : DEQUANTIZE) + " " + value);
        if (quantizes) {
            costs.get(i).putQuantize(value, micros);
        } else {
            costs.get(i).putDequantize(value, micros);
        }
    }

    /* The groups' own costs are taken from the two pure profiles alone; a mixed one gives borders. */
    private void profile(List<Group> integer, String form) {
        Graph lowered = RoughLowering.of(variant.graph(), integer, scheme);
        Optional<Graph> optimized = Optional.empty();
        List<Group> timed = form.equals(FLOAT) ? variant.groups() : integer;
        for (int i = 0; i < threads.length; i++) {
            Effort effort = form.isEmpty() ? BORDERS_ONLY : threads[i] == 1 ? ALONE : TOGETHER;
            Profile p = OrtStopwatch.profile(lowered, optimized, threads[i], inputs, effort);
            optimized = Optional.of(p.optimized());
            Attribution seen = Attribution.of(p, variant.groups());
            if (!p.settled() && !form.isEmpty()) {
                disturbed.add(costs.get(i));
            }
            if (!form.isEmpty()) {
                note(i, form, timed, seen, p.settled());
            }
            noteBorders(i, seen, p.settled());
        }
    }

    private void note(int i, String form, List<Group> timed, Attribution seen, boolean settled) {
        Map<String, List<Double>> byShape = new TreeMap<>();
        for (Group g : timed) {
            put(i, form, g, seen.micros(g));
            byShape.computeIfAbsent(Shapes.of(g, variant.types()), k -> new ArrayList<>())
                    .add(seen.micros(g));
        }
        byShape.forEach((shape, all) -> book.putMicros(shape, form, threads[i], average(all), settled));
    }

    private void noteBorders(int i, Attribution seen, boolean settled) {
        Map<String, List<Double>> quantize = new HashMap<>();
        Map<String, List<Double>> dequantize = new HashMap<>();
        for (Value v : variant.graph().values()) {
            String shape = Shapes.of(v, variant.types());
            seen.quantize(v.name()).ifPresent(m -> {
                putBorder(i, v.name(), true, m);
                quantize.computeIfAbsent(shape, k -> new ArrayList<>()).add(m);
            });
            seen.dequantize(v.name()).ifPresent(m -> {
                putBorder(i, v.name(), false, m);
                dequantize.computeIfAbsent(shape, k -> new ArrayList<>()).add(m);
            });
        }
        quantize.forEach((shape, all) -> book.putMicros(shape, QUANTIZE, threads[i], average(all), settled));
        dequantize.forEach((shape, all) -> book.putMicros(shape, DEQUANTIZE, threads[i], average(all), settled));
    }

    private static double average(List<Double> all) {
        return all.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }
}
