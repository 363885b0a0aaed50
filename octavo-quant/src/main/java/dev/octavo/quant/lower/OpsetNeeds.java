package dev.octavo.quant.lower;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which operator set a plan needs, and whether the graph's nodes mean the same there. QuantizeLinear
 * exists from opset 10, limits for Clip from 11, an axis from 13, and 16-bit types from 21.
 */
public final class OpsetNeeds {
    /* Operators whose meaning or form changed between the opset it stands under and the one before. */
    private static final SortedMap<Long, List<String>> BREAKS = new TreeMap<>(Map.of(
            7L, List.of("BatchNormalization", "Dropout", "Add", "Sub", "Mul", "Div", "Pow", "PRelu", "Gemm"),
            9L, List.of("BatchNormalization", "Upsample"),
            10L, List.of("Slice", "TopK", "Upsample", "Resize", "Dropout"),
            11L, List.of("Clip", "Pad", "Resize", "Gemm"),
            12L, List.of("Dropout"),
            13L, List.of("Softmax", "LogSoftmax", "Hardmax", "Squeeze", "Unsqueeze", "ReduceSum", "Split"),
            14L, List.of("BatchNormalization"),
            18L,
                    List.of(
                            "ReduceMean",
                            "ReduceMax",
                            "ReduceMin",
                            "ReduceProd",
                            "ReduceL1",
                            "ReduceL2",
                            "ReduceSumSquare",
                            "ReduceLogSum",
                            "ReduceLogSumExp",
                            "Split"),
            21L, List.of("GroupNormalization")));

    private OpsetNeeds() {}

    /** The least opset in which the plan can be written. */
    public static long needed(Plan plan) {
        long need = plan.grids().isEmpty() ? 1 : 10;
        for (Grid g : plan.grids().values()) {
            DType storage = StorageTypes.of(g.spec());
            if (storage == DType.INT16 || storage == DType.UINT16) {
                need = Math.max(need, 21);
            } else if (g.spec().isPerChannel()) {
                need = Math.max(need, 13);
            } else if (!StorageTypes.isExact(g.spec())) {
                need = Math.max(need, 11); // Clip with its limits as inputs
            }
        }
        return need;
    }

    /**
     * The opset to raise the graph to; empty if its own will do.
     *
     * @throws ModelException if a node would mean something else there
     */
    public static Optional<Long> check(Graph g, Plan plan) {
        long have = g.opset();
        long need = needed(plan);
        if (have >= need) {
            return Optional.empty();
        }
        for (Node n : g.nodes()) {
            for (Map.Entry<Long, List<String>> e : BREAKS.entrySet()) {
                if (n.domain().isEmpty()
                        && e.getKey() > have
                        && e.getKey() <= need
                        && e.getValue().contains(n.type())
                        && changes(n, e.getKey())) {
                    throw new ModelException(
                            "this plan needs ONNX opset " + need + ", the model has " + have + ", and " + n.type()
                                    + " '" + n.label() + "' changed its form in opset " + e.getKey(),
                            "export the model again with opset " + Math.max(17, need)
                                    + (need > 13 ? ", or use 8 bits" : ", or quantize weights per tensor"));
                }
            }
        }
        return Optional.of(need);
    }

    /* Some changes touch only forms that a node may not use. */
    private static boolean changes(Node n, long opset) {
        return switch (n.type()) {
            case "Split" ->
                opset == 13 ? n.attributes().containsKey("split") : n.input(1).isEmpty();
            case "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd" ->
                n.attributes().containsKey("axes");
            case "Dropout" -> n.attributes().containsKey("ratio") || opset < 12;
            case "BatchNormalization" -> opset < 14 || n.presentOutputs().size() > 1;
            case "Gemm" -> opset < 11;
            default -> true;
        };
    }
}
