package dev.octavo.analysis.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.analysis.compare.ComparedSite;
import dev.octavo.analysis.compare.LayerComparison;
import dev.octavo.analysis.sensitivity.Measure;
import dev.octavo.analysis.sensitivity.NoTask;
import dev.octavo.analysis.sensitivity.SensitiveSite;
import dev.octavo.analysis.sensitivity.Sensitivity;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.testing.TroubledNetwork;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.SiteRule;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The troubles of a network that looks from above come out by themselves: a signed grid of 8 bits in steps of 0.7764707
 * for places in [0, 1] where −100 means nowhere, a divisor from 1 to 8660, heads that end in codes, a shared module.
 */
class TroubledDoctorTest {
    private static final Dataset DATA = TroubledNetwork.data(4);
    private static final double STEP = 0.7764707;
    private static final QuantizeOptions OPTIONS = QuantizeOptions.DEFAULT
            .withActivations(new MinMax())
            .withRules(List.of(new SiteRule.Fixed(
                    new Glob(TroubledNetwork.REFERENCE), 8, STEP, OptionalInt.empty(), Optional.empty())));
    private static final Trial<NoTask> TRIAL = new Trial<>(TroubledNetwork.graph(), DATA, DATA, new NoTask(), 2);
    private static final Trial.Made MADE = TRIAL.make(OPTIONS);
    private static final List<Diagnosis> FOUND = new Doctor(TRIAL, Progress.NONE).examine(OPTIONS);

    private static Diagnosis of(String site) {
        return FOUND.stream()
                .filter(d -> d.site().equals(site))
                .findFirst()
                .orElseThrow(() -> new AssertionError(site + " is not among " + FOUND));
    }

    private static Stream<String> remedies(Diagnosis d) {
        return d.remedies().stream().map(Remedy::recipe);
    }

    @Test
    void thePlacesAreClippedAndRounded() {
        Diagnosis d = of(TroubledNetwork.REFERENCE);
        assertThat(d.blames()).extracting(Blame::cause).containsExactly(Cause.TRUNCATION, Cause.ROUNDING);
        // −100 becomes −128 steps, 0.61 too much; half of all values are −100.
        double clipped = 0.5 * Math.pow(100 - 128 * STEP, 2);
        double rounded = 0.5 * STEP * STEP / 12;
        assertThat(d.blames().get(0).share()).isEqualTo(clipped / (clipped + rounded), within(0.1));
        assertThat(remedies(d)).anyMatch(r -> r.contains("\"reference_points\": { bits: 16, scale: 100/32768 }"));
        assertThat(d.remedies().get(0).recipe()).contains("100/32768", "/view/Add_grid_output_0");
    }

    @Test
    void theDivisorIsRoundedAndToBeSplit() {
        Diagnosis d = of(TroubledNetwork.DIM_T);
        assertThat(d.cause()).isEqualTo(Cause.ROUNDING);
        assertThat(d.share()).isGreaterThan(0.5);
        assertThat(d.evidence()).contains("8660-fold", "become 0", "read by Div");
        assertThat(remedies(d)).startsWith("rewrite: [ { split-range: { on: \"dim_t\" } } ]");
    }

    @Test
    void headsThatEndInCodesAreToGiveFloat() {
        Diagnosis d = of(TroubledNetwork.SCORES_SUM);
        assertThat(d.kind()).isEqualTo("output");
        assertThat(d.cause()).isEqualTo(Cause.OUTPUT_ON_CODES);
        assertThat(remedies(d)).startsWith("plan: { keep-float: [ \"/head.cls/Add\" ] }");
    }

    @Test
    void theSharedModuleIsNamedWithItsCalls() {
        Diagnosis d = of(TroubledNetwork.SHARED_WEIGHT);
        assertThat(d.kind()).isEqualTo("module");
        assertThat(d.cause()).isEqualTo(Cause.SHARED_GRID);
        assertThat(d.evidence()).contains("called 3 times", "/view/input_proj/Conv_2_output_0");
        assertThat(remedies(d)).allMatch(r -> r.startsWith("plan: { same-as: { \"/view/input_proj/Conv"));
    }

    @Test
    void whatOnlyComesFromUpstreamIsSaidToBe() {
        List<Diagnosis> victims =
                FOUND.stream().filter(d -> d.cause() == Cause.ACCUMULATED).toList();
        assertThat(victims).isNotEmpty().allMatch(d -> d.evidence().contains("from upstream, most of it from dim_t"));
        assertThat(victims).allMatch(d -> d.blames().get(0).share() > 0.8);
    }

    @Test
    void theComparisonShowsThePlacesAsTheyAre() {
        List<ComparedSite> rows = new LayerComparison(MADE.prepared().graph(), MADE.lowered(), Engine.Mode.OPTIMIZED)
                .run(DATA, 2, Progress.NONE);
        Map<String, Object> row = rows.stream()
                .filter(r -> r.value().equals(TroubledNetwork.REFERENCE))
                .findFirst()
                .orElseThrow()
                .columns();
        assertThat(row).containsEntry("dtype", "s8").containsEntry("float_min", -100.0);
        assertThat((double) Objects.requireNonNull(row.get("quantized_min"))).isEqualTo(-128 * STEP, within(1e-3));
        // More than half a step: what is clipped.
        assertThat((double) Objects.requireNonNull(row.get("max_qscale_diff"))).isGreaterThan(0.7);
    }

    @Test
    void theDivisorAndThePlacesAreMostSensitive() {
        List<String> worst = new Sensitivity(
                        MADE.prepared().graph(), MADE.prepared().types(), MADE.plan(), 2)
                .run(DATA, new NoTask(), Progress.NONE).rows().stream()
                        .sorted(Comparator.comparingDouble((SensitiveSite<NoTask> r) ->
                                -Measure.SQNR.harm(r.alone().outputs(), Map.of(TroubledNetwork.SCORES, 1.0))))
                        .map(SensitiveSite::name)
                        .filter(n -> !n.contains("sineembed"))
                        .toList();
        assertThat(worst.subList(0, 6)).contains(TroubledNetwork.DIM_T, TroubledNetwork.REFERENCE);
    }

    @Test
    void theRemediesMendIt() {
        Treatment.Result mended = Treatment.fix(TRIAL, OPTIONS, FOUND, Optional.empty(), Progress.NONE);
        assertThat(mended.ladder().stream().filter(Treatment.Rung::kept).map(Treatment.Rung::recipe))
                .anyMatch(r -> r.contains("split-range"))
                .anyMatch(r -> r.contains("100/32768"));
        double before = mended.ladder().get(0).sqnr();
        double after = Treatment.sqnr(TRIAL.measure(TRIAL.make(mended.options()).lowered()));
        assertThat(after).isGreaterThan(before + 10);
    }
}
