package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Node;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Some of what a layer reads, as it reads it: each row is what one result is computed from, {@code channels × kernel}
 * numbers (see {@link WeightLayout}). A few random positions of each sample stand for all, so that memory does not grow
 * with the samples; borders are left out, for windows are taken inside the tensor where it is large enough. A
 * transposed convolution is taken position by position of its input, before the results that overlap are added.
 */
final class InputRows {
    private final int perRow;
    private final int[] kernel;
    private final int[] dilation;
    private final int axis;

    /** What to take of the input of a layer whose channels lie along {@code axis} ≥ 0. */
    InputRows(Weighted w, int axis) {
        this.axis = axis;
        WeightLayout layout = WeightLayout.of(w);
        boolean windows = layout.kind() == WeightLayout.Kind.CONV;
        Shape s = w.weight().constant().orElseThrow().shape();
        int spatial = windows ? s.rank() - 2 : 0;
        kernel = new int[spatial];
        dilation = new int[spatial];
        List<Long> said = dilations(w.node());
        for (int i = 0; i < spatial; i++) {
            kernel[i] = Math.toIntExact(s.dim(2 + i));
            dilation[i] = said.isEmpty() ? 1 : Math.toIntExact(said.get(i));
        }
        perRow = layout.groups() * layout.taps();
    }

    private static List<Long> dilations(Node n) {
        return n.attribute("dilations").orElse(null) instanceof Attribute.Ints a ? a.values() : List.of();
    }

    /** Numbers in a row. */
    int perRow() {
        return perRow;
    }

    /** So many rows of one sample's input, at positions that the seed decides. */
    List<float[]> take(Tensor input, int rows, long seed) {
        Random random = new Random(seed);
        List<float[]> taken = new ArrayList<>();
        float[] x = input.floats();
        long[] dims = input.shape().toArray();
        for (int r = 0; r < rows && x.length > 0; r++) {
            taken.add(kernel.length > 0 ? window(x, dims, random) : vector(x, dims, random));
        }
        return taken;
    }

    /* All channels at one position. */
    private float[] vector(float[] x, long[] dims, Random random) {
        int inner = 1;
        for (int i = axis + 1; i < dims.length; i++) {
            inner *= (int) dims[i];
        }
        int channels = (int) dims[axis];
        int outer = random.nextInt(x.length / inner / channels);
        int at = random.nextInt(inner);
        float[] row = new float[channels];
        for (int c = 0; c < channels; c++) {
            row[c] = x[(outer * channels + c) * inner + at];
        }
        return row;
    }

    private float[] window(float[] x, long[] dims, Random random) {
        int spatial = kernel.length;
        int[] start = new int[spatial];
        for (int i = 0; i < spatial; i++) {
            int extent = (kernel[i] - 1) * dilation[i] + 1;
            start[i] = random.nextInt(Math.max(0, (int) dims[2 + i] - extent) + 1);
        }
        int batch = random.nextInt((int) dims[0]);
        int channels = (int) dims[1];
        float[] row = new float[perRow];
        int places = perRow / channels;
        for (int k = 0; k < places; k++) {
            int at = 0;
            int stride = 1;
            int rest = k;
            boolean inside = true;
            for (int i = spatial - 1; i >= 0; i--) {
                int p = start[i] + rest % kernel[i] * dilation[i];
                rest /= kernel[i];
                inside &= p < dims[2 + i];
                at += p * stride;
                stride *= (int) dims[2 + i];
            }
            for (int c = 0; c < channels && inside; c++) {
                row[c * places + k] = x[(batch * channels + c) * stride + at];
            }
        }
        return row;
    }
}
