package dev.octavo.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The grid of a range, and the arithmetic of QuantizeLinear and DequantizeLinear. */
class QuantParamsTest {
    /** Every width with either sign, symmetric or not. */
    static List<QuantSpec> specs() {
        List<QuantSpec> specs = new ArrayList<>();
        for (int bits : new int[] {2, 3, 4, 5, 7, 8, 9, 12, 15, 16}) {
            for (int i = 0; i < 4; i++) {
                specs.add(QuantSpec.perTensor(bits, (i & 1) == 0, i < 2));
            }
        }
        return specs;
    }

    static Stream<Arguments> specsAndRanges() {
        Random random = new Random(5);
        return specs().stream()
                .flatMap(spec ->
                        Stream.generate(() -> Arguments.of(spec, range(random))).limit(60));
    }

    /** Ranges of all magnitudes, on both sides of zero, on one, and empty ones. */
    private static Range range(Random random) {
        double magnitude = Math.scalb(1 + random.nextDouble(), random.nextInt(240) - 120);
        double a = magnitude * random.nextGaussian();
        double b = random.nextInt(3) == 0 ? a * 1e-3 * random.nextGaussian() : magnitude * random.nextGaussian();
        return switch (random.nextInt(6)) {
            case 0 -> new Range(0, Math.abs(a));
            case 1 -> new Range(-Math.abs(a), 0);
            case 2 -> new Range(a, a);
            default -> new Range(Math.min(a, b), Math.max(a, b));
        };
    }

    /** A runtime that finds the end above the limit by a rounding keeps the limit, or cannot open the model at all. */
    @Test
    void endsAtALimitAndNotARoundingBeyond() {
        Random random = new Random(8);
        QuantSpec spec = QuantSpec.perTensor(8, false, false);
        int moved = 0;
        for (int i = 0; i < 20_000; i++) {
            float limit = (float) Math.exp(random.nextGaussian() * 3);
            QuantParams plain = QuantParams.forRange(new Range(0, limit), spec);
            QuantParams ending = plain.endingAt(limit, spec);
            assertThat(spec.maxCode() * ending.scale())
                    .isLessThanOrEqualTo(limit)
                    .isGreaterThan(limit * (1 - 1e-6f));
            moved += ending.equals(plain) ? 0 : 1;
            assertThat(plain.endingAt(limit / 2, spec)).isEqualTo(plain);
        }
        assertThat(moved).isGreaterThan(10);
    }

    @ParameterizedTest
    @MethodSource("specsAndRanges")
    void zeroIsExactAndTheRangeIsCoveredWithinHalfAStep(QuantSpec spec, Range range) {
        QuantParams p = QuantParams.forRange(range, spec);

        assertThat(p.zeroPoint()).isBetween(spec.minCode(), spec.maxCode());
        assertThat(p.snapped(0f, spec)).isZero();
        assertThat(p.code(0f, spec)).isEqualTo(p.zeroPoint());
        double step = p.scale() * (1 + 1e-4 + 1e-6 * spec.maxCode());
        Range covered = Grid.perTensor(spec, p).range(0);
        // An unsigned grid that is symmetric by design, and on values of both signs, has its lower half for
        // the negative ones, one code more than for the positive ones.
        assertThat(covered.low()).isLessThanOrEqualTo(Math.min(0, range.low()) + step / 2);
        assertThat(covered.high()).isGreaterThanOrEqualTo(Math.max(0, range.high()) - step / 2);
    }

    @ParameterizedTest
    @MethodSource("specsAndRanges")
    void roundingMovesNothingByMoreThanHalfAStep(QuantSpec spec, Range range) {
        QuantParams p = QuantParams.forRange(range, spec);
        Range covered = Grid.perTensor(spec, p).range(0);
        Random random = new Random(range.hashCode());

        for (int i = 0; i < 50; i++) {
            float x = (float) (covered.low() + random.nextDouble() * (covered.high() - covered.low()));
            double error = Math.abs((double) x - p.snapped(x, spec));
            assertThat(error).isLessThanOrEqualTo(p.scale() / 2.0 * (1 + 1e-6) + Math.ulp(x));
        }
    }

    @ParameterizedTest
    @MethodSource("specsAndRanges")
    void snappingTwiceIsSnappingOnce(QuantSpec spec, Range range) {
        QuantParams p = QuantParams.forRange(range, spec);
        Random random = new Random(7);

        for (int i = 0; i < 50; i++) {
            float once = p.snapped((float) (3 * random.nextGaussian() * Math.max(-range.low(), range.high())), spec);
            assertThat(p.snapped(once, spec)).isEqualTo(once);
        }
        for (int code = spec.minCode(); code <= spec.maxCode(); code += 1 + spec.maxCode() / 50) {
            assertThat(p.code(p.real(code), spec)).isEqualTo(code);
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void whatLiesOutsideSaturates(QuantSpec spec) {
        QuantParams p = QuantParams.forRange(new Range(-1, 2), spec);

        for (float huge : new float[] {1e6f, 1e30f, Float.MAX_VALUE, Float.POSITIVE_INFINITY}) {
            assertThat(p.code(huge, spec)).isEqualTo(spec.maxCode());
            assertThat(p.code(-huge, spec)).isEqualTo(spec.minCode());
        }
        QuantParams tiny = new QuantParams(Float.MIN_NORMAL, p.zeroPoint());
        assertThat(tiny.code(Float.MAX_VALUE, spec)).isEqualTo(spec.maxCode());
        assertThat(tiny.code(-Float.MAX_VALUE, spec)).isEqualTo(spec.minCode());
    }

    /** Ties go to the even quotient, before the zero point is added. */
    @ParameterizedTest
    @CsvSource({
        "0.5, 0",
        "1.5, 2",
        "2.5, 2",
        "3.5, 4",
        "-0.5, 0",
        "-1.5, -2",
        "-2.5, -2",
        "0.49999997, 0",
        "0.50000006, 1"
    })
    void tiesGoToEven(float quotient, int expected) {
        QuantSpec s8 = QuantSpec.perTensor(8, true, false);

        for (int zero : new int[] {0, 1, -7}) {
            assertThat(new QuantParams(1f, zero).code(quotient, s8)).isEqualTo(expected + zero);
            assertThat(new QuantParams(0.25f, zero).code(quotient / 4, s8)).isEqualTo(expected + zero);
        }
    }

    @Test
    void theQuotientIsThatOfFloatDivision() {
        // 0.3f / 0.1f is 3 in float and 3.0000000447 in double; (k + ½)·s may fall on either side of the tie.
        QuantSpec u8 = QuantSpec.perTensor(8, false, false);
        for (int k = 0; k < 200; k++) {
            float x = (k + 0.5f) * 0.0123f;
            assertThat(new QuantParams(0.0123f, 0).code(x, u8)).isEqualTo((int) Math.rint((double) (x / 0.0123f)));
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void symmetricGridsHaveTheirZeroInTheMiddle(QuantSpec spec) {
        QuantParams p = QuantParams.forRange(new Range(-1, 2), spec);
        if (spec.symmetric()) {
            assertThat(p.zeroPoint()).isEqualTo(spec.signed() ? 0 : (spec.maxCode() + 1) / 2);
            assertThat(p.real(spec.maxCode())).isCloseTo(2f, org.assertj.core.data.Percentage.withPercentage(1e-4));
        }
    }

    @Test
    void aSymmetricUnsignedGridOfNonNegativeValuesUsesAllItsCodes() {
        QuantParams p = QuantParams.forRange(new Range(0.5, 2.55), QuantSpec.perTensor(8, false, true));

        assertThat(p).isEqualTo(new QuantParams(0.01f, 0));
    }

    @ParameterizedTest
    @MethodSource("specs")
    void aRangeThatIsNothingButZeroHasScaleOne(QuantSpec spec) {
        QuantParams p = QuantParams.forRange(new Range(0, 0), spec);

        assertThat(p.scale()).isEqualTo(1f);
        assertThat(p.snapped(0f, spec)).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-45, 1e-40, 1e-38})
    void rangesOfDenormalsHaveANormalScale(double tiny) {
        for (QuantSpec spec : specs()) {
            QuantParams p = QuantParams.forRange(new Range(-tiny, tiny), spec);
            assertThat(p.scale()).isGreaterThanOrEqualTo(Float.MIN_NORMAL);
            assertThat(p.snapped((float) tiny, spec)).isFinite();
        }
    }

    @Test
    void theWidestRangeHasAFiniteScale() {
        for (QuantSpec spec : specs()) {
            QuantParams p = QuantParams.forRange(new Range(-Float.MAX_VALUE, Float.MAX_VALUE), spec);
            assertThat(p.snapped(0f, spec)).isZero();
            assertThat(p.code(Float.MAX_VALUE, spec)).isBetween(spec.minCode(), spec.maxCode());
        }
    }

    @Test
    void codesOf32BitsReachTheEndsOfInt32() {
        QuantSpec s32 = QuantSpec.perTensor(32, true, true);
        QuantParams p = new QuantParams(1e-3f, 0);

        assertThat(s32.minCode()).isEqualTo(Integer.MIN_VALUE);
        assertThat(s32.maxCode()).isEqualTo(Integer.MAX_VALUE);
        assertThat(p.code(1e30f, s32)).isEqualTo(Integer.MAX_VALUE);
        assertThat(p.code(-1e30f, s32)).isEqualTo(Integer.MIN_VALUE);
        assertThat(p.code(1.2345f, s32)).isEqualTo(1234); // 1234.5 is a tie
    }

    @ParameterizedTest
    @ValueSource(floats = {0f, -1f, Float.NaN, Float.POSITIVE_INFINITY})
    void scalesAreFiniteAndPositive(float scale) {
        assertThatThrownBy(() -> new QuantParams(scale, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("scale");
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "NaN, 1", "0, NaN", "-Infinity, 0", "0, Infinity"})
    void rangesAreFiniteAndOrdered(double low, double high) {
        assertThatThrownBy(() -> new Range(low, high)).isInstanceOf(IllegalArgumentException.class);
    }
}
