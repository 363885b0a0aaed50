package dev.octavo.analysis.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.testing.TroubledNetwork;
import dev.octavo.ort.EvidenceSweep;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.DataWitness;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.recipe.SiteRule;
import dev.octavo.quant.rewrite.SplitRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The fixture has the troubles that it is there for. */
class TroubledNetworkTest {
    private static final Dataset DATA = TroubledNetwork.data(6);
    private static final QuantizeOptions OPTIONS = QuantizeOptions.DEFAULT.withActivations(new MinMax());
    private static final Prepared PREPARED = prepared(OPTIONS);
    private static final Plan PLAN = solved(PREPARED);

    private static Prepared prepared(QuantizeOptions options) {
        DataWitness witness = DataWitness.of(TroubledNetwork.graph(), DATA, SweepOptions.standard(), Progress.NONE);
        return Preparation.everywhere(
                Preparation.rewrite(
                        TroubledNetwork.graph(), options.rewrites(), witness, OrtEngine.INSTANCE::inferTypes),
                options,
                witness);
    }

    private static Plan solved(Prepared p) {
        return p.solve(EvidenceSweep.collect(
                        p.graph(), p.fingerprint(), p.request(), DATA, SweepOptions.standard(), Progress.NONE)
                .evidence());
    }

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

    /* What the check offers, as recipe lines, in the order of its findings. */
    @Test
    void whatTheCheckOffersMendsIt() {
        List<SiteRule> coordinates = new ArrayList<>();
        for (String v : List.of("Add_offset", "Mul_grid", "Add_grid")) {
            coordinates.add(new SiteRule.Bits(new Glob("/view/" + v + "_output_0"), 16));
        }
        coordinates.add(new SiteRule.Fixed(
                new Glob(TroubledNetwork.REFERENCE), 16, 100.0 / 32768, OptionalInt.empty(), Optional.empty()));
        List<SiteRule> heads = new ArrayList<>(coordinates);
        heads.add(new SiteRule.KeepFloat(new Glob("/head.cls/Add")));
        SplitRange split = new SplitRange(new PassOptions(Map.of("on", List.of(TroubledNetwork.DIM_T))));
        double divisor = decibels(OPTIONS.withRewrites(List.of(split)));
        double places = decibels(OPTIONS.withRewrites(List.of(split)).withRules(coordinates));
        double all = decibels(OPTIONS.withRewrites(List.of(split)).withRules(heads));
        assertThat(divisor).isGreaterThan(decibels(v -> false, TroubledNetwork.SCORES) + 3);
        assertThat(places).isGreaterThan(divisor + 3);
        assertThat(all).isGreaterThan(17);
    }

    private static double decibels(QuantizeOptions options) {
        Prepared p = prepared(options);
        return decibels(p.lower(solved(p)), TroubledNetwork.SCORES);
    }

    /* Signal to noise of an output with some values left in float. */
    private static double decibels(Predicate<String> floats, String output) {
        return decibels(PREPARED.lower(PLAN.without(s -> floats.test(s.value()))), output);
    }

    private static double decibels(Graph quantized, String output) {
        double noise = 0;
        double power = 1e-30;
        try (Engine.Session real = OrtEngine.INSTANCE.open(PREPARED.graph(), Engine.Mode.UNFUSED, 1);
                Engine.Session rounded = OrtEngine.INSTANCE.open(quantized, Engine.Mode.OPTIMIZED, 1)) {
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
