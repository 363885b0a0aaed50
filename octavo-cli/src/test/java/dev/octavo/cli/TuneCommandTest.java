package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.analysis.doctor.Trial;
import dev.octavo.analysis.sweep.SweepLog;
import dev.octavo.analysis.tune.Target;
import dev.octavo.analysis.tune.Tuner;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.target.SchemeOptions;
import dev.octavo.quant.target.SchemeOptions.Signs;
import dev.octavo.tasks.data.Datasets;
import dev.octavo.tasks.metric.ClassificationMetric;
import dev.octavo.tasks.sample.SampleDataset;
import dev.octavo.tasks.sample.SampleModel;
import dev.octavo.tasks.sample.SamplePictures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuneCommandTest {
    @TempDir
    Path folder;

    /* Weights of 2 bits collapse; some of them wider bring the accuracy back. */
    private Tuner.Result tune(Path log, List<String> kept, int most) throws Exception {
        Graph graph = OnnxReader.read(Files.write(folder.resolve("m.onnx"), SampleModel.onnx()));
        QuantizeOptions coarse = QuantizeOptions.DEFAULT
                .withActivations(new MinMax())
                .withScheme(new SchemeOptions(2, 8, 32, true, true, false, Signs.UNSIGNED));
        int[] left = {most};
        try (Dataset calibration = Datasets.firstN(SampleDataset.of(SamplePictures.CALIBRATION_SEED, 8), 8);
                Dataset test = SampleDataset.of(SamplePictures.TEST_SEED, 120)) {
            Trial<ClassificationMetric> trial = new Trial<>(graph, calibration, test, ClassificationMetric.EMPTY, 2);
            return new Tuner<>(
                            trial,
                            new Tuner.Setup(
                                    graph,
                                    coarse,
                                    List.of(Target.points("top1", 1)),
                                    Tuner.Cost.MACS,
                                    OptionalDouble.empty(),
                                    SweepLog.open(log),
                                    "test",
                                    seconds -> seconds == 0 || left[0]-- > 0,
                                    (made, recipe) -> kept.add(recipe),
                                    Progress.NONE))
                    .run();
        }
    }

    @Test
    void goesFromCollapseToTheTargetAndOnFromWhereItWasStopped() throws Exception {
        Path log = folder.resolve("log.jsonl");
        List<String> first = new ArrayList<>();
        // Stopped early: what is kept by then is valid, everything in 16 bits at worst.
        Tuner.Result early = tune(log, first, 2);
        assertThat(early.best().orElseThrow().result().reached()).isTrue();
        assertThat(first).isNotEmpty();
        int measured = Files.readAllLines(log).size();

        List<String> kept = new ArrayList<>();
        Tuner.Result all = tune(log, kept, Integer.MAX_VALUE);
        assertThat(all.evaluated().get(1).reached()).describedAs("all int8").isFalse();
        Tuner.Best best = all.best().orElseThrow();
        assertThat(best.result().reached()).isTrue();
        assertThat(best.result().int8()).isGreaterThan(0);
        assertThat(best.steps()).isNotEmpty();
        String recipe = kept.get(kept.size() - 1);
        assertThat(recipe.lines().filter(l -> l.startsWith("  ") && !l.endsWith(":")))
                .allMatch(l -> l.contains("  # "));
        assertThat(Recipe.parse(recipe, "kept", QuantizeOptions.DEFAULT).scheme())
                .isEqualTo(best.options().scheme());
        assertThat(Files.readAllLines(log).size()).isGreaterThan(measured);
        // A third run measures nothing.
        int before = Files.readAllLines(log).size();
        assertThat(tune(log, new ArrayList<>(), Integer.MAX_VALUE)
                        .best()
                        .orElseThrow()
                        .result())
                .isEqualTo(best.result());
        assertThat(Files.readAllLines(log).size()).isEqualTo(before);
    }

    @Test
    void writesModelRecipeAndLogAndMissesWithCodeFour() throws Exception {
        Path model = Files.write(folder.resolve("model.onnx"), SampleModel.onnx());
        Path data = Octavo.pictures(folder.resolve("pictures"), 8, 48);
        Path out = folder.resolve("tuned.onnx");
        Octavo.run("tune", model, "--data", data, "--task", "classification", "--target", "top1 -100", "-o", out)
                .succeeded();
        assertThat(Octavo.names(folder))
                .contains("tuned.onnx", "tuned.recipe.yaml", "tuned.plan.json", "tuned.tune.jsonl");
        Octavo.run(
                        "quantize",
                        model,
                        "--data",
                        data,
                        "--recipe",
                        folder.resolve("tuned.recipe.yaml"),
                        "-o",
                        folder.resolve("again.onnx"))
                .succeeded();
        Octavo.run("tune", model, "--data", data, "--task", "classification", "--target", "top1", "-o", out)
                .misused("no target");
    }
}
