package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/** Multiplies constants that a node reads by one factor per channel, for that node alone. */
final class ScaledConstants {
    private final Graph graph;

    ScaledConstants(Graph graph) {
        this.graph = graph;
    }

    /**
     * Whether a constant can be multiplied by one factor per channel: it has the channels, or one number for them all.
     *
     * @param behind how many axes lie behind that of the channels
     */
    boolean isScalable(Value v, int behind, int channels) {
        Optional<Tensor> t = v.constant().filter(c -> c.dtype() == DType.FLOAT);
        if (t.isEmpty()) {
            return false;
        }
        Shape s = t.get().shape();
        return s.rank() <= behind || s.dim(s.rank() - 1 - behind) == channels || s.dim(s.rank() - 1 - behind) == 1;
    }

    /** Whether a constant has one number for each channel and nothing else. */
    boolean isPerChannel(Value v, int behind, int channels) {
        return isScalable(v, behind, channels)
                && channels > 1
                && v.constant().orElseThrow().elements() == channels
                && v.constant().orElseThrow().shape().rank() > behind
                && v.constant()
                                .orElseThrow()
                                .shape()
                                .dim(v.constant().orElseThrow().shape().rank() - 1 - behind)
                        == channels;
    }

    /** Multiplies input {@code i} of a node; whoever else reads that constant sees it as it was. */
    void scale(Node n, int i, int behind, double[] factor) {
        Value v = n.input(i).orElseThrow();
        Tensor scaled = scaled(v.constant().orElseThrow(), behind, factor);
        if (v.uses().size() == 1 && !v.isGraphOutput() && !v.isGraphInput()) {
            graph.replaceConstant(v, scaled);
        } else {
            graph.setInput(n, i, graph.addConstant(graph.freshName(v.name() + "_smoothed"), scaled));
        }
    }

    /** A tensor times one factor per channel, spread over the channels if it has one number for all. */
    static Tensor scaled(Tensor t, int behind, double[] factor) {
        int rank = Math.max(t.shape().rank(), behind + 1);
        long[] dims = new long[rank];
        Arrays.fill(dims, 1);
        int lacking = rank - t.shape().rank();
        for (int i = lacking; i < rank; i++) {
            dims[i] = t.shape().dim(i - lacking);
        }
        int axis = rank - 1 - behind;
        boolean spread = dims[axis] == 1;
        dims[axis] = factor.length;
        int inner = 1;
        for (int i = axis + 1; i < rank; i++) {
            inner *= Math.toIntExact(dims[i]);
        }
        float[] old = t.floats();
        float[] out = new float[Math.toIntExact(Shape.of(dims).elements())];
        for (int i = 0; i < out.length; i++) {
            int c = i / inner % factor.length;
            int from = spread ? i / inner / factor.length * inner + i % inner : i;
            out[i] = (float) (old[from] * factor[c]);
        }
        return Tensor.ofFloats(Shape.of(dims), out);
    }
}
