package dev.octavo.ort.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class BorderCostsTest {
    @Test
    void findsTheLineThroughPointsOnOne() {
        double[] elements = {1000, 50_000, 400_000};
        double[] micros = {5.2, 15, 85};
        double[] line = BorderCosts.line(elements, micros);
        assertThat(line[0]).isCloseTo(5, within(1e-9));
        assertThat(line[1]).isCloseTo(0.2e-3, within(1e-12));
    }

    @Test
    void neverPromisesAGain() {
        assertThat(BorderCosts.line(new double[] {1000, 2000}, new double[] {10, 4})[1])
                .isZero();
        assertThat(BorderCosts.line(new double[] {1000, 2000}, new double[] {1, 40})[0])
                .isZero();
    }

    @Test
    void isTheMeanWhereSizesDoNotDiffer() {
        double[] line = BorderCosts.line(new double[] {1000, 1000}, new double[] {4, 4});
        assertThat(line).containsExactly(4, 0);
    }

    @Test
    void dependsOnDirection() {
        BorderCosts costs = new BorderCosts(1, 0.5, 2, 0.25);
        assertThat(costs.quantize(10)).isEqualTo(6);
        assertThat(costs.dequantize(10)).isEqualTo(4.5);
    }
}
