package dev.octavo.quant.target;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Clip;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.OpKind;
import java.util.HashSet;
import java.util.Set;

/** Which values cannot be negative, by the structure of the graph alone. */
public final class NonNegative {
    private NonNegative() {}

    /** The values of a graph that cannot be negative. */
    public static Set<Value> of(Graph graph) {
        Set<Value> known = new HashSet<>();
        for (Value v : graph.values()) {
            if (v.isInitializer() && !v.isGraphInput() && isNonNegativeConstant(v)) {
                known.add(v);
            }
        }
        for (Node n : graph.nodes()) {
            if (n.domain().isEmpty() && n.presentOutputs().size() == 1 && cannotBeNegative(n, known)) {
                known.add(n.output());
            }
        }
        return known;
    }

    private static boolean isNonNegativeConstant(Value v) {
        var t = v.constant().orElseThrow();
        if (t.dtype() != dev.octavo.core.tensor.DType.FLOAT) {
            return false;
        }
        for (float x : t.elements() > 1 << 16 ? new float[] {-1} : t.floats()) {
            if (x < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean cannotBeNegative(Node n, Set<Value> known) {
        if (Clip.of(n).map(c -> c.low() >= 0).orElse(false)) {
            return true;
        }
        return switch (n.type()) {
            case "Sigmoid", "HardSigmoid", "Softmax" -> true;
            case "Add", "Mul", "Concat" -> known.containsAll(n.presentInputs());
            case "AveragePool", "GlobalAveragePool", "ReduceMean", "LeakyRelu" ->
                n.input(0).filter(known::contains).isPresent();
            default ->
                OpCatalog.of(n).kind() == OpKind.PASSES_THROUGH
                        && !n.is("Pad")
                        && !n.is("Resize")
                        && n.input(0).filter(known::contains).isPresent();
        };
    }
}
