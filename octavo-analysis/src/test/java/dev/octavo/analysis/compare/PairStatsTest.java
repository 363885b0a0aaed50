package dev.octavo.analysis.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PairStatsTest {
    private static float[] gaussian(int n, long seed, double scale) {
        Random r = new Random(seed);
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = (float) (r.nextGaussian() * scale);
        }
        return v;
    }

    @Test
    void figuresAreThoseOfTheirDefinitions() {
        float[] x = {1, -2, 4, 0};
        float[] y = {1.5f, -2, 3, 0.25f};
        PairStats s = PairStats.of(x, y);
        assertThat(s.l1()).isCloseTo(1.75 / 4, within(1e-12));
        assertThat(s.mse()).isCloseTo((0.25 + 1 + 0.0625) / 4, within(1e-12));
        assertThat(s.sqnr()).isCloseTo(10 * Math.log10(21 / 1.3125), within(1e-12));
        assertThat(s.cosine()).isCloseTo((1.5 + 4 + 12) / Math.sqrt(21 * (2.25 + 4 + 9 + 0.0625)), within(1e-12));
        assertThat(s.most()).isEqualTo(1);
        assertThat(s.mostRelative()).isEqualTo(0.5);
        assertThat(s.meanX()).isEqualTo(0.75);
        assertThat(s.varianceX()).isCloseTo((21 - 9.0 / 4) / 3, within(1e-12));
        assertThat(s.x()).isEqualTo(new PairStats.Extent(-2, 4));
        double[] p = softmax(x);
        double[] q = softmax(y);
        double kl = 0;
        for (int i = 0; i < 4; i++) {
            kl += p[i] * Math.log(p[i] / q[i]);
        }
        assertThat(s.kl()).isCloseTo(kl, within(1e-12));
    }

    private static double[] softmax(float[] v) {
        double[] e = new double[v.length];
        double total = 0;
        for (int i = 0; i < v.length; i++) {
            e[i] = Math.exp(v[i]);
            total += e[i];
        }
        for (int i = 0; i < v.length; i++) {
            e[i] /= total;
        }
        return e;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void samplesInAnyOrderAndPartsGiveTheSameToTheLastBit(long seed) {
        List<PairStats> samples = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            samples.add(PairStats.of(
                    gaussian(50 + i, seed + i, Math.pow(10, i - 6)), gaussian(50 + i, -seed - i, Math.pow(10, i - 6))));
        }
        PairStats inOrder = samples.stream().reduce(PairStats.NONE, PairStats::merge);
        Collections.shuffle(samples, new Random(seed));
        PairStats left = samples.subList(0, 5).stream().reduce(PairStats.NONE, PairStats::merge);
        PairStats right = samples.subList(5, 12).stream().reduce(PairStats.NONE, PairStats::merge);
        assertThat(left.merge(right)).isEqualTo(inOrder).isEqualTo(right.merge(left));
    }

    @Test
    void equalTensorsHaveNoNoiseAndNaNIsCounted() {
        float[] x = gaussian(100, 7, 1);
        PairStats same = PairStats.of(x, x);
        assertThat(same.sqnr()).isEqualTo(PairStats.NO_NOISE);
        assertThat(same.cosine()).isCloseTo(1, within(1e-12));
        assertThat(same.kl()).isZero();
        float[] y = x.clone();
        y[3] = Float.NaN;
        y[4] = Float.POSITIVE_INFINITY;
        PairStats strange = PairStats.of(x, y);
        assertThat(strange.notANumber()).isEqualTo(2);
        assertThat(strange.l1()).isZero();
        assertThat(PairStats.of(new float[3], new float[3]).cosine()).isEqualTo(1);
        float[] huge = {Float.MAX_VALUE, -Float.MAX_VALUE};
        assertThat(PairStats.of(huge, new float[2]).l1()).isPositive();
    }
}
