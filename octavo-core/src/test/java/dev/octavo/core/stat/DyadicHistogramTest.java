package dev.octavo.core.stat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DyadicHistogramTest {
    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void mergingAnyPartitionInAnyOrderEqualsOnePass(long seed) {
        float[] data = Samples.heavyTailed(seed);
        List<DyadicHistogram> parts = Samples.shuffledParts(data, seed, DyadicHistogram::of);
        DyadicHistogram merged = parts.stream().reduce(DyadicHistogram.EMPTY, DyadicHistogram::merge);
        assertThat(merged).isEqualTo(DyadicHistogram.of(data)).hasSameHashCodeAs(DyadicHistogram.of(data));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void mergingIsAssociativeAndCommutative(long seed) {
        DyadicHistogram a = DyadicHistogram.of(Samples.heavyTailed(seed));
        DyadicHistogram b = DyadicHistogram.of(Samples.heavyTailed(seed + 1000));
        DyadicHistogram c = DyadicHistogram.of(Samples.heavyTailed(seed + 2000));
        assertThat(a.merge(b).merge(c)).isEqualTo(c.merge(b).merge(a)).isEqualTo(a.merge(b.merge(c)));
        assertThat(a.merge(DyadicHistogram.EMPTY)).isEqualTo(a).isEqualTo(DyadicHistogram.EMPTY.merge(a));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void countsLikeTheDefinition(long seed) {
        float[] data = Samples.heavyTailed(seed);
        assertThat(DyadicHistogram.of(data)).isEqualTo(byDefinition(data));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 7, 8, 13, 64, 129, 1000, 4095, 4096, 4097, 20_000})
    void countsLikeTheDefinitionAtEverySize(int size) {
        Random r = new Random(size);
        float[] relu = new float[size];
        float[] signed = new float[size];
        float[] growing = new float[size];
        for (int i = 0; i < size; i++) {
            signed[i] = (float) r.nextGaussian();
            relu[i] = Math.max(0, signed[i]);
            growing[i] = (float) Math.scalb(i % 5 == 4 ? -1.5 : 1.25, i * 200 / size - 100);
        }
        assertThat(DyadicHistogram.of(relu)).isEqualTo(byDefinition(relu));
        assertThat(DyadicHistogram.of(signed)).isEqualTo(byDefinition(signed));
        assertThat(DyadicHistogram.of(growing)).isEqualTo(byDefinition(growing));
    }

    @Test
    void powersOfTwoBeginABinOnEitherSide() {
        float[] data = {4095f, 4096f, 8191f, -4096f, -4095.5f, -1f, 1f, 0.999f, -0.999f, 0f, -0f};
        DyadicHistogram h = DyadicHistogram.of(data);
        assertThat(h.exponent()).isZero();
        assertThat(h.zeros()).isEqualTo(2);
        assertThat(h.positive()[0]).isEqualTo(1);
        assertThat(h.positive()[1]).isEqualTo(1);
        assertThat(h.negative()[0]).isEqualTo(1);
        assertThat(h.negative()[1]).isEqualTo(1);
        assertThat(h.negative()[4096]).isEqualTo(1);
        assertThat(h).isEqualTo(byDefinition(data));
    }

    @Test
    void allZerosAreAHistogramToo() {
        DyadicHistogram h = DyadicHistogram.of(0f, -0f, 0f);
        assertThat(h.zeros()).isEqualTo(3);
        assertThat(h.maxAbs()).isZero();
        assertThat(h.quantile(0.5)).isZero();
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void refusesWhatIsNotFinite(float bad) {
        for (int at : new int[] {0, 1, 5, 6, 5000}) {
            float[] data = new float[at + 1];
            Arrays.fill(data, 1f);
            data[at] = bad;
            assertThatThrownBy(() -> DyadicHistogram.of(data)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void quantilesAreWithinOneBinOfTheSortedData(long seed) {
        float[] data = Samples.heavyTailed(seed);
        DyadicHistogram h = DyadicHistogram.of(data);
        float[] sorted = data.clone();
        Arrays.sort(sorted);
        for (double p : new double[] {0, 0.001, 0.25, 0.5, 0.9, 0.9999, 1}) {
            double rank = p * sorted.length;
            double below = sorted[(int) Math.max(0, Math.ceil(rank) - 1)];
            assertThat(h.quantile(p)).isBetween(below - h.binWidth(), below + h.binWidth());
            assertThat(h.quantile(p)).isBetween((double) h.min(), (double) h.max());
        }
    }

    private static DyadicHistogram byDefinition(float[] data) {
        float min = Float.POSITIVE_INFINITY;
        float max = Float.NEGATIVE_INFINITY;
        for (float x : data) {
            min = Math.min(min, x);
            max = Math.max(max, x);
        }
        int e = DyadicHistogram.exponentFor(Math.max(Math.abs(min), Math.abs(max)));
        long[] positive = new long[DyadicHistogram.BINS];
        long[] negative = new long[DyadicHistogram.BINS];
        long zeros = 0;
        for (float x : data) {
            int bin = (int) Math.floor(Math.abs((double) x) / Math.scalb(1.0, e));
            if (x == 0) {
                zeros++;
            } else if (x > 0) {
                positive[bin]++;
            } else {
                negative[bin]++;
            }
        }
        return new DyadicHistogram(e, zeros, positive, negative, min, max);
    }
}
