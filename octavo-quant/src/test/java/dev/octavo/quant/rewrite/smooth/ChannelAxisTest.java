package dev.octavo.quant.rewrite.smooth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.stat.ChannelStats;
import dev.octavo.core.stat.ValueCollector;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.testing.GraphText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Statistics by channel are of channels: putting the channels in another order puts the statistic in that order, and
 * nothing else that moves elements about changes it. A statistic along the wrong axis, or over the wrong rows of an
 * array laid out flat, fails this.
 */
class ChannelAxisTest {
    /** Something that gives one number per channel. */
    private interface Statistic {
        double[] of(float[] values, int[] dims, int axis);
    }

    private static ChannelStats stats(float[] values, int[] dims, int axis) {
        ValueCollector c = new ValueCollector(Set.of(axis));
        c.add(Shape.of(Arrays.stream(dims).asLongStream().toArray()), values);
        return Objects.requireNonNull(c.build().channels().get(axis));
    }

    private static Statistic each(Function<ChannelStats, java.util.function.IntToDoubleFunction> one) {
        return (values, dims, axis) -> {
            ChannelStats s = stats(values, dims, axis);
            double[] all = new double[s.channels()];
            Arrays.setAll(all, one.apply(s));
            return all;
        };
    }

    private static final List<Statistic> STATISTICS = List.of(
            each(s -> s::min),
            each(s -> s::max),
            each(s -> s::maxAbs),
            each(s -> s::mean),
            (v, d, a) -> doubles(ChannelRanges.of(stats(v, d, a)).maxima()));

    private static double[] doubles(float[] values) {
        double[] out = new double[values.length];
        Arrays.setAll(out, i -> values[i]);
        return out;
    }

    static Stream<Arguments> tensors() {
        List<Arguments> all = new ArrayList<>();
        for (int[] dims : List.of(
                new int[] {7}, new int[] {5, 7}, new int[] {3, 6, 5}, new int[] {2, 5, 3, 4}, new int[] {2, 3, 4, 3, 2
                })) {
            for (int axis = 0; axis < dims.length; axis++) {
                all.add(Arguments.of(dims, axis));
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("tensors")
    void everyStatisticFollowsTheChannelsAndNothingElse(int[] dims, int axis) {
        Random r = new Random(31L * axis + dims.length);
        float[] x = integers(dims, r);
        for (Statistic s : STATISTICS) {
            assertThat(follows(s, x, dims, axis, r)).isTrue();
        }
    }

    /* The mistake that this test is for: the array taken for rows of so many channels. */
    @ParameterizedTest
    @MethodSource("tensors")
    void aStatisticOfTheFlatArrayIsFoundOut(int[] dims, int axis) {
        boolean channelsLast = axis == dims.length - 1;
        Statistic flat = (v, d, a) -> {
            double[] max = new double[d[a]];
            for (int i = 0; i < v.length; i++) {
                max[i % d[a]] = Math.max(max[i % d[a]], Math.abs(v[i]));
            }
            return max;
        };
        boolean right = true;
        for (int seed = 0; seed < 20; seed++) {
            Random r = new Random(seed);
            right &= follows(flat, integers(dims, r), dims, axis, r);
        }
        assertThat(right).isEqualTo(channelsLast);
    }

    /* Whole numbers, so that sums do not depend on the order. */
    private static float[] integers(int[] dims, Random r) {
        float[] x = new float[Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < x.length; i++) {
            x[i] = r.nextInt(2000) - 900;
        }
        return x;
    }

    private static boolean follows(Statistic s, float[] x, int[] dims, int axis, Random r) {
        int[] p = Permutations.of(dims[axis], r);
        double[] plain = s.of(x, dims, axis);
        boolean right =
                Arrays.equals(s.of(Permutations.along(x, dims, axis, p), dims, axis), Permutations.apply(plain, p));
        for (int other = 0; other < dims.length; other++) {
            if (other != axis) {
                float[] moved = Permutations.along(x, dims, other, Permutations.of(dims[other], r));
                right &= Arrays.equals(s.of(moved, dims, axis), plain);
            }
        }
        return right;
    }

    static Stream<String> layers() {
        return Stream.of(
                "x[1,6,9] -> Conv(w[4,6,3]) -> y",
                "x[1,6,9,8] -> Conv(w[4,6,3,2]) -> y",
                "x[1,6,5,5,5] -> Conv(w[4,6,2,3,1]) -> y",
                "x[1,6,9,8] -> Conv(w[4,3,3,3]; group=2) -> y",
                "x[1,6,9,8] -> Conv(w[12,1,3,3]; group=6) -> y",
                "x[1,6,9] -> ConvTranspose(w[6,4,3]) -> y",
                "x[1,6,9,8] -> ConvTranspose(w[6,4,2,3]) -> y",
                "x[1,6,9,8] -> ConvTranspose(w[6,2,3,3]; group=3) -> y",
                "x[1,6] -> Gemm(w[6,5]) -> y",
                "x[1,6] -> Gemm(w[5,6]; transB=1) -> y",
                "x[1,7,6] -> MatMul(w[6,5]) -> y");
    }

    /** The largest weight that reads a channel is found by silencing all other channels of the definition. */
    @ParameterizedTest
    @MethodSource("layers")
    void theLargestWeightOfEachChannelIsThatOfTheDefinition(String text) {
        Weighted w = weighted(text);
        float[] weight = w.weight().constant().orElseThrow().floats();
        WeightLayout layout = WeightLayout.of(w);
        float[] expected = new float[6];
        int[] dims = dims(w);
        int inner = weight.length / dims[0] / dims[1];
        for (int a = 0; a < dims[0]; a++) {
            for (int b = 0; b < dims[1]; b++) {
                int c = switch (w.node().type()) {
                    case "Conv" -> a / (dims[0] / w.group()) * dims[1] + b;
                    case "ConvTranspose" -> a;
                    default -> w.inputAxis() == 0 ? a : b;
                };
                for (int k = 0; k < inner; k++) {
                    expected[c] = Math.max(expected[c], Math.abs(weight[(a * dims[1] + b) * inner + k]));
                }
            }
        }
        assertThat(layout.inputs()).isEqualTo(6);
        assertThat(layout.inputMaxima(weight)).containsExactly(expected);
    }

    @ParameterizedTest
    @MethodSource("layers")
    void permutingAWeightsOtherAxesLeavesTheMaximaAlone(String text) {
        Weighted w = weighted(text);
        float[] weight = w.weight().constant().orElseThrow().floats();
        int[] dims = dims(w);
        Random r = new Random(5);
        WeightLayout layout = WeightLayout.of(w);
        for (int axis = 0; axis < dims.length; axis++) {
            int[] p = Permutations.of(dims[axis], r);
            float[] moved = layout.inputMaxima(Permutations.along(weight, dims, axis, p));
            if (axis == w.inputAxis() && w.group() == 1) {
                assertThat(moved).containsExactly(Permutations.apply(layout.inputMaxima(weight), p));
            } else if (axis != w.inputAxis() && w.group() == 1) {
                assertThat(moved).containsExactly(layout.inputMaxima(weight));
            } else if (axis >= 2) {
                assertThat(moved).as("places of the kernel").containsExactly(layout.inputMaxima(weight));
            }
        }
    }

    private static Weighted weighted(String text) {
        Graph g = GraphText.parse(text);
        return Weighted.of(g.nodes().get(0)).orElseThrow();
    }

    private static int[] dims(Weighted w) {
        return Arrays.stream(w.weight().constant().orElseThrow().shape().toArray())
                .mapToInt(d -> (int) d)
                .toArray();
    }
}
