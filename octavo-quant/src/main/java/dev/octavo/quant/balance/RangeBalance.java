package dev.octavo.quant.balance;

/**
 * Cross-layer equalization in its plain form, for when nothing is known of activations: each class is drawn down by
 * the square of the largest weight that reads it, and up by that of the largest that makes it. A channel between two
 * layers ends where both are √(r₁·r₂).
 *
 * <p>Source: Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019,
 * section 4.1.
 */
public final class RangeBalance implements Term {
    private final Magnitudes size;
    private final int[] in;
    private final int[] out;

    /** The pulls of one layer, given the classes of its channels. */
    public RangeBalance(Magnitudes size, int[] in, int[] out) {
        this.size = size;
        this.in = in;
        this.out = out;
    }

    @Override
    public boolean pullsBySlope() {
        return false; // a range pulls at its two ends only, not at all that share in it
    }

    @Override
    public boolean dependsOn(boolean[] classes) {
        return Term.anyOf(classes, in) || Term.anyOf(classes, out);
    }

    @Override
    public double add(double[] u, Pull pull) {
        double value = 0;
        double[] column = new double[in.length];
        double[] factor =
                java.util.Arrays.stream(in).mapToDouble(c -> Math.exp(u[c])).toArray();
        for (int o = 0; o < out.length; o++) {
            double row = 0;
            int first = size.firstInput(o);
            double inverse = Math.exp(-u[out[o]]);
            for (int j = 0; j < size.perOutput(); j++) {
                double w = size.largest()[o * size.perOutput() + j] * factor[first + j] * inverse;
                row = Math.max(row, w);
                column[first + j] = Math.max(column[first + j], w);
            }
            pull.up(out[o], row * row, 2);
            value += row * row;
        }
        for (int i = 0; i < in.length; i++) {
            pull.down(in[i], column[i] * column[i], 2);
            value += column[i] * column[i];
        }
        return value;
    }
}
