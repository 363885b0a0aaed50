package dev.octavo.quant.refine;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.op.Gemm;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Site;
import dev.octavo.core.stat.ChannelStats;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.Journal;
import dev.octavo.quant.Memo;
import dev.octavo.quant.lower.Codes;
import dev.octavo.quant.lower.TapSums;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Takes back the shift that rounding weights gives to each output channel's mean.
 *
 * <pre>
 *   ε = Ŵ − W        δ[o] = Σ_i (Σ_k ε[o, i, k]) · E[x_i]        b[o] := b[o] − δ[o]
 * </pre>
 *
 * <p>E[x_i], the mean of input channel i, comes from the evidence, so no further pass over the data is
 * needed. With strides a transposed convolution's sum over k is divided by them. Zero padding is left out of account: at the border the true mean of the input is a little
 * smaller.
 *
 * <p>A plan says in its provenance that this was done; a second time would take the shift back twice and is refused in
 * the journal.
 *
 * <p>Source: Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction",
 * ICCV 2019, section 4.2 (there with means from batch normalisation).
 */
public final class CorrectBias {
    static final String NAME = "correct-bias";

    /** The shift of a node's output, as a key. */
    private record ShiftOf(Node node, Grid weight, ChannelStats input) {}

    private CorrectBias() {}

    /** The plan with corrected biases. Evidence needs the channel means of the inputs. */
    public static Plan apply(Graph graph, Plan plan, Evidence evidence, Journal journal) {
        return apply(graph, plan, evidence, journal, new Memo());
    }

    /** As {@link #apply(Graph, Plan, Evidence, Journal)}, with what was computed for other plans of the same graph. */
    public static Plan apply(Graph graph, Plan plan, Evidence evidence, Journal journal, Memo memo) {
        if (!plan.graphFingerprint().equals(evidence.graphFingerprint())) {
            throw new ModelException(
                    "the evidence and the plan are of two different graphs", "collect the evidence again");
        }
        if (plan.provenance().containsKey(NAME)) {
            journal.skipped(
                    NAME,
                    graph.name(),
                    "its biases are corrected already: " + plan.provenance().get(NAME));
            return plan;
        }
        Map<String, Tensor> corrected = new TreeMap<>();
        for (Node n : graph.nodes()) {
            Optional<Weighted> w = Weighted.of(n).filter(Weighted::hasConstantWeight);
            if (w.isEmpty()) {
                continue;
            }
            Optional<Grid> grid = plan.gridFor((Site.OfUse) Site.ofInput(n, Weighted.WEIGHT));
            if (grid.isEmpty()) {
                continue;
            }
            Optional<String> obstacle = obstacle(w.get(), plan, evidence);
            if (obstacle.isPresent()) {
                journal.skipped(NAME, n.label(), obstacle.get());
                continue;
            }
            String bias = w.get().bias().orElseThrow().name();
            Tensor now = plan.constants()
                    .getOrDefault(bias, w.get().bias().get().constant().orElseThrow());
            ChannelStats mean = means(w.get(), evidence).orElseThrow();
            double[] shift =
                    memo.of(new ShiftOf(n, grid.get(), mean), double[].class, () -> shift(w.get(), grid.get(), mean));
            corrected.put(bias, minus(now, shift));
            journal.did(NAME, n.label(), "by at most " + (float) largest(shift));
        }
        return corrected.isEmpty()
                ? plan
                : plan.withConstants(corrected).withProvenance(Map.of(NAME, "from the means of the evidence"));
    }

    /** Why a node's bias cannot take a correction at all. */
    static Optional<String> biasObstacle(Weighted w) {
        if (w.bias().isEmpty()) {
            return Optional.of("it has no bias");
        }
        if (w.bias().get().constant().isEmpty() || w.bias().get().uses().size() > 1) {
            return Optional.of("its bias is computed or shared with another node");
        }
        Shape weight = w.weight().constant().orElseThrow().shape();
        long outputs = weight.dim(w.outputAxis()) * (w.node().is("ConvTranspose") ? w.group() : 1);
        if (w.bias().get().constant().get().elements() != outputs) {
            return Optional.of("its bias is not one number per output channel");
        }
        if (w instanceof Gemm g && (g.alpha() != 1f || g.beta() != 1f)) {
            return Optional.of("it scales its product or its bias");
        }
        return Optional.empty();
    }

    private static Optional<String> obstacle(Weighted w, Plan plan, Evidence evidence) {
        Optional<String> own = biasObstacle(w);
        if (own.isPresent()) {
            return own;
        }
        if (means(w, evidence).isEmpty()) {
            return Optional.of("no channel means of its input were collected");
        }
        if (plan.constants().containsKey(w.weight().name())) {
            return Optional.of("its weight was changed by another refinement");
        }
        return Optional.empty();
    }

    private static Optional<ChannelStats> means(Weighted w, Evidence evidence) {
        ValueEvidence seen = evidence.values().get(w.input().name());
        return seen == null
                ? Optional.empty()
                : Optional.ofNullable(seen.channels().get(w.activationAxis()));
    }

    /* δ per output channel. */
    private static double[] shift(Weighted w, Grid grid, ChannelStats mean) {
        Tensor weight = w.weight().constant().orElseThrow();
        float[] error = Codes.snapped(weight, grid);
        float[] real = weight.floats();
        for (int i = 0; i < error.length; i++) {
            error[i] -= real[i];
        }
        double[] means = new double[mean.channels()];
        java.util.Arrays.setAll(means, mean::mean);
        return TapSums.of(w, error).sums(means);
    }

    private static Tensor minus(Tensor bias, double[] shift) {
        float[] b = bias.floats();
        for (int i = 0; i < b.length; i++) {
            b[i] -= (float) shift[i];
        }
        return Tensor.ofFloats(bias.shape(), b);
    }

    private static double largest(double[] shift) {
        double m = 0;
        for (double s : shift) {
            m = Math.max(m, Math.abs(s));
        }
        return m;
    }
}
