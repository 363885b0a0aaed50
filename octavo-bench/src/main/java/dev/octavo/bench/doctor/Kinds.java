package dev.octavo.bench.doctor;

import dev.octavo.analysis.doctor.Cause;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.channel.ChannelMap;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.range.Percentile;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.SiteRule;
import dev.octavo.quant.rewrite.ScaleChannels;
import dev.octavo.quant.target.SchemeOptions;
import dev.octavo.quant.target.SchemeOptions.Signs;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.UnaryOperator;

/** The kinds of faults that the suites put in: things that users do, or that networks have. */
final class Kinds {
    private static final SchemeOptions PER_TENSOR = scheme(32, false);

    private Kinds() {}

    private static SchemeOptions scheme(int biasBits, boolean perChannel) {
        return new SchemeOptions(8, 8, biasBits, perChannel, true, false, Signs.UNSIGNED);
    }

    /* A grid in the recipe that holds a part of the values alone. */
    static Fault narrow(Network net, String value, double scale, boolean signed) {
        return Fault.named("range too narrow: " + value, net, Cause.TRUNCATION)
                .at(value)
                .ruled(fixed(value, scale, signed));
    }

    static Fault narrowWeights(Network net, String weight, String gives, double scale) {
        return Fault.named("weights clipped: " + weight, net, Cause.TRUNCATION)
                .at(gives)
                .ruled(fixed(weight, scale, true));
    }

    static Fault percentile(Network net, double keep) {
        return Fault.named("percentile " + keep + " for all activations", net, Cause.TRUNCATION)
                .inPlan(o -> o.withActivations(new Percentile(keep)));
    }

    /* A grid in the recipe whose steps are far too large. */
    static Fault wide(Network net, String value, double scale) {
        return Fault.named("range too wide: " + value, net, Cause.ROUNDING)
                .at(value)
                .ruled(fixed(value, scale, false));
    }

    static Fault sameAs(Network net, String value, String other) {
        return Fault.named("grid of " + other + " for " + value, net, Cause.SHARED_GRID)
                .at(value)
                .ruled(new SiteRule.SameAs(new Glob(value), other));
    }

    static Fault bits(Network net, String what, String site, int bits) {
        return Fault.named(bits + " bits for " + what, net, Cause.ROUNDING)
                .at(site)
                .ruled(new SiteRule.Bits(new Glob(what), bits));
    }

    static Fault outputBits(Network net, String value, int bits) {
        return Fault.named("the head's output on " + bits + " bits: " + value, net, Cause.OUTPUT_ON_CODES)
                .at(value)
                .ruled(new SiteRule.Bits(new Glob(value), bits));
    }

    static Fault inFloat(Network net, String weight, String gives) {
        return Fault.named("left in float: " + weight, net, Cause.LEFT_IN_FLOAT)
                .at(gives)
                .ruled(new SiteRule.KeepFloat(new Glob(weight)));
    }

    private static SiteRule fixed(String value, double scale, boolean signed) {
        return new SiteRule.Fixed(new Glob(value), 8, scale, OptionalInt.of(0), Optional.of(signed));
    }

    static Fault perTensor(Network net) {
        return Fault.named("weights per tensor", net, Cause.WRONG_GRANULARITY).inPlan(o -> o.withScheme(PER_TENSOR));
    }

    static Fault biasBits(Network net, int bits) {
        return Fault.named("biases of " + bits + " bits", net, Cause.BIAS_SHIFT)
                .inPlan(o -> o.withScheme(scheme(bits, true)).withoutBiasCorrection());
    }

    /*
     * Weights that lie just below the middle between two codes, all of them, so that rounding moves every one in the
     * same direction, and a plan that does not correct the means.
     */
    static Fault downwards(Network net, String weight, String gives, int bits) {
        UnaryOperator<Graph> change = network -> {
            Graph g = network.copy();
            Tensor t = g.require(weight).constant().orElseThrow();
            float[] v = t.floats().clone();
            int each = v.length / Math.toIntExact(t.shape().dim(0));
            QuantSpec spec = QuantSpec.perTensor(bits, true, true);
            for (int from = 0; from < v.length; from += each) {
                float[] channel = Arrays.copyOfRange(v, from, from + each);
                Range range = new MinMax().chooseFor(channel, spec);
                QuantParams p = QuantParams.forRange(range, spec);
                int largest = largest(channel);
                for (int i = 0; i < each; i++) {
                    if (i != largest) {
                        v[from + i] = (float) ((Math.floor(channel[i] / p.scale()) + 0.45) * p.scale());
                    }
                }
            }
            g.replaceConstant(g.require(weight), Tensor.ofFloats(t.shape(), v));
            return g;
        };
        return Fault.named("all weights rounded down, means not corrected: " + weight, net, Cause.BIAS_SHIFT)
                .at(gives)
                .ruled(new SiteRule.Bits(new Glob(weight), bits))
                .inGraph(change)
                .then(QuantizeOptions::withoutBiasCorrection);
    }

    private static int largest(float[] v) {
        int best = 0;
        for (int i = 0; i < v.length; i++) {
            best = Math.abs(v[i]) > Math.abs(v[best]) ? i : best;
        }
        return best;
    }

    /* Channels of the calibration pictures times a factor plus an addend: dark ones, or not normalised. */
    static Fault calibrated(Network net, String how, double factor, double addend) {
        return Fault.named("calibrated on pictures " + how, net, Cause.CALIBRATION)
                .inCalibration(d -> new Altered(d, factor, addend, Integer.MAX_VALUE));
    }

    /* One picture among those for ranges is another kind of thing. */
    static Fault strayPicture(Network net, double factor) {
        return Fault.named("one calibration picture times " + factor + ", ranges by min-max", net, Cause.CALIBRATION)
                .inCalibration(d -> new Altered(d, factor, 0, 1))
                .inPlan(o -> o.withActivations(new MinMax()));
    }

    /* One channel larger by a factor, which the next layer takes back: the function stays the same. */
    static Fault dominant(Network net, String value, int channel, double factor) {
        return Fault.named("channel " + channel + " of " + value + " times " + factor, net, Cause.DOMINANT_CHANNEL)
                .at(value)
                .inGraph(network -> scaled(network, value, channel, 1 / factor));
    }

    /* All channels of one input of a Concat smaller by a factor, which the layer behind takes back. */
    static Fault smallBranch(Network net, String branch, double factor) {
        return Fault.named("joined with others, " + factor + " times smaller: " + branch, net, Cause.SHARED_GRID)
                .at(branch)
                .inGraph(network -> scaled(network, branch, -1, factor));
    }

    private static Graph scaled(Graph network, String value, int channel, double divisor) {
        Graph g = network.copy();
        ChannelMap map = ChannelMap.of(g, OrtEngine.INSTANCE.inferTypes(g));
        ChannelMap.Channels channels = map.labels().get(value);
        if (channels == null) {
            throw new IllegalArgumentException(value + " has no channels that can be scaled");
        }
        double[] s = new double[map.classes().size()];
        Arrays.fill(s, 1);
        for (int c = 0; c < channels.ids().length; c++) {
            if (channel < 0 || c == channel) {
                s[map.classes().find(channels.ids()[c])] = divisor;
            }
        }
        for (int id = 0; id < s.length; id++) {
            s[id] = s[map.classes().find(id)];
        }
        ScaleChannels.apply(g, map, s);
        return g;
    }

    /* Every channel that can be, residual streams included, times exp(N(0, 1.2)). */
    static Fault unbalanced(Network net, long seed) {
        UnaryOperator<Graph> scale = network -> {
            Graph g = network.copy();
            ChannelMap map = ChannelMap.of(g, OrtEngine.INSTANCE.inferTypes(g));
            Random random = new Random(seed);
            double[] s = new double[map.classes().size()];
            for (int id = 0; id < s.length; id++) {
                double factor = Math.exp(1.2 * random.nextGaussian());
                s[id] = map.classes().pinned(id).isPresent() ? 1 : factor;
            }
            for (int id = 0; id < s.length; id++) {
                s[id] = s[map.classes().find(id)];
            }
            ScaleChannels.apply(g, map, s);
            return g;
        };
        return Fault.named("all channels unbalanced, seed " + seed, net, Cause.DOMINANT_CHANNEL)
                .inGraph(scale);
    }

    /*
     * A channel that its Relu silences, with weights so large that no other channel has any steps left when all share a
     * grid. Silencing the channel changes what the float network computes; it is the changed one that counts.
     */
    static Fault deadHuge(Network net, String block, int channel) {
        UnaryOperator<Graph> change = network -> {
            Graph g = network.copy();
            times(g, block + ".conv1.weight", channel, 300, 0);
            times(g, block + ".bn1.bias", channel, 0, -1e5);
            return g;
        };
        return Fault.named("dead channel with huge weights in " + block, net, Cause.WRONG_GRANULARITY)
                .at(block + ".relu1_out")
                .inGraph(change)
                .inPlan(o -> o.withScheme(PER_TENSOR));
    }

    /* One slice along the first axis times a factor, plus an addend. */
    private static void times(Graph g, String name, int channel, double factor, double addend) {
        Tensor t = g.require(name).constant().orElseThrow();
        float[] v = t.floats().clone();
        int each = v.length / Math.toIntExact(t.shape().dim(0));
        for (int i = channel * each; i < (channel + 1) * each; i++) {
            v[i] = (float) (v[i] * factor + addend);
        }
        g.replaceConstant(g.require(name), Tensor.ofFloats(t.shape(), v));
    }
}
