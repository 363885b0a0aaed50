package dev.octavo.quant.range;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.quant.testing.Distributions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rule's range against the best of many, both judged by the error of really quantizing the values. */
class LeastSquaresTest {
    private static final int VALUES = 4000;
    private static final int STEPS = 60;

    static Stream<Arguments> cases() {
        List<Arguments> all = new ArrayList<>();
        for (Distributions d : Distributions.values()) {
            for (int bits : new int[] {2, 3, 4, 8}) {
                all.add(Arguments.of(d, QuantSpec.perTensor(bits, true, true)));
                all.add(Arguments.of(d, QuantSpec.perTensor(bits, false, false)));
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isWithinAFewPercentOfTheBestRange(Distributions data, QuantSpec spec) {
        float[] values = data.draw(VALUES, 3);
        Range chosen = new LeastSquares().choose(Distributions.seen(values), spec);

        assertThat(error(values, chosen, spec)).isLessThanOrEqualTo(1.05 * bruteForce(values, spec));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isNeverWorseThanTheFullRange(Distributions data, QuantSpec spec) {
        for (long seed = 0; seed < 5; seed++) {
            float[] values = data.draw(500, seed);
            double chosen = error(values, new LeastSquares().chooseFor(values, spec), spec);
            assertThat(chosen).isLessThanOrEqualTo(1.02 * error(values, new MinMax().chooseFor(values, spec), spec));
        }
    }

    @Test
    void scalingTheValuesScalesTheRange() {
        QuantSpec s4 = QuantSpec.perTensor(4, true, true);
        float[] values = Distributions.LAPLACE.draw(VALUES, 1);
        float[] doubled = values.clone();
        for (int i = 0; i < doubled.length; i++) {
            doubled[i] *= 2;
        }

        Range one = new LeastSquares().chooseFor(values, s4);
        Range two = new LeastSquares().chooseFor(doubled, s4);

        assertThat(two).isEqualTo(new Range(2 * one.low(), 2 * one.high()));
    }

    @Test
    void clipsMoreTheFewerBitsThereAre() {
        float[] values = Distributions.LAPLACE.draw(VALUES, 1);
        double before = 0;
        for (int bits = 2; bits <= 10; bits++) {
            double high = new LeastSquares()
                    .chooseFor(values, QuantSpec.perTensor(bits, true, true))
                    .high();
            assertThat(high).isGreaterThanOrEqualTo(before * 0.98);
            before = high;
        }
    }

    /* The least error over a lattice of ranges and a finer one around the best. */
    private static double bruteForce(float[] values, QuantSpec spec) {
        Range all = new MinMax().chooseFor(values, spec);
        double[] best = {Double.POSITIVE_INFINITY, Math.min(0, all.low()), Math.max(0, all.high())};
        double m = Math.max(-best[1], best[2]);
        for (int i = 0; i <= STEPS; i++) {
            if (spec.symmetric()) {
                double t = m * (i + 1) / (STEPS + 1);
                keepBetter(best, values, new Range(all.low() < 0 ? -t : 0, t), spec);
                continue;
            }
            for (int j = 0; j <= STEPS; j++) {
                double low = Math.min(0, all.low()) * i / STEPS;
                double high = Math.max(0, all.high()) * j / STEPS;
                keepBetter(best, values, new Range(low, high), spec);
            }
        }
        return best[0];
    }

    private static void keepBetter(double[] best, float[] values, Range r, QuantSpec spec) {
        if (r.low() == 0 && r.high() == 0) {
            return;
        }
        double e = error(values, r, spec);
        if (e < best[0]) {
            best[0] = e;
        }
    }

    private static double error(float[] values, Range range, QuantSpec spec) {
        QuantParams p = QuantParams.forRange(range, spec);
        double sum = 0;
        for (float v : values) {
            double e = (double) v - p.snapped(v, spec);
            sum += e * e;
        }
        return sum;
    }
}
