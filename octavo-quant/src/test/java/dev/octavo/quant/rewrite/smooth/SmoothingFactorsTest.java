package dev.octavo.quant.rewrite.smooth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SmoothingFactorsTest {
    private static SmoothingFactors factors(float[] activation, float[] weight, double alpha) {
        return SmoothingFactors.of(activation, weight, alpha).orElseThrow();
    }

    @Test
    void isTheFormula() {
        double[] s = factors(new float[] {16, 1, 0.25f}, new float[] {1, 4, 0.0625f}, 0.5)
                .values();
        assertThat(s).containsExactly(new double[] {4, 0.5, 2}, within(1e-12));
        double[] third =
                factors(new float[] {8, 1}, new float[] {1, 27}, 1.0 / 3).values();
        assertThat(third).containsExactly(new double[] {2, 1.0 / 9}, within(1e-9));
    }

    @Test
    void leavesAllDifficultyAtTheEndsOfAlpha() {
        float[] x = {16, 1, 0.25f};
        float[] w = {1, 4, 0.0625f};
        double[] all = factors(x, w, 1).values();
        double[] none = factors(x, w, 0).values();
        for (int j = 0; j < 3; j++) {
            assertThat(x[j] / all[j]).as("activations all alike").isCloseTo(1, within(1e-9));
            assertThat(w[j] * none[j]).as("weights all alike").isCloseTo(1, within(1e-9));
        }
    }

    @Test
    void aSilentChannelKeepsItsWeightsBesideTheOthers() {
        SmoothingFactors s = factors(new float[] {100, 0, 1}, new float[] {1, 1, 1}, 0.5);
        assertThat(s.values()[1]).isCloseTo(Math.sqrt(10), within(1e-9)); // the geometric mean of 10 and 1
        assertThat(s.spread()).isCloseTo(10, within(1e-9));
    }

    @Test
    void aChannelThatNothingReadsDoesNotWidenTheRange() {
        float[] x = {100, 1e6f, 1};
        double[] s = factors(x, new float[] {1, 0, 1}, 0.5).values();
        assertThat(x[1] / s[1]).isCloseTo(Math.sqrt(10), within(1e-3)); // the geometric mean of 10 and 1
    }

    @Test
    void extremesStayUsable() {
        float[] x = {Float.MAX_VALUE, Float.MIN_VALUE, 1, 1, 1};
        double[] s = factors(x, new float[] {Float.MIN_VALUE, Float.MAX_VALUE, 1, 1, 1}, 0.5)
                .values();
        for (double f : s) {
            assertThat((float) f).isPositive().isFinite();
            assertThat((float) (1 / f)).isPositive().isFinite();
        }
        assertThat(s[0] / s[1]).isLessThanOrEqualTo(1.01e10);
    }

    @Test
    void noChannelToGoByGivesNoFactors() {
        assertThat(SmoothingFactors.of(new float[] {0, 1}, new float[] {1, 0}, 0.5))
                .isEmpty();
        assertThat(SmoothingFactors.of(new float[0], new float[0], 0.5)).isEmpty();
    }

    @Test
    void warnsOfFactorsAlikeForChannelsUnlike() {
        float[] unlike = {1, 10, 100};
        assertThat(factors(unlike, new float[] {1, 10, 100}, 0.5).suspicion().orElseThrow())
                .contains("nearly constant (1.00 to 1)")
                .contains("100 to 1");
        assertThat(factors(unlike, new float[] {1, 1, 1}, 0.5).suspicion()).isEmpty();
        assertThat(factors(new float[] {1, 2, 3}, new float[] {1, 2, 3}, 0.5).suspicion())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void permutingChannelsPermutesTheFactorsToTheLastBit(long seed) {
        Random r = new Random(seed);
        int n = 2 + r.nextInt(40);
        float[] x = new float[n];
        float[] w = new float[n];
        for (int j = 0; j < n; j++) {
            x[j] = r.nextInt(6) == 0 ? 0 : (float) Math.exp(4 * r.nextGaussian());
            w[j] = r.nextInt(6) == 0 ? 0 : (float) Math.exp(4 * r.nextGaussian());
        }
        x[0] = 1;
        w[0] = 1;
        int[] p = Permutations.of(n, r);
        double alpha = r.nextDouble();
        assertThat(factors(Permutations.apply(x, p), Permutations.apply(w, p), alpha)
                        .values())
                .containsExactly(Permutations.apply(factors(x, w, alpha).values(), p));
    }
}
