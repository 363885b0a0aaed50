package dev.octavo.core.stat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExactSumsTest {
    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void sumsLikeBigDecimal(long seed) {
        float[] data = Samples.heavyTailed(seed);
        BigDecimal exact = BigDecimal.ZERO;
        for (float x : data) {
            exact = exact.add(new BigDecimal(x));
        }
        assertThat(of(data).get(0)).isEqualTo(exact.doubleValue());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void sumsDoublesOfAnyMagnitudeToTheLeastFloat(long seed) {
        Random r = new Random(seed);
        ExactSums sums = new ExactSums(3);
        BigDecimal exact = BigDecimal.ZERO;
        BigDecimal unit = new BigDecimal(2).pow(149);
        for (int i = 0; i < 500; i++) {
            double x = Math.scalb(r.nextGaussian(), r.nextInt(330) - 160);
            sums.add(1, x);
            // Rounded to a multiple of 2^-149, a half away from zero.
            exact = exact.add(new BigDecimal(x).multiply(unit).setScale(0, java.math.RoundingMode.HALF_UP));
        }
        assertThat(sums.copy().get(1)).isEqualTo(Math.scalb(exact.doubleValue(), -149));
        assertThat(sums.copy().get(0)).isZero();
        assertThat(sums.copy().get(2)).isZero();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void mergingAnyPartitionInAnyOrderEqualsOnePass(long seed) {
        float[] data = Samples.heavyTailed(seed);
        ExactSums merged = Samples.shuffledParts(data, seed, ExactSumsTest::of).stream()
                .reduce(new ExactSums(1), ExactSums::merge);
        assertThat(merged).isEqualTo(of(data));
        assertThat(ExactSums.ofRaw(merged.raw())).isEqualTo(merged);
    }

    @Test
    void opposedAddendsLeaveNothing() {
        ExactSums sums = new ExactSums(1);
        for (double x : new double[] {1e30, -1e-30, 3e38, -1e30, 1e-30, -3e38}) {
            sums.add(0, x);
        }
        assertThat(sums.copy()).isEqualTo(new ExactSums(1));
    }

    @Test
    void refusesWhatIsNotFinite() {
        ExactSums sums = new ExactSums(1);
        assertThatThrownBy(() -> sums.add(0, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> sums.add(0, 1e60)).isInstanceOf(IllegalArgumentException.class);
    }

    private static ExactSums of(float[] data) {
        ExactSums sums = new ExactSums(1);
        for (float x : data) {
            sums.add(0, x);
        }
        return sums.copy();
    }
}
