package dev.octavo.analysis.report;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.stat.ChannelStats;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.onnx.Fingerprint;
import dev.octavo.ort.EvidenceSweep;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.quant.target.Group;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** How the values and weights of a float network are distributed, in few numbers each. */
final class Distributions {
    private static final int BARS = 120;

    /* Among more channels than a chart has pixels nobody sees one: then each point stands for several. */
    private static final int CHANNELS = 256;

    /* More digits nobody sees in a chart, and they are most of a page of a thousand values. */
    private static final MathContext DIGITS = new MathContext(4);

    private final Evidence evidence;
    private final Map<String, float[]> weights = new HashMap<>();

    private Distributions(Graph graph, Evidence evidence) {
        this.evidence = evidence;
        for (Group g : Group.of(graph)) {
            Weighted.of(g.node())
                    .filter(w -> w.weight().constant().isPresent())
                    .ifPresent(w -> weights.put(g.output().name(), largest(w)));
        }
    }

    /** Of those of the values that the network has and computes; one sweep over the data. */
    static Distributions of(
            Graph graph, Collection<String> values, Dataset data, SweepOptions options, Progress progress) {
        Map<String, TensorType> types = OrtEngine.INSTANCE.inferTypes(graph);
        TreeMap<String, Set<Integer>> axes = new TreeMap<>();
        for (String v : values) {
            TensorType type = types.get(v);
            boolean there = graph.value(v).filter(x -> x.constant().isEmpty()).isPresent();
            if (there && type != null && type.dtype() == DType.FLOAT) {
                axes.put(v, channelAxis(graph.require(v), type.shape().rank()));
            }
        }
        return new Distributions(
                graph,
                EvidenceSweep.collect(graph, Fingerprint.of(graph), new EvidenceRequest(axes), data, options, progress)
                        .evidence());
    }

    /* As the layer that gives it says; else the second of [N, C, H, W], or the last of tokens and rows. */
    private static Set<Integer> channelAxis(Value value, int rank) {
        if (rank < 2) {
            return Set.of();
        }
        int axis =
                value.producer().flatMap(Weighted::of).map(Weighted::resultAxis).orElse(rank > 3 ? 1 : rank - 1);
        return Set.of(axis < 0 ? axis + rank : axis);
    }

    /** As a chart needs it. */
    static float rounded(float x) {
        return Float.isFinite(x) ? new BigDecimal(x).round(DIGITS).floatValue() : x;
    }

    private static float[] largest(Weighted w) {
        Tensor t = w.weight().constant().orElseThrow();
        int axis = w.outputAxis();
        int channels = Math.toIntExact(t.shape().dim(axis));
        long block = 1;
        for (int a = axis + 1; a < t.shape().rank(); a++) {
            block *= t.shape().dim(a);
        }
        float[] x = t.floats();
        float[] largest = new float[channels];
        for (int i = 0; i < x.length; i++) {
            int c = (int) (i / block % channels);
            largest[c] = Math.max(largest[c], Math.abs(x[i]));
        }
        return largest;
    }

    private interface OfChannel {
        float at(int channel);
    }

    /* So many channels in a row become one. */
    private static int together(int channels) {
        return Math.max(1, (channels + CHANNELS - 1) / CHANNELS);
    }

    /* Of several channels in a row the largest or the smallest. */
    private static List<Float> thinned(int channels, boolean most, OfChannel values) {
        int together = together(channels);
        List<Float> thinned = new ArrayList<>();
        for (int from = 0; from < channels; from += together) {
            float v = values.at(from);
            for (int c = from + 1; c < Math.min(channels, from + together); c++) {
                v = most ? Math.max(v, values.at(c)) : Math.min(v, values.at(c));
            }
            thinned.add(rounded(v));
        }
        return thinned;
    }

    /** The histogram of a value, coarse enough to draw. */
    Optional<ReportSite.Bars> histogram(String value) {
        return of(value).map(ValueEvidence::histogram).filter(h -> !h.isEmpty()).map(Distributions::bars);
    }

    private static ReportSite.Bars bars(DyadicHistogram h) {
        double low = Math.min(0, h.min());
        double high = Math.max(0, h.max());
        double width = high > low ? (high - low) / BARS : 1;
        long[] counts = new long[BARS];
        long[] positive = h.positive();
        long[] negative = h.negative();
        double bin = h.binWidth();
        for (int i = 0; i < positive.length; i++) {
            counts[bar((i + 0.5) * bin, low, width)] += positive[i];
        }
        for (int i = 0; i < negative.length; i++) {
            counts[bar(-(i + 0.5) * bin, low, width)] += negative[i];
        }
        counts[bar(0, low, width)] += h.zeros();
        return new ReportSite.Bars(
                low, width, java.util.Arrays.stream(counts).boxed().toList());
    }

    /** The share of a value's elements outside of a range, as finely as its histogram tells. */
    Optional<Double> outside(String value, double low, double high) {
        return of(value).map(ValueEvidence::histogram).filter(h -> !h.isEmpty()).map(h -> {
            long outside = h.zeros() > 0 && (low > 0 || high < 0) ? h.zeros() : 0;
            long[] positive = h.positive();
            long[] negative = h.negative();
            for (int i = 0; i < positive.length; i++) {
                double x = Math.min((i + 0.5) * h.binWidth(), h.max());
                outside += x > high || x < low ? positive[i] : 0;
            }
            for (int i = 0; i < negative.length; i++) {
                double x = Math.max(-(i + 0.5) * h.binWidth(), h.min());
                outside += x > high || x < low ? negative[i] : 0;
            }
            return (double) outside / h.count();
        });
    }

    private static int bar(double x, double low, double width) {
        return (int) Math.max(0, Math.min(BARS - 1, Math.floor((x - low) / width)));
    }

    /** The ranges of a value's channels; {@code before}, if given, is the same network before it was repaired. */
    Optional<ReportSite.Ranges> ranges(String value, Optional<Distributions> before) {
        return channels(value).map(c -> {
            Optional<ChannelStats> was =
                    before.flatMap(b -> b.channels(value)).filter(b -> b.channels() == c.channels());
            return new ReportSite.Ranges(
                    together(c.channels()),
                    low(c),
                    high(c),
                    was.map(Distributions::low).orElse(List.of()),
                    was.map(Distributions::high).orElse(List.of()));
        });
    }

    private static List<Float> low(ChannelStats c) {
        return thinned(c.channels(), false, c::min);
    }

    private static List<Float> high(ChannelStats c) {
        return thinned(c.channels(), true, c::max);
    }

    private Optional<ChannelStats> channels(String value) {
        return of(value).flatMap(e -> e.channels().values().stream().findFirst());
    }

    /** The weights that give a value; {@code before} as for {@link #ranges}. */
    Optional<ReportSite.Weights> weights(String value, Optional<Distributions> before) {
        return Optional.ofNullable(weights.get(value)).map(w -> {
            Optional<float[]> was = before.flatMap(b -> Optional.ofNullable(b.weights.get(value)))
                    .filter(b -> b.length == w.length);
            return new ReportSite.Weights(
                    together(w.length),
                    thinned(w.length, true, c -> w[c]),
                    was.map(b -> thinned(b.length, true, c -> b[c])).orElse(List.of()));
        });
    }

    private Optional<ValueEvidence> of(String value) {
        return Optional.ofNullable(evidence.values().get(value));
    }
}
