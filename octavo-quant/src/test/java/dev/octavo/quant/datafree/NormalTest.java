package dev.octavo.quant.datafree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalTest {
    /** Golden: Python's math.erfc. */
    @ParameterizedTest
    @CsvSource({
        "-8, 6.220960574271819e-16",
        "-5, 2.866515718791946e-07",
        "-2.5, 0.006209665325776139",
        "-1, 0.15865525393145707",
        "-0.3, 0.3820885778110474",
        "0, 0.5",
        "0.7, 0.758036347776927",
        "1.96, 0.9750021048517795",
        "3, 0.9986501019683699",
        "6, 0.9999999990134123"
    })
    void theShareBelowIsThatOfTheErrorFunction(double x, double share) {
        assertThat(Normal.below(x)).isCloseTo(share, within(1e-15));
    }

    @Test
    void theQuantileIsTheInverse() {
        for (double p = 0.0005; p < 1; p += 0.0131) {
            assertThat(Normal.below(Normal.quantile(p))).isCloseTo(p, within(1e-12));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 0, Infinity",
        "-2, 1.5, 0, Infinity",
        "3, 2, 0, 6",
        "5.5, 1, 0, 6",
        "-1, 0.5, -1, 1",
        "0.3, 0, 0, 6",
        "-4, 0, 0, 6",
        "1, 2, -Infinity, 0.5"
    })
    void theMeanAfterAClipIsThatOfDrawnNumbers(double mean, double deviation, double low, double high) {
        Random random = new Random(7);
        int n = 400_000;
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += Math.max(low, Math.min(high, mean + deviation * random.nextGaussian()));
        }
        double chance = 5 * deviation / Math.sqrt(n) + 1e-9;
        assertThat(Normal.clippedMean(mean, deviation, low, high)).isCloseTo(sum / n, within(chance));
    }
}
