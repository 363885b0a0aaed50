package dev.octavo.core.op;

import static dev.octavo.core.op.OpKind.ARITHMETIC;
import static dev.octavo.core.op.OpKind.COMPUTES;
import static dev.octavo.core.op.OpKind.JOINS;
import static dev.octavo.core.op.OpKind.KEEPS_FLOAT;
import static dev.octavo.core.op.OpKind.LIMITS;
import static dev.octavo.core.op.OpKind.PASSES_THROUGH;

import dev.octavo.core.graph.Node;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The operators that Octavo knows, a visible list. Any other operator keeps float. */
public final class OpCatalog {
    private static final Map<String, Op> OPS = new TreeMap<>();

    static {
        add(COMPUTES, Set.of(0, 1, 2), "Conv", "ConvTranspose", "Gemm");
        add(COMPUTES, Set.of(0, 1), "MatMul");
        add(ARITHMETIC, Set.of(0, 1), "Add", "Sub", "Mul", "Div");
        add(ARITHMETIC, Set.of(0), "AveragePool", "GlobalAveragePool", "ReduceMean");
        add(ARITHMETIC, Set.of(0), "LeakyRelu", "PRelu", "Sigmoid", "HardSigmoid", "HardSwish");
        add(ARITHMETIC, Set.of(0), "Tanh", "Gelu", "Erf", "Softmax");
        add(LIMITS, Set.of(0), "Relu", "Clip");
        add(PASSES_THROUGH, Set.of(0), "MaxPool", "GlobalMaxPool", "Reshape", "Flatten", "Transpose");
        add(PASSES_THROUGH, Set.of(0), "Squeeze", "Unsqueeze", "Gather", "Slice", "Split", "Identity");
        add(PASSES_THROUGH, Set.of(0), "Dropout", "DepthToSpace", "SpaceToDepth", "Expand", "Tile");
        add(PASSES_THROUGH, Set.of(0), "Resize", "Pad");
        add(JOINS, Set.of(), "Concat");
        add(KEEPS_FLOAT, Set.of(0), "LayerNormalization", "BatchNormalization", "InstanceNormalization");
        add(KEEPS_FLOAT, Set.of(), "Constant", "Cast", "Shape", "NonMaxSuppression", "TopK");
        add(KEEPS_FLOAT, Set.of(), "QuantizeLinear", "DequantizeLinear");
    }

    private OpCatalog() {}

    private static void add(OpKind kind, Set<Integer> data, String... types) {
        for (String t : types) {
            OPS.put(t, new Op(t, kind, data));
        }
    }

    /** The traits of a node's operator; an unknown one keeps float. */
    public static Op of(Node n) {
        Op known = n.domain().isEmpty() ? OPS.get(n.type()) : null;
        return known != null ? known : new Op(n.type(), KEEPS_FLOAT, Set.of());
    }
}
