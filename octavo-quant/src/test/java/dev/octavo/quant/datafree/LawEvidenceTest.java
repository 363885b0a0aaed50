package dev.octavo.quant.datafree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.ChannelStats;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.tensor.Shape;
import dev.octavo.quant.range.Measured;
import dev.octavo.quant.range.RangeRule;
import dev.octavo.quant.range.RangeRules;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LawEvidenceTest {
    private static final Law NORMAL = Law.normal(1, new double[] {1, -3}, new double[] {2, 0.5});

    @Test
    void theHistogramHasTheQuantilesOfTheMixture() {
        DyadicHistogram h = evidence(NORMAL).histogram();
        for (double x = -4; x < 7; x += 0.37) {
            double p = (Normal.below((x - 1) / 2) + Normal.below((x + 3) / 0.5)) / 2;
            double width = 2 * h.binWidth() + 2e-3;
            assertThat(h.quantile(p)).isBetween(x - width, x + width);
        }
        assertThat(h.min()).isEqualTo(-11f);
        assertThat(h.max()).isEqualTo(13f);
        assertThat((double) h.count()).isCloseTo(0x1p40, within(0x1p30));
    }

    @Test
    void whatAReluMakesZeroIsZero() {
        DyadicHistogram h = evidence(NORMAL.map(x -> Math.max(0, x))).histogram();
        double share = (Normal.below(-0.5) + Normal.below(6)) / 2;
        assertThat((double) h.zeros() / h.count()).isCloseTo(share, within(0.01));
        assertThat(h.negative()).isEmpty();
        assertThat(h.min()).isZero();
    }

    @Test
    void deadChannelsAreZerosAndNothingElse() {
        DyadicHistogram h =
                evidence(Law.normal(1, new double[2], new double[2])).histogram();
        assertThat(h.count()).isEqualTo(h.zeros()).isPositive();
        assertThat(h.maxAbs()).isZero();
    }

    @Test
    void channelsHaveTheirMeansAndRanges() {
        ChannelStats s = Objects.requireNonNull(evidence(NORMAL).channels().get(1));
        assertThat(s.channels()).isEqualTo(2);
        assertThat(s.mean(0)).isCloseTo(1, within(1e-9));
        assertThat(s.mean(1)).isCloseTo(-3, within(1e-9));
        assertThat(s.min(1)).isEqualTo(-6);
        assertThat(s.max(0)).isEqualTo(13);
    }

    @Test
    void alongAnotherAxisAllPlacesAreAlike() {
        ValueEvidence e = LawEvidence.of(NORMAL, Set.of(-1), Optional.of(Shape.of(1, 2, 5, 7)));
        ChannelStats s = Objects.requireNonNull(e.channels().get(-1));
        assertThat(s.channels()).isEqualTo(7);
        assertThat(s.axis()).isEqualTo(-1);
        for (int c = 0; c < 7; c++) {
            assertThat(s.mean(c)).isCloseTo(-1, within(2e-2));
        }
    }

    @Test
    void theExtremesOfASampleGrowWithItsPlaces() {
        ValueEvidence few = LawEvidence.of(NORMAL, Set.of(), Optional.of(Shape.of(1, 2, 4, 4)));
        ValueEvidence many = LawEvidence.of(NORMAL, Set.of(), Optional.of(Shape.of(1, 2, 100, 100)));
        assertThat(few.extremes().meanMax()).isCloseTo(1 + 2 * Normal.quantile(1 - 1.0 / 16), within(1e-2));
        assertThat(many.extremes().meanMax()).isCloseTo(1 + 2 * Normal.quantile(1 - 1e-4), within(1e-2));
    }

    /** Every rule but the one that tries gives a usable range. */
    @Test
    void everyRangeRuleWorks() {
        QuantSpec spec = QuantSpec.perTensor(8, false, false);
        for (Law law : new Law[] {NORMAL, NORMAL.map(x -> Math.max(0, x)), NORMAL.map(x -> x / (1 + Math.exp(-x)))}) {
            ValueEvidence seen = evidence(law);
            for (String name : RangeRules.names().keySet()) {
                RangeRule rule = RangeRules.named(name, OptionalDouble.empty());
                if (!(rule instanceof Measured)) {
                    Range r = rule.choose(seen, spec);
                    double most = Arrays.stream(law.at())
                            .flatMapToDouble(Arrays::stream)
                            .max()
                            .orElseThrow();
                    assertThat(r.high()).as(name).isBetween(0.25 * most, 1.01 * most);
                }
            }
        }
    }

    private static ValueEvidence evidence(Law law) {
        return LawEvidence.of(law, Set.of(1), Optional.of(Shape.of(1, law.channels(), 8, 8)));
    }
}
