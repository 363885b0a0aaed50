package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Gemm;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.stat.ChannelStats;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.Journal;
import dev.octavo.quant.lower.TapSums;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.PassOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Clips weights to a range, and takes back the shift that this gives to each output channel's mean.
 *
 * <pre>
 *   Ŵ = min(max(W, low), high)        b[o] := b[o] − Σ_i (Σ_k (Ŵ − W)[o, i, k]) · E[x_i]
 * </pre>
 *
 * <p>A few outlying weights no longer decide the grid of all the others. Changes what the network computes, and much
 * where the outliers matter: without the second line it mostly ruins it.
 *
 * <p>Source: Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019, section
 * 5.2, where it is the simple way beside equalization.
 */
public final class ClipWeights implements GraphPass {
    /** The name of this pass. */
    public static final String NAME = "clip-weights";

    private static final double FAR = 15;

    private final float low;
    private final float high;
    private final boolean keepMeans;
    private final List<Glob> on;

    /**
     * A pass with its options.
     *
     * @param options {@code range}: the two ends, or one number for both signs (default 15); {@code keep-means}: whether
     *     biases take back the shift of the means (default yes); {@code on}: which nodes (default all)
     */
    public ClipWeights(PassOptions options) {
        options.knowing("range", "keep-means", "on");
        List<Double> range = options.numbers("range").orElse(List.of(FAR));
        double end = range.get(range.size() - 1);
        this.low = (float) (range.size() == 1 ? -end : range.get(0));
        this.high = (float) end;
        if (range.size() > 2 || !(low <= 0 && high >= 0 && low < high)) {
            throw new IllegalArgumentException(
                    "range is " + range + ", two numbers around 0 or one for both signs are expected");
        }
        this.keepMeans = options.flag("keep-means", true);
        this.on = options.globs("on");
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Keeps keeps() {
        return Keeps.APPROXIMATELY;
    }

    /** A node with weights out of range. */
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere, and large
    private record Place(Weighted weighted, float[] clipped, int count, float largest) {}

    @Override
    public void apply(Graph graph, Journal journal) {
        apply(graph, places(graph, journal), Optional.empty(), journal);
    }

    @Override
    public void apply(Graph graph, Witness witness, Journal journal) {
        List<Place> places = places(graph, journal);
        EvidenceRequest wanted = needs(places);
        Optional<Evidence> evidence =
                keepMeans && !wanted.axes().isEmpty() ? Optional.of(witness.observe(graph, wanted)) : Optional.empty();
        apply(graph, places, evidence, journal);
    }

    private void apply(Graph graph, List<Place> places, Optional<Evidence> evidence, Journal journal) {
        for (Place p : places) {
            Weighted w = p.weighted();
            Tensor real = w.weight().constant().orElseThrow();
            boolean kept = evidence.isPresent() && canCorrect(w);
            if (kept) {
                correct(graph, p, real, evidence.get());
            }
            graph.replaceConstant(w.weight(), Tensor.ofFloats(real.shape(), p.clipped()));
            journal.did(
                    NAME,
                    w.node().label(),
                    "clipped " + p.count() + " of " + real.elements() + " weights, the largest of " + p.largest()
                            + (kept ? "; the means of its outputs stay" : "; the means of its outputs move"));
        }
    }

    private List<Place> places(Graph graph, Journal journal) {
        List<Place> places = new ArrayList<>();
        for (Node n : graph.nodes()) {
            Optional<Weighted> w = Weighted.of(n)
                    .filter(x -> x.weight()
                            .constant()
                            .filter(t -> t.dtype() == DType.FLOAT)
                            .isPresent());
            if (w.isEmpty() || on.stream().noneMatch(g -> g.matches(n.name()))) {
                continue;
            }
            Optional<Place> place = place(w.get());
            Value weight = w.get().weight();
            if (place.isEmpty()) {
                journal.skipped(NAME, n.label(), "all its weights lie within [" + low + ", " + high + "]");
            } else if (weight.uses().stream().map(Use::node).distinct().count() > 1 || weight.isGraphOutput()) {
                journal.skipped(NAME, n.label(), "its weight is shared with another node, or an output of the network");
            } else {
                places.add(place.get());
            }
        }
        return places;
    }

    private Optional<Place> place(Weighted w) {
        float[] v = w.weight().constant().orElseThrow().floats();
        int count = 0;
        float largest = 0;
        for (int i = 0; i < v.length; i++) {
            float c = Math.max(low, Math.min(high, v[i]));
            if (c != v[i]) {
                count++;
                largest = Math.abs(v[i]) > Math.abs(largest) ? v[i] : largest;
                v[i] = c;
            }
        }
        return count == 0 ? Optional.empty() : Optional.of(new Place(w, v, count, largest));
    }

    private static EvidenceRequest needs(List<Place> places) {
        Map<String, Set<Integer>> axes = new TreeMap<>();
        for (Place p : places) {
            if (canCorrect(p.weighted())) {
                axes.computeIfAbsent(p.weighted().input().name(), k -> new TreeSet<>())
                        .add(p.weighted().activationAxis());
            }
        }
        return new EvidenceRequest(new TreeMap<>(axes));
    }

    private static boolean canCorrect(Weighted w) {
        return w.input().constant().isEmpty()
                && !(w instanceof Gemm g && (g.alpha() != 1f || g.beta() != 1f))
                && w.bias()
                        .filter(b -> b.constant()
                                        .filter(t -> t.dtype() == DType.FLOAT
                                                && t.shape().rank() == 1)
                                        .isPresent()
                                && b.uses().size() == 1
                                && !b.isGraphOutput())
                        .isPresent();
    }

    private static void correct(Graph graph, Place p, Tensor real, Evidence evidence) {
        Weighted w = p.weighted();
        float[] error = p.clipped().clone();
        float[] before = real.floats();
        for (int i = 0; i < error.length; i++) {
            error[i] -= before[i];
        }
        ChannelStats seen = evidence.of(w.input().name()).channels().get(w.activationAxis());
        if (seen == null) {
            throw new IllegalStateException("no channel means of " + w.input().name() + " came back");
        }
        double[] means = new double[seen.channels()];
        java.util.Arrays.setAll(means, seen::mean);
        double[] shift = TapSums.of(w, error).sums(means);
        Value bias = w.bias().orElseThrow();
        float[] b = bias.constant().orElseThrow().floats();
        for (int o = 0; o < b.length; o++) {
            b[o] -= (float) shift[o];
        }
        graph.replaceConstant(
                bias, Tensor.ofFloats(bias.constant().orElseThrow().shape(), b));
    }
}
