package dev.octavo.ort.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class JudgeTest {
    private static final double[] NO_RANK = {0, 0, 0, 0};

    @Test
    void takesTheFastestOverAll() {
        double[][] micros = {{100, 60}, {80, 50}, {50, 40}, {60, 30}};
        assertThat(Judge.choose(micros, NO_RANK, 0)).isEqualTo(3);
    }

    @Test
    void neverTakesWhatIsSlowerThanFloatWithSomeNumberOfThreads() {
        double[][] micros = {{100, 60}, {90, 59}, {40, 61}, {85, 58}};
        assertThat(Judge.choose(micros, NO_RANK, 0)).isEqualTo(3);
    }

    @Test
    void prefersWhatIsNotSlowerThanEverythingInIntegers() {
        double[][] micros = {{100, 60}, {50, 30}, {30, 40}, {49, 30}};
        assertThat(Judge.choose(micros, NO_RANK, 0)).isEqualTo(3);
    }

    @Test
    void mayBeSlowerThanEverythingInIntegersIfThatIsSlowerThanFloat() {
        double[][] micros = {{100, 60}, {30, 70}, {90, 55}, {95, 58}};
        assertThat(Judge.choose(micros, NO_RANK, 0)).isEqualTo(2);
    }

    @Test
    void staysInFloatIfNothingIsFaster() {
        double[][] micros = {{100, 60}, {101, 50}, {99, 61}, {Double.POSITIVE_INFINITY, 10}};
        assertThat(Judge.choose(micros, NO_RANK, 0.02)).isEqualTo(Judge.FLOAT);
    }

    @Test
    void takesTheHigherRankOfThoseThatTakeTheSameTime() {
        double[][] micros = {{100, 60}, {80, 50}, {50, 30}, {50.5, 30.2}};
        double[] rank = {0, 1, 0.4, 0.6};
        assertThat(Judge.choose(micros, rank, 0.02)).isEqualTo(3);
        assertThat(Judge.choose(micros, rank, 0)).isEqualTo(2);
    }

    @Test
    void ignoresNumbersOfThreadsThatNoCoresWereFreeFor() {
        double[][] busy = {{100, 130}, {60, 140}};
        assertThat(Judge.isUsable(busy, 1)).isFalse();
        assertThat(Judge.usable(busy)).isEqualTo(new double[][] {{100}, {60}});
        double[][] quiet = {{100, 60}, {60, 40}};
        assertThat(Judge.usable(quiet)).isEqualTo(quiet);
    }

    @Test
    void knowsAGainThatNoiseCouldMake() {
        double[][] micros = {{100, 60}, {80, 50}, {95, 30}};
        assertThat(Judge.isClose(micros, 1)).isFalse();
        assertThat(Judge.isClose(micros, 2)).isTrue();
    }

    @Test
    void findsTheRatioUnderNoiseThatHitsBothAlike() {
        Random random = new Random(1);
        double[] floats = new double[60];
        double[] halves = new double[60];
        for (int i = 0; i < floats.length; i++) {
            double busy = random.nextInt(3) == 0 ? 2 : 1;
            floats[i] = 100 * busy * (1 + 0.05 * random.nextDouble());
            halves[i] = 50 * busy * (1 + 0.05 * random.nextDouble());
        }
        assertThat(Judge.ratio(halves, floats)).isCloseTo(0.5, within(0.02));
        assertThat(Judge.ratio(floats, floats)).isCloseTo(1, within(1e-12));
        assertThat(Judge.ratio(new double[0], floats)).isInfinite();
    }
}
