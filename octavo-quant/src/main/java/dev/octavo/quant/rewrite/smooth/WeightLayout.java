package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Conv;
import dev.octavo.core.op.ConvTranspose;
import dev.octavo.core.op.Gemm;
import dev.octavo.core.op.MatMul;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;

/**
 * Where in a weight each input and each output channel lies. A weight is {@code groups} matrices of {@code taps} inputs
 * by {@code rows} results each; a tap is one place of the kernel on one input channel.
 *
 * <pre>
 *   Conv           [M, C/G, k…]   taps C/G·k, rows M/G
 *   ConvTranspose  [C, M/G, k…]   taps C/G,   rows M/G·k
 *   Gemm, MatMul   [K, M], [M, K] taps K,     rows M
 * </pre>
 *
 * @param kind how the elements lie
 * @param groups number of groups
 * @param taps inputs of one group
 * @param rows results of one group
 * @param kernel places of the kernel, 1 for a matrix
 */
record WeightLayout(Kind kind, int groups, int taps, int rows, int kernel) {
    enum Kind {
        CONV,
        TRANSPOSED,
        MATRIX,
        MATRIX_BY_ROWS
    }

    /** The layout of a weight of known shape. */
    static WeightLayout of(Weighted w) {
        Shape s = w.weight().constant().orElseThrow().shape();
        int[] d = new int[s.rank()];
        int kernel = 1;
        for (int i = 0; i < d.length; i++) {
            d[i] = Math.toIntExact(s.dim(i));
            kernel *= i >= 2 ? d[i] : 1;
        }
        int g = w.group();
        if (w instanceof Conv) {
            return new WeightLayout(Kind.CONV, g, d[1] * kernel, d[0] / g, kernel);
        }
        if (w instanceof ConvTranspose) {
            return new WeightLayout(Kind.TRANSPOSED, g, d[0] / g, d[1] * kernel, kernel);
        }
        boolean byRows = w instanceof Gemm m && m.transB();
        return byRows
                ? new WeightLayout(Kind.MATRIX_BY_ROWS, 1, d[1], d[0], 1)
                : new WeightLayout(Kind.MATRIX, 1, d[0], d[1], 1);
    }

    /** Whether a weight has one of these layouts; a stack of matrices has not. */
    static boolean fits(Weighted w) {
        int rank = w.weight().type().map(t -> t.shape().rank()).orElse(0);
        return w instanceof Gemm || w instanceof MatMul ? rank == 2 : rank >= 3;
    }

    /** Number of input channels over all groups. */
    int inputs() {
        return groups * (kind == Kind.CONV ? taps / kernel : taps);
    }

    /** Number of output channels over all groups. */
    int outputs() {
        return groups * (kind == Kind.TRANSPOSED ? rows / kernel : rows);
    }

    int group(int i) {
        return switch (kind) {
            case CONV -> i / taps / rows;
            case TRANSPOSED -> i / rows / taps;
            case MATRIX, MATRIX_BY_ROWS -> 0;
        };
    }

    /** The tap, within its group, of the element at flat index {@code i}. */
    int tap(int i) {
        return switch (kind) {
            case CONV, MATRIX_BY_ROWS -> i % taps;
            case TRANSPOSED -> i / rows % taps;
            case MATRIX -> i / rows;
        };
    }

    /** The row, within its group, of the element at flat index {@code i}. */
    int row(int i) {
        return switch (kind) {
            case CONV -> i / taps % rows;
            case TRANSPOSED, MATRIX -> i % rows;
            case MATRIX_BY_ROWS -> i / taps;
        };
    }

    /** The input channel, over all groups, of the element at flat index {@code i}. */
    int input(int i) {
        return inputOf(group(i), tap(i));
    }

    /** The input channel, over all groups, of a tap of a group. */
    int inputOf(int group, int tap) {
        return kind == Kind.CONV ? (group * taps + tap) / kernel : group * taps + tap;
    }

    /** The output channel, over all groups, of the element at flat index {@code i}. */
    int output(int i) {
        return kind == Kind.TRANSPOSED ? (group(i) * rows + row(i)) / kernel : group(i) * rows + row(i);
    }

    /** Which of the weight's grids, if it has one per channel, holds the element at flat index {@code i}. */
    int grid(int i) {
        return kind == Kind.TRANSPOSED ? row(i) / kernel : output(i);
    }

    /** Number of grids of a weight with a grid per channel. */
    int grids() {
        return kind == Kind.TRANSPOSED ? rows / kernel : groups * rows;
    }

    /** The largest magnitude of the weights that read each input channel. */
    float[] inputMaxima(float[] weight) {
        float[] max = new float[inputs()];
        for (int i = 0; i < weight.length; i++) {
            int c = input(i);
            max[c] = Math.max(max[c], Math.abs(weight[i]));
        }
        return max;
    }

    /** The weight with what reads each input channel multiplied by that channel's factor. */
    Tensor withScaledInputs(Value weight, double[] factor) {
        Tensor t = weight.constant().orElseThrow();
        float[] v = t.floats();
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) (v[i] * factor[input(i)]);
        }
        return Tensor.ofFloats(t.shape(), v);
    }

    /** The weight with what gives each output channel multiplied by that channel's factor. */
    Tensor withScaledOutputs(Value weight, double[] factor) {
        Tensor t = weight.constant().orElseThrow();
        float[] v = t.floats();
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) (v[i] * factor[output(i)]);
        }
        return Tensor.ofFloats(t.shape(), v);
    }
}
