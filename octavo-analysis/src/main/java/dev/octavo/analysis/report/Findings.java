package dev.octavo.analysis.report;

import dev.octavo.analysis.compare.ComparedSite;
import dev.octavo.analysis.compare.LayerComparison;
import dev.octavo.analysis.compare.PairStats;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Range;
import dev.octavo.core.plan.Site;
import dev.octavo.onnx.Fingerprint;
import dev.octavo.ort.SweepOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks at a float network and a quantized one for a report: two or three passes over the data, memory independent of
 * their number.
 *
 * @param plain the float network before repairs
 * @param truth the float network that was quantized: after repairs
 * @param quantized the Q/DQ network
 * @param plan the plan of {@code quantized}, for its reasons
 */
public record Findings(Graph plain, Graph truth, Graph quantized, Optional<Plan> plan) {
    /* Points of a scatter plot. */
    private static final int POINTS = 300;

    /** A site per compared value, worst first. */
    public List<ReportSite> sites(Dataset data, Engine.Mode mode, int threads, Progress progress) {
        LayerComparison comparison = new LayerComparison(truth, quantized, mode);
        List<ComparedSite> compared = comparison.run(data, threads, progress);
        Map<String, List<float[]>> points = comparison.points(data, POINTS);
        List<String> values = compared.stream()
                .filter(Findings::isFinite)
                .map(ComparedSite::value)
                .toList();
        SweepOptions options = SweepOptions.standard().withThreads(threads);
        Distributions now = Distributions.of(truth, values, data, options, progress);
        boolean repaired = !Fingerprint.of(plain).equals(Fingerprint.of(truth));
        Optional<Distributions> before =
                repaired ? Optional.of(Distributions.of(plain, values, data, options, progress)) : Optional.empty();
        List<ReportSite> sites = new ArrayList<>();
        for (ComparedSite c : compared) {
            String v = c.value();
            Optional<ReportSite.GridLine> grid = c.grid().map(Findings::line);
            sites.add(new ReportSite(
                    c.columns(),
                    plan.map(p -> reason(p, v)).orElse(""),
                    grid,
                    grid.flatMap(g -> now.outside(v, g.low() - g.step() / 2, g.high() + g.step() / 2)),
                    now.histogram(v),
                    now.ranges(v, before),
                    now.weights(v, before),
                    points.getOrDefault(v, List.of()).stream()
                            .map(p -> new float[] {Distributions.rounded(p[0]), Distributions.rounded(p[1])})
                            .toList()));
        }
        return sites;
    }

    /* What is infinite or no number has no histogram; its row says so. */
    private static boolean isFinite(ComparedSite c) {
        PairStats s = c.accumulated();
        return s.notANumber() == 0 && Double.isFinite(s.x().min()) && Double.isFinite(s.x().max());
    }

    private static String reason(Plan plan, String value) {
        Site site = new Site.OfValue(value);
        return plan.reasons().getOrDefault(site, plan.floats().getOrDefault(site, ""));
    }

    private static ReportSite.GridLine line(Grid grid) {
        Range r = grid.range(0);
        return new ReportSite.GridLine(
                r.low(), r.high(), grid.channel(0).scale(), grid.spec().bits());
    }
}
