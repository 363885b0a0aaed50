package dev.octavo.quant.rewrite;

import dev.octavo.quant.balance.Magnitudes;
import dev.octavo.quant.channel.ChannelMap;
import dev.octavo.quant.rewrite.ChannelKnowledge.Moments;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How much power of noise the network's output gets from noise of power 1 in a channel: the squares of the derivatives,
 * summed over all ways as if these had nothing to do with each other.
 *
 * <pre>
 *   layer:  h(x_i) += Σ_o h(y_o) · Σ_k W[o,i,k]²          limit:  h(x) += h(y) · P(0 < x < limit)
 *   mean over n:  h(x) += h(y) / n                         sum:   h of each addend += h(y)
 * </pre>
 *
 * <p>Noise counts over all places of a channel, so that extents do not matter. A layer behind which nothing is followed
 * counts by its own noise, relative to the power of what it gives.
 */
final class ChannelSensitivity {
    /* A channel that is hardly ever between its limits still counts a little. */
    private static final double LEAST_OPEN = 1e-3;

    private final double[] h;

    private ChannelSensitivity(int channels) {
        h = new double[channels];
    }

    static ChannelSensitivity of(ChannelMap map, Map<ChannelMap.Layer, Magnitudes> sizes, ChannelKnowledge known) {
        ChannelSensitivity s = new ChannelSensitivity(map.classes().size());
        List<ChannelMap.Step> steps = map.steps();
        for (int i = steps.size() - 1; i >= 0; i--) {
            s.step(steps.get(i), sizes, known);
        }
        return s;
    }

    private void step(ChannelMap.Step step, Map<ChannelMap.Layer, Magnitudes> sizes, ChannelKnowledge known) {
        if (step instanceof ChannelMap.Layer l) {
            layer(l, java.util.Objects.requireNonNull(sizes.get(l)), known);
        } else if (step instanceof ChannelMap.Limit l) {
            Optional<List<Moments>> before = known.of(l.clip().input().name(), l.from().length);
            for (int i = 0; i < l.from().length; i++) {
                int c = i;
                double open = before.map(m -> open(m.get(c), l.clip().high())).orElse(0.5);
                h[l.from()[i]] += h[l.to()[i]] * open;
            }
        } else if (step instanceof ChannelMap.Link l) {
            for (int i = 0; i < l.from().length; i++) {
                h[l.from()[i]] += h[l.to()[i]] * l.gain()[i];
            }
        } else if (step instanceof ChannelMap.Norm n) {
            float[] gamma = n.norm().scale().constant().orElseThrow().floats();
            float[] variance = n.norm().variance().constant().orElseThrow().floats();
            for (int i = 0; i < gamma.length; i++) {
                double gain =
                        gamma[i] * gamma[i] / ((double) variance[i] + n.norm().epsilon());
                h[n.in()[i]] += h[n.out()[i]] * gain;
            }
        } else if (step instanceof ChannelMap.Factor f) {
            double[] gain = SpreadConstant.of(f.node(), f.place(), f.dims());
            for (int i = 0; i < f.in().length; i++) {
                double g = f.node().is("Div") ? 1 / gain[i] : gain[i];
                h[f.in()[i]] += h[f.out()[i]] * g * g;
            }
        }
    }

    private void layer(ChannelMap.Layer l, Magnitudes size, ChannelKnowledge known) {
        if (Arrays.stream(l.out()).allMatch(o -> h[o] == 0)) {
            double power = known.of(l.node().output().name(), l.out().length)
                    .map(m -> m.stream().mapToDouble(Moments::power).sum())
                    .filter(p -> p > 0)
                    .orElse((double) l.out().length);
            Arrays.stream(l.out()).forEach(o -> h[o] = 1 / power);
        }
        for (int o = 0; o < size.outputs(); o++) {
            int first = size.firstInput(o);
            for (int j = 0; j < size.perOutput(); j++) {
                h[l.in()[first + j]] += h[l.out()[o]] * size.power()[o * size.perOutput() + j];
            }
        }
    }

    private static double open(Moments m, double high) {
        double open = m.deviation() > 0
                ? below((high - m.mean()) / m.deviation()) - below(-m.mean() / m.deviation())
                : m.mean() > 0 && m.mean() < high ? 1 : 0;
        return Math.max(LEAST_OPEN, open);
    }

    /* The normal distribution function, within 1e-3: the logistic curve that lies closest, with a cubic correction. */
    static double below(double z) {
        return 1 / (1 + Math.exp(-1.5976 * z - 0.07056 * z * z * z));
    }

    double[] of(int[] channels) {
        return Arrays.stream(channels).mapToDouble(c -> h[c]).toArray();
    }
}
