package dev.octavo.quant.lower;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Node;
import dev.octavo.core.op.ConvTranspose;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.Shape;

/**
 * The taps of a convolution or matrix product summed up by output and input channel, for what a weight, or an error of
 * it, does to the mean and the variance of each output channel.
 *
 * @param outputs number of output channels
 * @param output the output channel of each sum
 * @param input the input channel of each sum
 * @param sum Σ_k W[o, i, k]; in a transposed convolution of stride s only one in s taps of each axis meets an output
 *     element, so the sum is divided by them
 * @param squares Σ_k W[o, i, k]², likewise
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere, and large
public record TapSums(int outputs, int[] output, int[] input, double[] sum, double[] squares) {

    /**
     * The sums of some numbers laid out as the weight of a node.
     *
     * @param taps as many as the weight has elements, row-major
     */
    public static TapSums of(Weighted w, float[] taps) {
        Shape shape = w.weight().constant().orElseThrow().shape();
        Channels out = Channels.along(shape, w.outputAxis());
        Channels in = Channels.along(shape, w.inputAxis());
        boolean transposed = w instanceof ConvTranspose;
        double share = transposed ? strides(w.node()) : 1;
        // Elements in runs of one output and one input channel; indices count along instead of being divided.
        int run = Math.min(out.inner(), in.inner());
        int n = taps.length / run;
        int[] output = new int[n];
        int[] input = new int[n];
        double[] sum = new double[n];
        double[] squares = new double[n];
        int o = 0;
        int c = 0;
        for (int r = 0; r < n; r++) {
            for (int i = r * run; i < (r + 1) * run; i++) {
                sum[r] += taps[i] / share;
                squares[r] += taps[i] * (double) taps[i] / share;
            }
            int group = transposed ? c / (in.count() / w.group()) : o / (out.count() / w.group());
            output[r] = transposed ? o + group * out.count() : o;
            input[r] = transposed ? c : c + group * in.count();
            int next = (r + 1) * run;
            o = next % out.inner() == 0 ? (o + 1) % out.count() : o;
            c = next % in.inner() == 0 ? (c + 1) % in.count() : c;
        }
        return new TapSums(transposed ? out.count() * w.group() : out.count(), output, input, sum, squares);
    }

    private static double strides(Node n) {
        double product = 1;
        if (n.attribute("strides").orElse(null) instanceof Attribute.Ints strides) {
            for (long s : strides.values()) {
                product *= s;
            }
        }
        return product;
    }

    /** Σ_i sum[o, i]·x[i] by output channel. */
    public double[] sums(double[] x) {
        double[] y = new double[outputs];
        for (int r = 0; r < sum.length; r++) {
            y[output[r]] += sum[r] * x[input[r]];
        }
        return y;
    }

    /**
     * Variances of the outputs for independent input channels whose places are alike to a degree.
     *
     * @param variance of each input channel
     * @param alike correlation of the places that the taps of one channel meet
     */
    public double[] spread(double[] variance, double alike) {
        double[] y = new double[outputs];
        for (int r = 0; r < sum.length; r++) {
            y[output[r]] += (alike * sum[r] * sum[r] + (1 - alike) * squares[r]) * variance[input[r]];
        }
        return y;
    }
}
