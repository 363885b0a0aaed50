package dev.octavo.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.analysis.Pictures;
import dev.octavo.analysis.compare.ComparedSite;
import dev.octavo.analysis.compare.LayerComparison;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.testing.GraphText;
import dev.octavo.ort.EvidenceSweep;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.rewrite.Witness;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FindingsTest {
    private static final Pictures DATA = Pictures.of(4);

    private static Prepared prepared(String network) {
        QuantizeOptions options = QuantizeOptions.DEFAULT.withActivations(new MinMax());
        return Preparation.everywhere(
                Preparation.rewrite(GraphText.parse(network), OrtEngine.INSTANCE::inferTypes), options, Witness.NONE);
    }

    private static Plan plan(Prepared p) {
        return p.solve(EvidenceSweep.collect(
                        p.graph(), p.fingerprint(), p.request(), DATA, SweepOptions.standard(), Progress.NONE)
                .evidence());
    }

    @Test
    void everyComparedValueComesWithItsPictures() {
        Prepared p = prepared("x[1,3,8,8] -> Conv(w[6,3,3,3], b[6]) -> Relu -> r; r -> Conv(v[4,6,1,1], c[4]) -> y");
        Plan plan = plan(p);
        Graph lowered = p.lower(plan);
        List<ReportSite> sites = new Findings(p.graph(), p.graph(), lowered, Optional.of(plan))
                .sites(DATA, Engine.Mode.UNFUSED, 2, Progress.NONE);
        List<ComparedSite> compared =
                new LayerComparison(p.graph(), lowered, Engine.Mode.UNFUSED).run(DATA, 2, Progress.NONE);
        assertThat(sites.stream().map(ReportSite::columns))
                .containsExactlyElementsOf(
                        compared.stream().map(ComparedSite::columns).toList());
        for (ReportSite s : sites) {
            assertThat(s.histogram()).isPresent();
            assertThat(s.points()).hasSizeGreaterThan(3).allMatch(pair -> pair.length == 2);
            assertThat(s.because()).isNotEmpty();
            // Min-max grids clip nothing of what they were made for.
            assertThat(s.clipped()).hasValue(0.0);
            ReportSite.GridLine grid = s.grid().orElseThrow();
            assertThat(grid.high() - grid.low())
                    .isCloseTo(grid.step() * 255, org.assertj.core.data.Percentage.withPercentage(0.01));
            assertThat(s.channels().orElseThrow().lowBefore()).isEmpty();
        }
        assertThat(sites.stream().filter(s -> s.weights().isPresent())).hasSize(2);
    }

    @Test
    void whatIsInfiniteIsARowWithoutAHistogram() {
        Prepared p = prepared("x[1,3,8,8] -> Conv(w[6,3,3,3]) -> Relu -> r; r -> Log -> y");
        Plan plan = plan(p);
        List<ReportSite> sites = new Findings(p.graph(), p.graph(), p.lower(plan), Optional.of(plan))
                .sites(DATA, Engine.Mode.UNFUSED, 1, Progress.NONE);
        assertThat(sites.get(0).columns()).containsEntry("value", "y");
        assertThat(sites.get(0).histogram()).isEmpty();
        assertThat(ReportPage.json(Reports.with(Reports.whole(1), sites))).contains("\"value\":\"y\"");
        assertThat(sites.subList(1, sites.size())).allMatch(s -> s.histogram().isPresent());
    }

    @Test
    void aRepairedNetworkStandsBesideWhatItWas() {
        String network = "x[1,3,8,8] -> Conv(%s[6,3,3,3]) -> Relu -> r; r -> Conv(v[4,6,1,1]) -> y";
        Prepared p = prepared(String.format(network, "w"));
        Graph plain = prepared(String.format(network, "u")).graph();
        List<ReportSite> sites = new Findings(plain, p.graph(), p.lower(plan(p)), Optional.empty())
                .sites(DATA, Engine.Mode.OPTIMIZED, 1, Progress.NONE);
        ReportSite r = sites.stream()
                .filter(s -> "r".equals(s.columns().get("value")))
                .findFirst()
                .orElseThrow();
        assertThat(r.channels().orElseThrow().highBefore())
                .hasSize(6)
                .isNotEqualTo(r.channels().orElseThrow().high());
        assertThat(r.weights().orElseThrow().before()).hasSize(6);
        assertThat(r.because()).isEmpty();
    }
}
