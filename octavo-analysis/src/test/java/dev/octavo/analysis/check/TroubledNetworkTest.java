package dev.octavo.analysis.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.testing.TroubledNetwork;
import dev.octavo.ort.EvidenceSweep;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.rewrite.Witness;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The fixture has the troubles that it is there for. */
class TroubledNetworkTest {
    private static final Dataset DATA = TroubledNetwork.data(6);
    private static final Prepared PREPARED = Preparation.everywhere(
            Preparation.rewrite(TroubledNetwork.graph(), OrtEngine.INSTANCE::inferTypes),
            QuantizeOptions.DEFAULT.withActivations(new MinMax()),
            Witness.NONE);
    private static final Plan PLAN = PREPARED.solve(EvidenceSweep.collect(
                    PREPARED.graph(),
                    PREPARED.fingerprint(),
                    PREPARED.request(),
                    DATA,
                    SweepOptions.standard(),
                    Progress.NONE)
            .evidence());

    private static boolean isDivisor(String value) {
        return value.equals(TroubledNetwork.DIM_T) || value.matches("/decoder/gen_sineembed_.*/Reshape_output_0");
    }

    private static boolean isPlace(String value) {
        return value.equals(TroubledNetwork.REFERENCE)
                || value.matches("/view/(Add_offset|Mul_grid|Add_grid|Unsqueeze_grid)_output_0");
    }

    @Test
    void eightBitsBreakItBecauseOfTwoThings() {
        double all = decibels(v -> false, TroubledNetwork.SCORES);
        double divisor = decibels(TroubledNetworkTest::isDivisor, TroubledNetwork.SCORES);
        double place = decibels(TroubledNetworkTest::isPlace, TroubledNetwork.SCORES);
        double both = decibels(v -> isDivisor(v) || isPlace(v), TroubledNetwork.SCORES);
        assertThat(all).isLessThan(10);
        assertThat(both).isGreaterThan(all + 10);
        assertThat(divisor).isLessThan(both - 3);
        assertThat(place).isLessThan(both - 3);
    }

    @Test
    void inFloatItIsNotSensitiveToAnything() {
        assertThat(decibels(v -> true, TroubledNetwork.BOXES)).isGreaterThan(60);
    }

    /* Signal to noise of an output with some values left in float. */
    private static double decibels(Predicate<String> floats, String output) {
        double noise = 0;
        double power = 1e-30;
        Plan plan = PLAN.without(s -> floats.test(s.value()));
        try (Engine.Session real = OrtEngine.INSTANCE.open(PREPARED.graph(), Engine.Mode.UNFUSED, 1);
                Engine.Session rounded = OrtEngine.INSTANCE.open(PREPARED.lower(plan), Engine.Mode.OPTIMIZED, 1)) {
            for (int i = 0; i < DATA.size(); i++) {
                float[] x = output(real, output, i);
                float[] y = output(rounded, output, i);
                for (int k = 0; k < x.length; k++) {
                    noise += (x[k] - y[k]) * (double) (x[k] - y[k]);
                    power += x[k] * (double) x[k];
                }
            }
        }
        return 10 * Math.log10(power / Math.max(noise, power * 1e-12));
    }

    private static float[] output(Engine.Session session, String name, int i) {
        try {
            return Objects.requireNonNull(session.run(DATA.read(i).inputs()).get(name))
                    .floats();
        } catch (UnreadableSampleException e) {
            throw new AssertionError(e);
        }
    }
}
