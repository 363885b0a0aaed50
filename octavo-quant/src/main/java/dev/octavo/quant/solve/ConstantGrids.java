package dev.octavo.quant.solve;

import dev.octavo.core.ModelException;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.lower.Channels;
import dev.octavo.quant.range.RangeRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Grids of weights and biases, from their own values. */
final class ConstantGrids {
    private ConstantGrids() {}

    /** The grid of a float constant, per channel if the spec says so. */
    static Grid solve(Tensor constant, QuantSpec spec, RangeRule rule) {
        float[] all = constant.floats();
        for (float x : all) {
            if (!(Math.abs(x) < Float.POSITIVE_INFINITY)) {
                throw new ModelException(
                        "a weight of shape " + constant.shape() + " holds " + x,
                        "the model is damaged or diverged in training: export it again");
            }
        }
        Channels channels = Channels.of(constant.shape(), spec);
        List<QuantParams> params = new ArrayList<>();
        for (float[] one : split(all, channels)) {
            params.add(
                    one.length == 0 ? new QuantParams(1f, 0) : QuantParams.forRange(rule.chooseFor(one, spec), spec));
        }
        return new Grid(spec, params);
    }

    private static float[][] split(float[] all, Channels channels) {
        if (channels.count() == 1) {
            return new float[][] {all};
        }
        float[][] parts = new float[channels.count()][all.length / channels.count()];
        int[] filled = new int[channels.count()];
        for (int i = 0; i < all.length; i++) {
            int c = channels.at(i);
            parts[c][filled[c]++] = all[i];
        }
        return parts;
    }

    /** The grid with larger scales where bias codes would exceed {@code most}; empty if none does. */
    static Optional<Grid> widened(Grid weight, float[] bias, float inputScale, double most) {
        List<QuantParams> params = new ArrayList<>(weight.params());
        boolean changed = false;
        for (int c = 0; c < bias.length; c++) {
            int i = c % params.size(); // a grouped ConvTranspose repeats its weight's channels group by group
            double least =
                    Math.max(Math.abs(bias[c]) / ((double) inputScale * most), Float.MIN_NORMAL / (double) inputScale);
            if (params.get(i).scale() < least) {
                params.set(
                        i,
                        new QuantParams(
                                (float) Math.min(least * 1.0001, 1e30),
                                params.get(i).zeroPoint()));
                changed = true;
            }
        }
        return changed ? Optional.of(new Grid(weight.spec(), params)) : Optional.empty();
    }

    /** Scales of a bias of so many channels: input scale times weight scale, zero point 0. */
    static List<QuantParams> biasParams(Grid weight, float inputScale, int channels) {
        int count = weight.spec().isPerChannel() ? channels : 1;
        List<QuantParams> params = new ArrayList<>();
        for (int c = 0; c < count; c++) {
            float scale =
                    inputScale * weight.channel(c % weight.params().size()).scale();
            params.add(new QuantParams(Math.max(Float.MIN_NORMAL, scale), 0));
        }
        return params;
    }

    /** Scales of a bias, made larger where a code would otherwise be beyond {@code most}. */
    static List<QuantParams> roomy(List<QuantParams> params, float[] bias, double most) {
        double[] least = new double[params.size()];
        for (int c = 0; c < bias.length; c++) {
            int i = params.size() == 1 ? 0 : c;
            least[i] = Math.max(least[i], Math.abs(bias[c]) / most);
        }
        List<QuantParams> wide = new ArrayList<>();
        for (int i = 0; i < least.length; i++) {
            wide.add(new QuantParams((float) Math.max(params.get(i).scale(), least[i]), 0));
        }
        return wide;
    }
}
