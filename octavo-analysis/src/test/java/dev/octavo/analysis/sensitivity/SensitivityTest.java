package dev.octavo.analysis.sensitivity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.analysis.Pictures;
import dev.octavo.analysis.sensitivity.SensitiveSite.Kind;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.Sample;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import dev.octavo.ort.EvidenceSweep;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.SiteRule;
import dev.octavo.quant.rewrite.Witness;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SensitivityTest {
    private static final Pictures DATA = Pictures.of(3);
    private static final String SHORTCUT =
            "x[1,3,8,8] -> Conv(w[6,3,3,3], b[6]) -> Relu -> r; r -> Conv(v[6,6,1,1], c[6]) -> s; s -> Add(r) -> t; t -> Conv(u[4,6,1,1]) -> y";
    private static final String SHARED =
            "x[1,3,8,8] -> Conv(w[3,3,1,1], b[3]) -> Relu -> r; r -> Conv(w, b) -> s; s -> Mul(x) -> t; t -> Sigmoid -> y";

    private static Prepared prepared(String network, SiteRule... rules) {
        QuantizeOptions options =
                QuantizeOptions.DEFAULT.withActivations(new MinMax()).withRules(List.of(rules));
        return Preparation.everywhere(
                Preparation.rewrite(GraphText.parse(network), OrtEngine.INSTANCE::inferTypes), options, Witness.NONE);
    }

    private static Plan plan(Prepared p) {
        return p.solve(EvidenceSweep.collect(
                        p.graph(), p.fingerprint(), p.request(), DATA, SweepOptions.standard(), Progress.NONE)
                .evidence());
    }

    private static SensitivityTable<NoTask> table(Prepared p, int threads) {
        return new Sensitivity(p.graph(), p.types(), plan(p), threads).run(DATA, new NoTask(), Progress.NONE);
    }

    /* What the whole network gives under a plan, by the one lowering there is. */
    private static OutputTally<NoTask> whole(Prepared p, Plan plan) {
        OutputTally<NoTask> sum = OutputTally.empty(new NoTask());
        Graph lowered = plan.grids().isEmpty() ? p.graph() : p.lower(plan);
        try (Engine.Session truth = OrtEngine.INSTANCE.open(p.graph(), Engine.Mode.UNFUSED, 1);
                Engine.Session got = OrtEngine.INSTANCE.open(lowered, Engine.Mode.UNFUSED, 1)) {
            for (int i = 0; i < DATA.size(); i++) {
                Sample s = DATA.read(i);
                Map<String, Tensor> in = s.inputsFor(List.of("x"));
                sum = sum.plus(s, truth.run(in), got.run(in));
            }
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(strings = {SHORTCUT, SHARED})
    void everyRowIsToTheBitWhatTheWholeNetworkGives(String network) {
        check(prepared(network));
    }

    @Test
    void aValueThatSomeReadersSeeInFloatIsTreatedAsItIs() {
        check(prepared(SHORTCUT, new SiteRule.KeepFloat(new Glob("r -> t[*"))));
        check(prepared(SHORTCUT, new SiteRule.KeepFloat(new Glob("t"))));
    }

    private static void check(Prepared p) {
        Plan plan = plan(p);
        SensitivityTable<NoTask> table = table(p, 2);
        assertThat(table.itself()).isEqualTo(whole(p, plan.only(s -> false)));
        assertThat(table.quantized()).isEqualTo(whole(p, plan));
        TreeSet<Site> covered = new TreeSet<>();
        for (SensitiveSite<NoTask> row : table.rows()) {
            covered.addAll(row.sites());
            assertThat(row.alone())
                    .describedAs("alone " + row.name() + row.kind())
                    .isEqualTo(whole(p, plan.only(row.sites()::contains)));
            assertThat(row.left())
                    .describedAs("left " + row.name() + row.kind())
                    .isEqualTo(whole(p, plan.without(row.sites()::contains)));
        }
        assertThat(covered).isEqualTo(new TreeSet<>(plan.grids().keySet()));
        checkAlone(table, new Sensitivity(p.graph(), p.types(), plan, 2).runAlone(DATA, Progress.NONE));
    }

    /* The cheaper table has the same rows, but for those of both parts, and the same numbers. */
    private static void checkAlone(SensitivityTable<NoTask> full, SensitivityTable<NoTask> alone) {
        List<SensitiveSite<NoTask>> parts =
                full.rows().stream().filter(r -> r.kind() != Kind.BOTH).toList();
        assertThat(alone.rows())
                .extracting(SensitiveSite::alone)
                .isEqualTo(parts.stream().map(SensitiveSite::alone).toList());
        assertThat(alone.rows())
                .extracting(SensitiveSite::sites)
                .isEqualTo(parts.stream().map(SensitiveSite::sites).toList());
        assertThat(alone.quantized()).isEqualTo(full.quantized());
    }

    @Test
    void floatAgainstItselfHasNoErrorAtAll() {
        SensitivityTable<NoTask> table = table(prepared(SHORTCUT), 1);
        assertThat(Measure.L1.harm(table.itself().outputs(), Map.of())).isZero();
        assertThat(Measure.L1.harm(table.quantized().outputs(), Map.of())).isPositive();
        assertThat(table.rows()).extracting(SensitiveSite::kind).contains(Kind.WEIGHT, Kind.ACTIVATION, Kind.BOTH);
    }

    @Test
    void theCoarsestSiteRanksFirst() {
        SensitivityTable<NoTask> table = table(prepared(SHORTCUT, new SiteRule.Bits(new Glob("s"), 2)), 2);
        for (Measure m : Measure.values()) {
            assertThat(table.ranked(m, Map.of()).stream()
                            .filter(r -> r.kind() == Kind.ACTIVATION)
                            .findFirst()
                            .orElseThrow()
                            .name())
                    .isEqualTo("s");
        }
    }

    @Test
    void theNumbersDoNotDependOnTheNumberOfThreads() {
        Prepared p = prepared(SHORTCUT);
        assertThat(table(p, 1)).isEqualTo(table(p, 3));
    }

    @Test
    void outputsCanBeWeighted() {
        Prepared p = prepared("x[1,3,8,8] -> Conv(w[6,3,3,3], b[6]) -> a; a -> Relu -> y; a -> Conv(v[2,6,1,1]) -> z");
        SensitivityTable<NoTask> table = table(p, 1);
        OutputTally<NoTask> all = table.quantized();
        assertThat(all.outputs()).hasSize(2);
        double first = Measure.L1.harm(all.outputs(), Map.of("y", 1.0));
        double second = Measure.L1.harm(all.outputs(), Map.of("z", 1.0));
        assertThat(Measure.L1.harm(all.outputs(), Map.of("y", 3.0, "z", 1.0))).isEqualTo((3 * first + second) / 4);
    }
}
