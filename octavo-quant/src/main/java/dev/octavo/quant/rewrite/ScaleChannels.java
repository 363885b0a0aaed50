package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.BatchNormalization;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.channel.ChannelMap;
import dev.octavo.quant.channel.ChannelScaling;
import java.util.Arrays;

/**
 * Divides every channel by its factor, everywhere: in the layers, batch normalisations and constants that make or read
 * it, and in the batch-norm statistics that are kept of it. Limits are not its business.
 */
public final class ScaleChannels {
    private ScaleChannels() {}

    /** Scales the graph that the map is of. {@code s} has a factor above 0 for each channel, the same for those of a class. */
    public static void apply(Graph graph, ChannelMap map, double[] s) {
        for (ChannelMap.Step step : map.steps()) {
            if (step instanceof ChannelMap.Layer l) {
                ChannelScaling.scale(graph, l.weighted(), inverse(of(s, l.out())), of(s, l.in()));
            } else if (step instanceof ChannelMap.Norm n) {
                norm(graph, n.norm(), of(s, n.in()), of(s, n.out()));
            } else if (step instanceof ChannelMap.Addend a && !isOne(of(s, a.ids()))) {
                SpreadConstant.multiply(graph, a.node(), a.place(), a.dims(), i -> 1 / s[a.ids()[i]]);
            } else if (step instanceof ChannelMap.Factor f && !(isOne(of(s, f.in())) && isOne(of(s, f.out())))) {
                boolean divides = f.node().is("Div");
                SpreadConstant.multiply(graph, f.node(), f.place(), f.dims(), i -> {
                    double ratio = s[f.in()[i]] / s[f.out()[i]];
                    return divides ? 1 / ratio : ratio;
                });
            }
        }
        statistics(graph, map, s);
    }

    private static void norm(Graph graph, BatchNormalization norm, double[] in, double[] out) {
        if (isOne(in) && isOne(out)) {
            return;
        }
        float[] variance = norm.variance().constant().orElseThrow().floats();
        double[] ratio = new double[in.length];
        double[] square = new double[in.length];
        for (int c = 0; c < in.length; c++) {
            square[c] = 1 / (in[c] * in[c]);
            double scaled = (float) (variance[c] * square[c]) + norm.epsilon();
            ratio[c] = in[c] / out[c] * Math.sqrt(scaled / (variance[c] + norm.epsilon()));
        }
        times(graph, norm, 1, norm.scale(), ratio);
        times(graph, norm, 2, norm.bias(), inverse(out));
        times(graph, norm, 3, norm.mean(), inverse(in));
        times(graph, norm, 4, norm.variance(), square); // it stays what the channel's variance is
    }

    private static void times(Graph graph, BatchNormalization norm, int place, Value v, double[] factor) {
        float[] x = v.constant().orElseThrow().floats();
        for (int c = 0; c < x.length; c++) {
            x[c] = (float) (x[c] * factor[c]);
        }
        Tensor scaled = Tensor.ofFloats(Shape.of(x.length), x);
        Value own = graph.addConstant(graph.freshName(v.name() + "_scaled"), scaled);
        graph.setInput(norm.node(), place, own);
    }

    private static void statistics(Graph graph, ChannelMap map, double[] s) {
        map.labels().forEach((value, channels) -> {
            double[] factor = inverse(of(s, channels.ids()));
            if (!isOne(factor)) {
                BatchNormStatistics.of(graph, value)
                        .filter(b -> b.channels() == factor.length)
                        .ifPresent(b -> b.scaled(factor).put(graph, value));
            }
        });
    }

    private static double[] of(double[] s, int[] channels) {
        return Arrays.stream(channels).mapToDouble(c -> s[c]).toArray();
    }

    private static double[] inverse(double[] s) {
        return Arrays.stream(s).map(f -> 1 / f).toArray();
    }

    private static boolean isOne(double[] s) {
        return Arrays.stream(s).allMatch(f -> f == 1);
    }
}
