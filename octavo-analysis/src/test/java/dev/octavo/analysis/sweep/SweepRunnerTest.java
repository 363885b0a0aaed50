package dev.octavo.analysis.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.analysis.Pictures;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.testing.GraphText;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.recipe.Glob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepRunnerTest {
    private static final QuantizeOptions BASE = QuantizeOptions.DEFAULT.withActivations(new MinMax());

    @TempDir
    Path folder;

    private static Graph network() {
        return GraphText.parse("x[1,3,8,8] -> Conv(w[6,3,3,3], b[6]) -> Relu -> Conv(v[4,6,1,1], c[4]) -> y");
    }

    private SweepRunner runner(Pictures data, Optional<Scorer> scorer) {
        return new SweepRunner(
                new SweepRunner.Setup(network(), data, 4, Engine.Mode.UNFUSED, scorer, "test", 2, Progress.NONE),
                SweepLog.open(folder.resolve("measured.jsonl")));
    }

    private static double sqnr(SweepRow r) {
        return r.measures().getOrDefault(OutputError.SQNR, Double.NaN);
    }

    @Test
    void moreBitsGiveLessError() {
        List<SweepRow> rows = runner(Pictures.of(8), Optional.empty())
                .run(
                        Sweeps.bits(BASE, List.of("W16A16", "W8A8", "W6A6", "W4A4"))
                                .points(),
                        "");
        assertThat(rows).hasSize(8);
        for (int i = 0; i < 8; i++) {
            if (i % 4 != 0) {
                assertThat(sqnr(rows.get(i))).isLessThan(sqnr(rows.get(i - 1)) - 6);
            }
        }
        // A bit is worth 6 dB: 16 against 8 bits make 48, 8 against 4 make 24.
        assertThat(sqnr(rows.get(0)) - sqnr(rows.get(1))).isBetween(40.0, 56.0);
        assertThat(sqnr(rows.get(1)) - sqnr(rows.get(3))).isBetween(18.0, 30.0);
    }

    @Test
    void allWidthsAreSolvedFromOnePassOverTheData() {
        Pictures data = Pictures.of(8);
        runner(data, Optional.empty())
                .run(Sweeps.bits(BASE, List.of("W8A8", "W6A6", "W4A4")).points(), "");
        // One to see the shapes, eight of the pass, and the four on which outputs are compared.
        assertThat(data.reads().get()).isLessThanOrEqualTo(1 + 8 + 4);
    }

    @Test
    void largerSetsOfSamplesAddToSmallerOnes() {
        Pictures data = Pictures.of(12);
        List<SweepRow> together = runner(data, Optional.empty())
                .run(Sweeps.samples(BASE, List.of(3, 6, 12)).points(), "");
        assertThat(data.reads().get()).isLessThanOrEqualTo(12 + 3 + 4);
        for (int i = 0; i < 3; i++) {
            int n = List.of(3, 6, 12).get(i);
            List<SweepRow> alone = runner(Pictures.of(12), Optional.empty())
                    .run(Sweeps.samples(BASE, List.of(n)).points(), "measured apart");
            assertThat(alone.get(0).measures()).isEqualTo(together.get(i).measures());
        }
    }

    @Test
    void whatTheLogKnowsIsNotMeasuredAgain() {
        AtomicInteger scored = new AtomicInteger();
        Optional<Scorer> scorer = Optional.of((graph, mode) -> Map.of("top1", (double) scored.incrementAndGet()));
        Sweep sweep = Sweeps.ranges(BASE, List.of("min-max", "percentile", "least-squares"));
        List<SweepRow> first = runner(Pictures.of(8), scorer).run(sweep.points(), "");
        List<SweepRow> again = runner(Pictures.of(8), scorer).run(sweep.points(), "");
        assertThat(again).isEqualTo(first);
        assertThat(scored).hasValue(3);
        runner(Pictures.of(9), scorer).run(sweep.points(), "");
        assertThat(scored).hasValue(6);
    }

    @Test
    void aLineThatAKillCutOffIsMeasuredAgain() throws Exception {
        Sweep sweep = Sweeps.ranges(BASE, List.of("min-max", "percentile"));
        List<SweepRow> first = runner(Pictures.of(8), Optional.empty()).run(sweep.points(), "");
        Path log = folder.resolve("measured.jsonl");
        String text = Files.readString(log);
        Files.writeString(log, text.substring(0, text.length() - 20));
        List<SweepRow> again = runner(Pictures.of(8), Optional.empty()).run(sweep.points(), "");
        assertThat(again).isEqualTo(first);
        assertThat(Files.readString(log)).isEqualTo(text);
    }

    @Test
    void aScaledInputIsCalibratedAndComparedAsScaled() {
        List<SweepPoint> points = List.of(
                SweepPoint.of("naive", 1, "1", BASE),
                new SweepPoint("naive", 50, "50", BASE, java.util.OptionalInt.empty(), 50));
        List<SweepRow> rows = runner(Pictures.of(8), Optional.empty()).run(points, "");
        double one = rows.get(0).measures().getOrDefault(OutputError.L1, Double.NaN);
        double fifty = rows.get(1).measures().getOrDefault(OutputError.L1, Double.NaN);
        // The bias does not grow with the input, all else does.
        assertThat(fifty / one).isBetween(40.0, 60.0);
    }

    @Test
    void aPartLeftInFloatHasNoError() {
        Graph g = network().copy();
        g.nodes()
                .forEach(n -> g.rename(n, (n.is("Conv") && n.output().isGraphOutput() ? "head/" : "body/") + n.type()));
        SweepRunner runner = new SweepRunner(
                new SweepRunner.Setup(
                        g, Pictures.of(8), 4, Engine.Mode.UNFUSED, Optional.empty(), "", 2, Progress.NONE),
                SweepLog.open(folder.resolve("parts.jsonl")));
        Map<String, List<Glob>> parts = new java.util.LinkedHashMap<>();
        parts.put("body", List.of(new Glob("body/*")));
        parts.put("head", List.of(new Glob("head/*")));
        List<SweepRow> rows = runner.run(Sweeps.parts(BASE, g, parts).points(), "");
        double everything = sqnr(rows.get(0));
        double onlyBody = sqnr(rows.get(1));
        double butBody = sqnr(rows.get(2));
        double onlyHead = sqnr(rows.get(3));
        assertThat(onlyBody).isGreaterThan(everything);
        assertThat(butBody).isEqualTo(onlyHead).isGreaterThan(everything);
    }
}
