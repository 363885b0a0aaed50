package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.MatMul;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.channel.ChannelMap;
import dev.octavo.quant.channel.ChannelScaling;
import java.util.Arrays;
import java.util.Optional;

/**
 * Writes limits that have become different from channel to channel, in the cheapest form that is exact.
 *
 * <pre>
 *   all alike:                       y -> Clip(0, T)
 *   behind a layer with a bias:      y + d -> Clip(0, T) -> Add(-d) -> Relu        d_c = T − L_c, in the bias
 *   elsewhere:                       y -> Clip(0, T) -> Min(L)
 * </pre>
 *
 * <p>The second form shifts each channel until its own limit lies at T, where the integer grid ends and saturates, and
 * shifts it back. All of it has integer kernels; Min has none.
 */
final class LimitForms {
    private static final double ALIKE = 1e-6;
    private static final long LIMITS_AS_INPUTS = 11;

    /** What a limit became. */
    enum Form {
        SAME,
        COMMON,
        SHIFTED,
        LEAST
    }

    private LimitForms() {}

    /** Why a limit cannot be written anew; empty if it can. */
    static Optional<String> obstacle(Graph graph) {
        return graph.opset() < LIMITS_AS_INPUTS
                ? Optional.of("before opset 11 limits are attributes, the same for all channels")
                : Optional.empty();
    }

    /** Writes a limit for channels divided by {@code s}; the layers are scaled already. */
    static Form write(Graph graph, LimitPlan plan, double[] s) {
        ChannelMap.Limit limit = plan.limit();
        double top = plan.top(s);
        double[] own = new double[limit.from().length];
        Arrays.setAll(own, i -> Math.min(top, plan.own(s, i)));
        boolean alike = plan.isCommon() || Arrays.stream(own).allMatch(l -> Math.abs(l - top) <= ALIKE * top);
        if (alike && Math.abs(top - limit.clip().high()) <= ALIKE * top) {
            return Form.SAME;
        }
        Optional<Weighted> layer = alike ? Optional.empty() : shiftable(graph, limit);
        double[] shift = new double[own.length];
        Arrays.setAll(shift, i -> top - own[i]);
        layer.ifPresent(w -> ChannelScaling.shift(graph, w, shift));
        layer.ifPresent(w -> BatchNormStatistics.of(graph, w.node().output().name())
                .ifPresent(b -> b.shifted(shift).put(graph, w.node().output().name())));
        Node old = limit.node();
        String name = old.output().name();
        Node clip = graph.insertBefore(
                old,
                NodeSpec.of("Clip", old.name())
                        .inputs(
                                limit.clip().input().name(),
                                Float.isFinite(limit.clip().low()) ? scalar(graph, name + "_low", 0) : "",
                                scalar(graph, name + "_high", (float) top))
                        .outputs(graph.freshName(name + "_common")));
        if (alike) {
            graph.takeOverOutput(old, clip);
            return Form.COMMON;
        }
        if (layer.isPresent()) {
            Arrays.setAll(shift, i -> -shift[i]);
            Node back = after(graph, clip, "Add", name + "_back", constant(graph, name + "_shift", limit, shift));
            Node relu = graph.insertAfter(
                    back,
                    NodeSpec.of("Relu", old.name() + "_relu")
                            .inputs(back.output().name())
                            .outputs(graph.freshName(name + "_relu")));
            graph.takeOverOutput(old, relu);
            return Form.SHIFTED;
        }
        Node least = after(graph, clip, "Min", name + "_least", constant(graph, name + "_limits", limit, own));
        graph.takeOverOutput(old, least);
        return Form.LEAST;
    }

    private static Node after(Graph graph, Node before, String type, String output, Value constant) {
        return graph.insertAfter(
                before,
                NodeSpec.of(type, before.name() + "_" + type.toLowerCase(java.util.Locale.ROOT))
                        .inputs(before.output().name(), constant.name())
                        .outputs(graph.freshName(output)));
    }

    /* The layer whose bias can take the shift: nothing but this limit reads it. */
    private static Optional<Weighted> shiftable(Graph graph, ChannelMap.Limit limit) {
        Value y = limit.clip().input();
        return y.producer()
                .flatMap(Weighted::of)
                .filter(w -> !(w instanceof MatMul) && limit.clip().low() == 0)
                .filter(w -> ChannelScaling.obstacle(w).isEmpty())
                .filter(w -> y.uses().size() == 1 && !y.isGraphOutput())
                .filter(w -> ChannelScaling.outputs(w) == limit.from().length
                        && limit.dims()
                                        .get(Math.floorMod(
                                                w.resultAxis(), limit.dims().size()))
                                == limit.from().length)
                .filter(w -> graph.opset() >= LIMITS_AS_INPUTS);
    }

    private static String scalar(Graph graph, String stem, float x) {
        return graph.addConstant(graph.freshName(stem), Tensor.ofFloats(Shape.SCALAR, x))
                .name();
    }

    private static Value constant(Graph graph, String stem, ChannelMap.Limit limit, double[] x) {
        float[] f = new float[x.length];
        for (int i = 0; i < f.length; i++) {
            f[i] = (float) x[i];
        }
        long[] dims = limit.dims().stream().mapToLong(d -> d).toArray();
        return graph.addConstant(graph.freshName(stem), Tensor.ofFloats(Shape.of(dims), f));
    }
}
