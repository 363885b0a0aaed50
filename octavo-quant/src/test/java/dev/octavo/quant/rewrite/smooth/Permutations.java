package dev.octavo.quant.rewrite.smooth;

import java.util.Random;

/** Random orders, and arrays put into them: element {@code j} of the result is element {@code p[j]} of the array. */
final class Permutations {
    private Permutations() {}

    static int[] of(int n, Random random) {
        int[] p = new int[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            p[i] = p[j];
            p[j] = i;
        }
        return p;
    }

    static float[] apply(float[] values, int[] p) {
        float[] out = new float[p.length];
        for (int j = 0; j < p.length; j++) {
            out[j] = values[p[j]];
        }
        return out;
    }

    static double[] apply(double[] values, int[] p) {
        double[] out = new double[p.length];
        for (int j = 0; j < p.length; j++) {
            out[j] = values[p[j]];
        }
        return out;
    }

    /** A row-major array with one axis put into another order. */
    static float[] along(float[] values, int[] dims, int axis, int[] p) {
        int inner = 1;
        for (int i = axis + 1; i < dims.length; i++) {
            inner *= dims[i];
        }
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            int c = i / inner % dims[axis];
            out[i] = values[i + (p[c] - c) * inner];
        }
        return out;
    }
}
