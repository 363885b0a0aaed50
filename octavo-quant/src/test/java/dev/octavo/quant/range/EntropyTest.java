package dev.octavo.quant.range;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.Extremes;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.quant.testing.Distributions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntropyTest {
    private static final QuantSpec S8 = QuantSpec.perTensor(8, true, true);
    private static final QuantSpec U8 = QuantSpec.perTensor(8, false, false);
    private static final Entropy RULE = new Entropy();

    /* The case of field.md 0.4: onnxruntime's own rule keeps 60, or 9.84, or 4.70, by its number of bins. */
    private static float[] normalsWithTenOutliers() {
        float[] values = Arrays.copyOf(Distributions.NORMAL.draw(1_000_000, 1), 1_000_010);
        Arrays.fill(values, 1_000_000, values.length, 60f);
        return values;
    }

    @Test
    void aFewFarOutliersAreClipped() {
        DyadicHistogram seen = DyadicHistogram.of(normalsWithTenOutliers());

        for (QuantSpec spec : List.of(S8, U8)) {
            Range range = RULE.choose(new ValueEvidence(seen, Extremes.NONE, new TreeMap<>()), spec);
            assertThat(range.high()).isBetween(3.5, 6.0);
            assertThat(range.low()).isBetween(-6.0, -3.5);
        }
    }

    @Test
    void theOrderOfTheDataDoesNotMatter() {
        float[] values = normalsWithTenOutliers();
        List<DyadicHistogram> parts = new ArrayList<>();
        for (int at = 0; at < values.length; at += 50_000) {
            parts.add(DyadicHistogram.of(Arrays.copyOfRange(values, at, Math.min(values.length, at + 50_000))));
        }
        Range whole = RULE.chooseFor(values, S8);

        for (long seed = 0; seed < 5; seed++) {
            Collections.shuffle(parts, new Random(seed));
            DyadicHistogram merged = parts.stream().reduce(DyadicHistogram.EMPTY, DyadicHistogram::merge);
            assertThat(RULE.choose(new ValueEvidence(merged, Extremes.NONE, new TreeMap<>()), S8))
                    .isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100_000, 1_000_000, 50_000_000})
    void theZerosOfAReluDoNotMatter(int zeros) {
        float[] positive = Distributions.HEAVY_TAILED.draw(100_000, 2);
        DyadicHistogram without = DyadicHistogram.of(positive);
        DyadicHistogram with = new DyadicHistogram(
                without.exponent(), zeros, without.positive(), without.negative(), without.min(), without.max());

        Range expected = RULE.choose(new ValueEvidence(without, Extremes.NONE, new TreeMap<>()), U8);
        Range range = RULE.choose(new ValueEvidence(with, Extremes.NONE, new TreeMap<>()), U8);

        assertThat(range.high()).isEqualTo(expected.high());
    }

    @ParameterizedTest
    @EnumSource(Distributions.class)
    void scalingByAPowerOfTwoScalesTheRange(Distributions data) {
        float[] values = data.draw(20_000, 4);
        float[] scaled = values.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= 1024;
        }

        Range one = RULE.chooseFor(values, U8);
        Range two = RULE.chooseFor(scaled, U8);

        assertThat(two).isEqualTo(new Range(1024 * one.low(), 1024 * one.high()));
    }

    @ParameterizedTest
    @EnumSource(Distributions.class)
    void clippingStaysWithinReason(Distributions data) {
        // What is cut off is a tail and not the data.
        float[] values = data.draw(200_000, 5);
        Range range = RULE.chooseFor(values, S8);
        long outside = 0;
        for (float v : values) {
            outside += v < range.low() || v > range.high() ? 1 : 0;
        }
        assertThat(outside).as("%s", range).isLessThan(values.length / 100);
    }

    @Test
    void uniformValuesAreHardlyClipped() {
        float[] values = Distributions.UNIFORM.draw(200_000, 6);

        assertThat(RULE.chooseFor(values, S8).high()).isGreaterThan(1.25);
    }

    @Test
    void gridsFinerThanTheHistogramTakeTheFullRange() {
        float[] values = Distributions.HEAVY_TAILED.draw(20_000, 7);

        for (int bits = 13; bits <= 16; bits++) {
            QuantSpec spec = QuantSpec.perTensor(bits, false, false);
            assertThat(RULE.chooseFor(values, spec)).isEqualTo(new MinMax().chooseFor(values, spec));
        }
    }
}
