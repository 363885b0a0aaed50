package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.OpKind;
import dev.octavo.core.stat.ChannelStats;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.quant.channel.ChannelMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/** What is known of the channels of each value: mean, deviation and range. */
final class ChannelKnowledge {
    /* A range seen on pictures spans about so many deviations; one from statistics spans ±6. */
    private static final double DEVIATIONS_SEEN = 8;
    private static final double DEVIATIONS_COMPUTED = 12;

    private static final double LET_THROUGH = 0x1p-10;

    /** One channel of one value. */
    record Moments(double mean, double deviation, double low, double high) {
        /** E[x²]. */
        double power() {
            return mean * mean + deviation * deviation;
        }

        /** E[(x − E x)²]: correct-bias takes back what errors of weights do to the mean. */
        double variance() {
            return deviation * deviation;
        }

        /** Width of the range that a grid must cover; a grid covers 0 too. */
        double width() {
            return Math.max(0, high) - Math.min(0, low);
        }
    }

    private final Map<String, List<Moments>> values = new TreeMap<>();

    private ChannelKnowledge() {}

    /** Nothing is known. */
    static ChannelKnowledge none() {
        return new ChannelKnowledge();
    }

    /** What {@code witness} knows of whatever equalization asks about. */
    static ChannelKnowledge of(Graph graph, ChannelMap map, Witness witness) {
        TreeMap<String, Set<Integer>> axes = new TreeMap<>();
        for (ChannelMap.Step s : map.steps()) {
            if (s instanceof ChannelMap.Layer l) {
                if (l.weighted().input().constant().isEmpty()) {
                    axes.put(l.weighted().input().name(), Set.of(l.weighted().activationAxis()));
                }
                ask(axes, map, l.node().output());
            } else if (s instanceof ChannelMap.Limit l) {
                ask(axes, map, l.clip().input());
                ask(axes, map, l.node().output());
            }
        }
        for (Value v : graph.values()) {
            if (v.producer().isPresent() && isArithmetic(v)) {
                ask(axes, map, v);
            }
        }
        Evidence evidence = witness.channels(graph, new EvidenceRequest(axes));
        ChannelKnowledge known = new ChannelKnowledge();
        evidence.values().forEach((name, e) -> known.take(graph, name, e, evidence.samples() > 0));
        map.steps().forEach(s -> {
            if (s instanceof ChannelMap.Limit l) {
                known.floor(l);
            }
        });
        return known;
    }

    /*
     * A channel of which a limit lets next to nothing through counts as if it let through a little of what comes: else its
     * factor could be so small that its bias no longer fits 32 bits.
     */
    private void floor(ChannelMap.Limit l) {
        Optional<List<Moments>> before = of(l.clip().input().name(), l.from().length);
        Optional<List<Moments>> after = of(l.node().output().name(), l.to().length);
        if (before.isEmpty() || after.isEmpty()) {
            return;
        }
        Moments[] floored = new Moments[l.to().length];
        for (int c = 0; c < floored.length; c++) {
            Moments b = before.get().get(c);
            Moments a = after.get().get(c);
            double least = LET_THROUGH * Math.max(Math.abs(b.low()), Math.abs(b.high()));
            floored[c] = new Moments(
                    a.mean(),
                    Math.max(a.deviation(), least),
                    a.low(),
                    Math.max(a.high(), Math.min(least, l.clip().high())));
        }
        values.put(l.node().output().name(), List.of(floored));
    }

    private static boolean isArithmetic(Value v) {
        OpKind kind = OpCatalog.of(v.producer().orElseThrow()).kind();
        return kind == OpKind.ARITHMETIC || kind == OpKind.JOINS;
    }

    private static void ask(Map<String, Set<Integer>> axes, ChannelMap map, Value v) {
        axis(map, v.name()).ifPresent(a -> axes.putIfAbsent(v.name(), Set.of(a)));
    }

    /** The axis along which a value's channels change, if it is a single one. */
    static OptionalInt axis(ChannelMap map, String value) {
        ChannelMap.Channels c = map.labels().get(value);
        for (int a = 0; c != null && a < c.dims().size(); a++) {
            if (c.dims().get(a) > 1) {
                return c.along(a).isPresent() ? OptionalInt.of(a) : OptionalInt.empty();
            }
        }
        return OptionalInt.empty();
    }

    private void take(Graph graph, String name, ValueEvidence e, boolean fromData) {
        if (e.channels().isEmpty()) {
            return;
        }
        ChannelStats stats = e.channels().values().iterator().next();
        Optional<BatchNormStatistics> norm =
                BatchNormStatistics.of(graph, name).filter(b -> b.channels() == stats.channels());
        Moments[] all = new Moments[stats.channels()];
        for (int c = 0; c < all.length; c++) {
            double width = (double) stats.max(c) - stats.min(c);
            double deviation = norm.isPresent()
                    ? norm.get().deviation().get(c)
                    : width / (fromData ? DEVIATIONS_SEEN : DEVIATIONS_COMPUTED);
            all[c] = new Moments(stats.mean(c), deviation, stats.min(c), stats.max(c));
        }
        values.put(name, List.of(all));
    }

    /** The channels of a value, if so many are known. */
    Optional<List<Moments>> of(String value, int channels) {
        return Optional.ofNullable(values.get(value)).filter(m -> m.size() == channels);
    }

    boolean isEmpty() {
        return values.isEmpty();
    }
}
