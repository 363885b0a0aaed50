package dev.octavo.ort.cost;

import static org.assertj.core.api.Assertions.assertThat;

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
    void ignoresNumbersOfThreadsThatOthersDisturbed() {
        double[][] micros = {{100, 130}, {60, 140}};
        assertThat(Judge.usable(new Race.Result(micros, new boolean[] {false, false})))
                .isEqualTo(new double[][] {{100}, {60}});
        assertThat(Judge.usable(new Race.Result(micros, new boolean[] {true, true})))
                .isEqualTo(micros);
    }

    @Test
    void goesByRankOnlyBetweenThoseThatTakeTheSameTime() {
        double[][] micros = {{100, 60}, {80, 50}, {50, 30}, {50.5, 30.2}};
        assertThat(Judge.near(micros, 0.02)).containsExactly(2, 3);
        assertThat(Judge.near(micros, 0)).containsExactly(2);
        assertThat(Judge.near(new double[][] {{100}, {101}}, 0.02)).isEmpty();
    }

    @Test
    void knowsAGainThatNoiseCouldMake() {
        double[][] micros = {{100, 60}, {80, 50}, {95, 30}};
        assertThat(Judge.isClose(micros, 1)).isFalse();
        assertThat(Judge.isClose(micros, 2)).isTrue();
    }
}
