package dev.octavo.quant.balance;

import java.util.Arrays;

/**
 * What rounding a layer's weights does to the network's output. With a step δ for the whole weight,
 *
 * <pre>
 *   max over o, i of (|W[o,i]|·s_i/s_o)² · Σ_groups ( Σ_i E[x_i²]/s_i² ) · ( Σ_o h_o·s_o² )
 * </pre>
 *
 * and with a step per output channel, where s_o cancels,
 *
 * <pre>
 *   Σ_o h_o · max over i of (|W[o,i]|·s_i)² · Σ_i E[x_i²]/s_i²
 * </pre>
 *
 * times taps and the square of a step for range 1. h_o is the power of the network's output per power of noise in
 * output channel o.
 */
public final class WeightNoise implements Term {
    private final Magnitudes size;
    private final int[] in;
    private final int[] out;
    private final double[] power;
    private final double[] sensitivity;
    private final double unit;
    private final boolean perChannel;
    private final SoftRows rows;
    private final double[] norm;
    private final double[] share;

    /**
     * The noise of one layer.
     *
     * @param in class of each input channel
     * @param out class of each output channel
     * @param power E[x²] of each input channel
     * @param sensitivity h of each output channel
     * @param unit square of the noise for range 1
     * @param perChannel whether each output channel has a step of its own
     */
    public WeightNoise(
            Magnitudes size,
            int[] in,
            int[] out,
            double[] power,
            double[] sensitivity,
            double unit,
            boolean perChannel) {
        this.size = size;
        this.in = in;
        this.out = out;
        this.power = power;
        this.sensitivity = sensitivity;
        this.unit = unit * size.taps();
        this.perChannel = perChannel;
        this.rows = new SoftRows(size, in);
        this.norm = new double[size.outputs()];
        this.share = new double[size.outputs()];
    }

    @Override
    public boolean dependsOn(boolean[] classes) {
        return Term.anyOf(classes, in) || Term.anyOf(classes, out);
    }

    @Override
    public double add(double[] u, Pull pull) {
        if (perChannel && size.perOutput() == 1) {
            return 0; // a step for each channel: its factor cancels
        }
        rows.at(u, norm);
        double[] e = new double[in.length];
        double[] groupE = new double[size.groups()];
        for (int i = 0; i < e.length; i++) {
            e[i] = power[i] * Math.exp(-2 * u[in[i]]);
            groupE[i / size.perOutput()] += e[i];
        }
        return perChannel ? rowwise(e, groupE, pull) : whole(u, e, groupE, pull);
    }

    private double whole(double[] u, double[] e, double[] groupE, Pull pull) {
        double top = Double.NEGATIVE_INFINITY;
        for (int o = 0; o < norm.length; o++) {
            norm[o] -= u[out[o]];
            top = Math.max(top, norm[o]);
        }
        if (top == Double.NEGATIVE_INFINITY) {
            return 0; // all weights are zero
        }
        double sum = 0;
        for (int o = 0; o < norm.length; o++) {
            share[o] = Math.exp(SoftRows.P * (norm[o] - top));
            sum += share[o];
        }
        double c = unit * Math.exp(2 * (top + Math.log(sum) / SoftRows.P));
        double[] h = new double[norm.length];
        double[] groupH = new double[size.groups()];
        for (int o = 0; o < h.length; o++) {
            share[o] /= sum;
            h[o] = sensitivity[o] * Math.exp(2 * u[out[o]]);
            groupH[size.group(o)] += h[o];
        }
        double value = 0;
        for (int g = 0; g < groupE.length; g++) {
            value += c * groupE[g] * groupH[g];
        }
        double[] inputShare = new double[in.length];
        rows.spread(share, inputShare);
        for (int i = 0; i < in.length; i++) {
            pull.down(in[i], 2 * value * inputShare[i], SoftRows.P);
            pull.up(in[i], 2 * c * e[i] * groupH[i / size.perOutput()], 2);
        }
        for (int o = 0; o < h.length; o++) {
            pull.up(out[o], 2 * value * share[o], SoftRows.P);
            pull.down(out[o], 2 * c * h[o] * groupE[size.group(o)], 2);
        }
        return value;
    }

    private double rowwise(double[] e, double[] groupE, Pull pull) {
        double value = 0;
        double[] groupC = new double[size.groups()];
        Arrays.fill(share, 0);
        for (int o = 0; o < norm.length; o++) {
            double c = unit * sensitivity[o] * Math.exp(2 * norm[o]);
            int g = size.group(o);
            groupC[g] += c;
            share[o] = c * groupE[g];
            value += share[o];
        }
        double[] down = new double[in.length];
        rows.spread(share, down);
        for (int i = 0; i < in.length; i++) {
            pull.down(in[i], 2 * down[i], SoftRows.P);
            pull.up(in[i], 2 * e[i] * groupC[i / size.perOutput()], 2);
        }
        return value;
    }
}
