package dev.octavo.quant.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.RecipeException;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.Extremes;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.quant.testing.Distributions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What all range rules have in common, and known answers of the simple ones. */
class RangeRuleTest {
    private static final QuantSpec U8 = QuantSpec.perTensor(8, false, false);

    static Stream<RangeRule> rules() {
        return RangeRules.names().keySet().stream().map(n -> RangeRules.named(n, OptionalDouble.empty()));
    }

    @Test
    void roomStretchesWideGridsAlone() {
        RangeRule rule = new WithRoom(new MinMax(), 2);
        ValueEvidence seen =
                new ValueEvidence(DyadicHistogram.of(new float[] {-1, 0, 3}), Extremes.NONE, new TreeMap<>());

        assertThat(rule.choose(seen, U8)).isEqualTo(new Range(-1, 3));
        assertThat(rule.choose(seen, QuantSpec.perTensor(16, false, false))).isEqualTo(new Range(-2, 6));
        assertThat(rule.chooseFor(new float[] {-1, 3}, QuantSpec.perTensor(16, true, false)))
                .isEqualTo(new Range(-1, 3));
        assertThat(RangeRules.recipeOf(WithRoom.like(rule, new Percentile(0.99))))
                .isEqualTo("range: percentile, keep: 0.99, room: 2.0");
        assertThatThrownBy(() -> new WithRoom(new MinMax(), 0.5)).hasMessageContaining("room");
    }

    static Stream<Arguments> rulesAndOddData() {
        List<float[]> data = List.of(
                new float[] {0},
                new float[] {-0f, 0},
                new float[] {5},
                new float[] {-5},
                new float[] {3, 3, 3, 3},
                new float[] {-1, 2},
                new float[] {-2, -1},
                new float[] {1, 2},
                new float[] {Float.MIN_VALUE, -Float.MIN_VALUE},
                new float[] {Float.MIN_VALUE, 0},
                new float[] {1e-40f, -3e-41f, 2e-41f},
                new float[] {Float.MAX_VALUE, -Float.MAX_VALUE},
                new float[] {Float.MAX_VALUE, 1},
                new float[] {1e30f, 1e-30f, 0, -1e-30f},
                new float[] {-1e-30f, 1e30f});
        List<QuantSpec> specs = new ArrayList<>();
        for (int bits : new int[] {2, 4, 8, 11, 12, 16}) {
            for (int i = 0; i < 4; i++) {
                specs.add(QuantSpec.perTensor(bits, (i & 1) == 0, i < 2));
            }
        }
        return rules().flatMap(r -> data.stream().flatMap(d -> specs.stream().map(s -> Arguments.of(r, d, s))));
    }

    @ParameterizedTest
    @MethodSource("rulesAndOddData")
    void oddDataGetFiniteRangesInsideTheirHull(RangeRule rule, float[] values, QuantSpec spec) {
        checkInside(rule, values, spec);
    }

    @ParameterizedTest
    @EnumSource(Distributions.class)
    void commonDataGetFiniteRangesInsideTheirHull(Distributions data) {
        rules().forEach(rule -> {
            for (long seed = 0; seed < 4; seed++) {
                checkInside(rule, data.draw(1 + (int) seed * 300, seed), U8);
                checkInside(rule, data.draw(1 + (int) seed * 300, seed), QuantSpec.perTensor(4, true, true));
            }
        });
    }

    /* Of the values and zero; for symmetric intents and abs-max of the magnitudes on either side. */
    private static void checkInside(RangeRule rule, float[] values, QuantSpec spec) {
        Range range = rule.choose(Distributions.seen(values), spec);
        Range all = new MinMax().chooseFor(values, spec);
        double m = Math.max(Math.abs(all.low()), Math.abs(all.high()));
        boolean mirrored = all.low() < 0 && (spec.symmetric() || rule instanceof AbsMax);
        assertThat(range.low()).isFinite().isLessThanOrEqualTo(range.high());
        assertThat(range.low()).isGreaterThanOrEqualTo(mirrored ? -m : Math.min(0, all.low()));
        assertThat(range.high()).isLessThanOrEqualTo(mirrored ? m : Math.max(0, all.high()));
    }

    @Test
    void minMaxCoversEverything() {
        assertThat(new MinMax().chooseFor(new float[] {3, -1, 2}, U8)).isEqualTo(new Range(-1, 3));
        assertThat(new MinMax().chooseFor(new float[] {2, 3}, U8)).isEqualTo(new Range(2, 3));
    }

    @Test
    void absMaxCoversTheLargestMagnitudeOnBothSidesIfThereAreTwo() {
        assertThat(new AbsMax().chooseFor(new float[] {3, -1, 2}, U8)).isEqualTo(new Range(-3, 3));
        assertThat(new AbsMax().chooseFor(new float[] {-3, 1}, U8)).isEqualTo(new Range(-3, 3));
        assertThat(new AbsMax().chooseFor(new float[] {2, 3}, U8)).isEqualTo(new Range(0, 3));
    }

    @Test
    void movingAverageIsTheMeanOfTheSamplesRanges() {
        float[][] samples = {{-1, 4}, {-3, 1}, {-2, 10}, {0, 5}};
        ValueEvidence all = Stream.of(samples)
                .map(Distributions::seen)
                .reduce(ValueEvidence::merge)
                .orElseThrow();

        assertThat(new MovingAverage().choose(all, U8)).isEqualTo(new Range(-1.5, 5));
    }

    @Test
    void movingAverageWithoutSamplesCoversEverything() {
        ValueEvidence seen = new ValueEvidence(DyadicHistogram.of(-1, 2), Extremes.NONE, new TreeMap<>());

        assertThat(new MovingAverage().choose(seen, U8)).isEqualTo(new Range(-1, 2));
        assertThat(new MovingAverage().chooseFor(new float[] {-1, 2}, U8)).isEqualTo(new Range(-1, 2));
    }

    @ParameterizedTest
    @CsvSource({"0.9", "0.99", "0.999", "0.9999"})
    void percentileIsThatOfTheSortedValues(double keep) {
        for (Distributions data : Distributions.values()) {
            float[] values = data.draw(100_000, 11);
            float[] sorted = values.clone();
            Arrays.sort(sorted);
            boolean oneSided = sorted[0] >= 0;
            double tail = oneSided ? 1 - keep : (1 - keep) / 2;

            ValueEvidence seen = Distributions.seen(values);
            Range range = new Percentile(keep).choose(seen, U8);

            double bin = seen.histogram().binWidth();
            double low = oneSided ? sorted[0] : quantile(sorted, tail);
            double high = quantile(sorted, 1 - tail);
            assertThat(range.low()).as("%s low", data).isCloseTo(low, within(2 * bin + gap(sorted, tail)));
            assertThat(range.high()).as("%s high", data).isCloseTo(high, within(2 * bin + gap(sorted, 1 - tail)));
        }
    }

    /* Linear interpolation between order statistics, numpy's default. */
    private static double quantile(float[] sorted, double p) {
        double at = p * (sorted.length - 1);
        int i = (int) Math.min(sorted.length - 2, Math.floor(at));
        return sorted[i] + (at - i) * (sorted[i + 1] - sorted[i]);
    }

    /* How far neighbours lie from each other around there: no definition of quantiles settles that. */
    private static double gap(float[] sorted, double p) {
        int i = (int) (p * (sorted.length - 1));
        return (double) sorted[Math.min(sorted.length - 1, i + 2)] - sorted[Math.max(0, i - 1)];
    }

    @Test
    void percentileOfEverythingIsTheFullRange() {
        float[] values = Distributions.STUDENT.draw(5000, 1);

        assertThat(new Percentile(1).chooseFor(values, U8)).isEqualTo(new MinMax().chooseFor(values, U8));
    }

    @Test
    void percentileOfOneSidedValuesCutsThatSideOnly() {
        float[] values = new float[1000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Range positive = new Percentile(0.9).chooseFor(values, U8);
        for (int i = 0; i < values.length; i++) {
            values[i] = -i;
        }
        Range negative = new Percentile(0.9).chooseFor(values, U8);

        assertThat(positive.low()).isZero();
        assertThat(positive.high()).isCloseTo(900, within(2.0));
        assertThat(negative.low()).isCloseTo(-900, within(2.0));
        assertThat(negative.high()).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.5, 1.5, 99.99, Double.NaN})
    void percentileTakesAFraction(double keep) {
        assertThatThrownBy(() -> new Percentile(keep)).hasMessageContaining("for 99.99 % write 0.9999");
    }

    @ParameterizedTest
    @MethodSource("rules")
    void theOrderOfTheSamplesDoesNotMatter(RangeRule rule) {
        List<ValueEvidence> parts = new ArrayList<>();
        for (Distributions data : Distributions.values()) {
            parts.add(Distributions.seen(data.draw(500, 9)));
        }
        ValueEvidence forward = parts.stream().reduce(ValueEvidence::merge).orElseThrow();
        java.util.Collections.shuffle(parts, new Random(3));
        ValueEvidence shuffled = parts.stream().reduce(ValueEvidence::merge).orElseThrow();

        assertThat(rule.choose(shuffled, U8)).isEqualTo(rule.choose(forward, U8));
    }

    @Test
    void everyNameHasARuleAndOthersAreRefused() {
        assertThat(rules().map(Object::getClass).distinct().count())
                .isEqualTo(RangeRules.names().size());
        assertThatThrownBy(() -> RangeRules.named("minmax", OptionalDouble.empty()))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("no range rule 'minmax'");
        assertThatThrownBy(() -> RangeRules.named("min-max", OptionalDouble.of(0.9)))
                .isInstanceOf(RecipeException.class);
    }
}
