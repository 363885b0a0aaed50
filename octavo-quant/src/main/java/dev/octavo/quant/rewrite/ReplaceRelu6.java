package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Clip;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.Journal;
import dev.octavo.quant.recipe.PassOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;

/**
 * Puts Relu in the place of a Clip from 0 to an upper limit, which ties the channels' scales together.
 *
 * <pre>
 *   mode always:        Clip(0, L)     becomes     Relu
 *   mode rare:          the same, where at most a fraction {@code most} of the values exceed L
 *   mode per-channel:   Clip(0, L)     becomes     Relu -> Min(L, L, …, L)
 * </pre>
 *
 * <p>The first two change the outputs, and the journal says by how much. The third keeps them: the limits are constants, one
 * per channel, that can be scaled with their channels.
 *
 * <p>Source: Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019, section
 * 5.1, replaces always.
 */
public final class ReplaceRelu6 implements GraphPass {
    private static final String ALWAYS = "always";
    private static final String RARE = "rare";
    private static final String PER_CHANNEL = "per-channel";
    private static final double DEFAULT_MOST = 1e-3;

    private final String mode;
    private final double most;

    /** With the options of a recipe. */
    public ReplaceRelu6(PassOptions options) {
        options.knowing("mode", "most");
        mode = options.choice("mode", ALWAYS, List.of(ALWAYS, RARE, PER_CHANNEL));
        most = options.number("most", DEFAULT_MOST);
    }

    @Override
    public String name() {
        return "replace-relu6";
    }

    @Override
    public Keeps keeps() {
        return mode.equals(PER_CHANNEL) ? Keeps.OUTPUTS : Keeps.APPROXIMATELY;
    }

    @Override
    public void apply(Graph graph, Journal journal) {
        apply(graph, Witness.NONE, journal);
    }

    @Override
    public void apply(Graph graph, Witness witness, Journal journal) {
        List<Clip> limits = limits(graph, journal);
        if (limits.isEmpty()) {
            return;
        }
        Optional<Evidence> evidence =
                mode.equals(RARE) ? Optional.of(observe(graph, limits, witness)) : Optional.empty();
        Map<String, TensorType> types = mode.equals(PER_CHANNEL) ? witness.types(graph) : Map.of();
        Graph before = graph.copy();
        int changed = 0;
        for (Clip c : limits) {
            Optional<String> obstacle =
                    mode.equals(PER_CHANNEL) ? perChannel(graph, c, types) : evidence.flatMap(e -> frequent(c, e));
            if (obstacle.isPresent()) {
                journal.skipped(name(), c.node().label(), obstacle.get());
                continue;
            }
            if (!mode.equals(PER_CHANNEL)) {
                relu(graph, c);
            }
            changed++;
            journal.did(name(), c.node().label(), "no longer limits to " + c.high() + detail(c, evidence));
        }
        graph.removeUnusedConstants();
        if (changed > 0) {
            OptionalDouble drift = Drift.between(before, graph, witness);
            drift.ifPresent(d -> journal.did(
                    name(),
                    graph.name(),
                    String.format(Locale.ROOT, "outputs differ by at most %.2g of the largest", d)));
        }
    }

    private List<Clip> limits(Graph graph, Journal journal) {
        List<Clip> limits = new ArrayList<>();
        for (Node n : graph.nodes()) {
            if (!n.is("Clip")) {
                continue;
            }
            Optional<Clip> c = Clip.of(n);
            if (c.isEmpty()) {
                journal.skipped(name(), n.label(), "its limits are computed");
            } else if (c.get().low() != 0 || !(c.get().high() > 0)) {
                journal.skipped(name(), n.label(), "its lower limit is not 0");
            } else if (Float.isFinite(c.get().high())) {
                limits.add(c.get());
            }
        }
        return limits;
    }

    private static Evidence observe(Graph graph, List<Clip> limits, Witness witness) {
        TreeMap<String, Set<Integer>> values = new TreeMap<>();
        limits.forEach(c -> values.put(c.input().name(), Set.of()));
        return witness.observe(graph, new EvidenceRequest(values));
    }

    private Optional<String> frequent(Clip c, Evidence e) {
        double share = above(e.of(c.input().name()).histogram(), c.high());
        return share > most
                ? Optional.of(String.format(Locale.ROOT, "%.3g %% of its values exceed %s", 100 * share, c.high()))
                : Optional.empty();
    }

    private static String detail(Clip c, Optional<Evidence> e) {
        return e.map(x -> String.format(
                        Locale.ROOT,
                        ", which %.2g %% of its values exceeded",
                        100 * above(x.of(c.input().name()).histogram(), c.high())))
                .orElse("");
    }

    /* The share of the values in bins that lie above the limit. */
    static double above(DyadicHistogram h, double limit) {
        long[] positive = h.positive();
        double above = 0;
        for (int bin = (int) Math.min(positive.length, Math.ceil(limit / h.binWidth())); bin < positive.length; bin++) {
            above += positive[bin];
        }
        return h.count() == 0 ? 0 : above / h.count();
    }

    private static void relu(Graph graph, Clip c) {
        String output = c.node().output().name();
        Node relu = graph.insertBefore(
                c.node(),
                NodeSpec.of("Relu", c.node().name())
                        .inputs(c.input().name())
                        .outputs(graph.freshName(output + "_relu")));
        graph.takeOverOutput(c.node(), relu);
    }

    private static Optional<String> perChannel(Graph graph, Clip c, Map<String, TensorType> types) {
        Value in = c.input();
        Optional<Shape> shape =
                Optional.ofNullable(types.get(in.name())).or(in::type).map(TensorType::shape);
        if (shape.isEmpty() || shape.get().rank() < 2 || shape.get().dim(1) < 1) {
            return Optional.of("how many channels it has is not known");
        }
        long[] dims = new long[shape.get().rank()];
        java.util.Arrays.fill(dims, 1);
        dims[1] = shape.get().dim(1);
        float[] limits = new float[Math.toIntExact(dims[1])];
        java.util.Arrays.fill(limits, c.high());
        String output = c.node().output().name();
        Node relu = graph.insertBefore(
                c.node(),
                NodeSpec.of("Relu", c.node().name()).inputs(in.name()).outputs(graph.freshName(output + "_relu")));
        Value limit = graph.addConstant(graph.freshName(output + "_limits"), Tensor.ofFloats(Shape.of(dims), limits));
        Node least = graph.insertAfter(
                relu,
                NodeSpec.of("Min", c.node().name() + "_min")
                        .inputs(relu.output().name(), limit.name())
                        .outputs(graph.freshName(output + "_least")));
        graph.takeOverOutput(c.node(), least);
        return Optional.empty();
    }
}
