package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/** A constant that a node reads, seen at every element of larger extents. */
final class SpreadConstant {
    private SpreadConstant() {}

    /** Its values at extents to which it can be broadcast, row-major. */
    static double[] of(Node n, int place, List<Integer> dims) {
        Tensor t = n.input(place).flatMap(Value::constant).orElseThrow();
        return spread(t, dims);
    }

    private static double[] spread(Tensor t, List<Integer> dims) {
        float[] values = t.floats();
        long[] own = new long[dims.size()];
        Arrays.fill(own, 1);
        System.arraycopy(
                t.shape().toArray(),
                0,
                own,
                own.length - t.shape().rank(),
                t.shape().rank());
        double[] out = new double[dims.stream().reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[flat(i, dims, own)];
        }
        return out;
    }

    /* The row-major index in an array of extents {@code own} of element i of one of extents {@code dims}. */
    private static int flat(int i, List<Integer> dims, long[] own) {
        int rest = i;
        int flat = 0;
        int stride = 1;
        for (int a = own.length - 1; a >= 0; a--) {
            int at = rest % dims.get(a);
            rest /= dims.get(a);
            flat += own[a] == 1 ? 0 : at * stride;
            stride *= (int) own[a];
        }
        return flat;
    }

    /**
     * Multiplies what a node reads there by a factor for each element of {@code dims}; the constant grows where it must.
     * Other readers keep what they had.
     */
    static void multiply(Graph graph, Node n, int place, List<Integer> dims, IntToDoubleFunction factor) {
        Value v = n.input(place).orElseThrow();
        Tensor t = v.constant().orElseThrow();
        long[] extents = dims.stream().mapToLong(d -> d).toArray();
        int ahead = extents.length - t.shape().rank();
        for (int a = 0; a < extents.length; a++) {
            extents[a] = Math.max(extents[a], a < ahead ? 1 : t.shape().dim(a - ahead));
        }
        List<Integer> full = Arrays.stream(extents).mapToObj(e -> (int) e).toList();
        double[] values = spread(t, full);
        long[] own = dims.stream().mapToLong(d -> d).toArray();
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) (values[i] * factor.applyAsDouble(flat(i, full, own)));
        }
        Tensor scaled = Tensor.ofFloats(Shape.of(extents), out);
        if (v.uses().size() == 1 && v.isInitializer() && !v.isGraphInput() && !v.isGraphOutput()) {
            graph.replaceConstant(v, scaled);
        } else {
            graph.setInput(n, place, graph.addConstant(graph.freshName(v.name() + "_scaled"), scaled));
        }
    }
}
