package dev.octavo.lidar.pipeline;

import static dev.octavo.lidar.testing.References.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.ModelException;
import dev.octavo.core.RecipeException;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.Sample;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.pipeline.DetectorQuantizer.Options;
import dev.octavo.lidar.pipeline.DetectorQuantizer.Part;
import dev.octavo.lidar.pipeline.DetectorQuantizer.Result;
import dev.octavo.lidar.sim.MakeScenes;
import dev.octavo.lidar.testing.Crop;
import dev.octavo.lidar.testing.SmallDetector;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.evaluate.Evaluation;
import dev.octavo.ort.quantize.Objective;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.LeastSquares;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.SiteRule;
import dev.octavo.quant.target.SchemeOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectorQuantizerTest {
    /** Integers everywhere: nothing is timed. */
    private static final QuantizeOptions DENSE =
            QuantizeOptions.DEFAULT.withObjective(Objective.SIZE).withActivations(new LeastSquares());

    @TempDir
    static Path shared;

    private static DetectorModel model() throws IOException {
        return DetectorModel.of(SmallDetector.spec(shared));
    }

    private static NuScenesFrames frames() {
        return NuScenesFrames.open(shared, s -> true, OptionalInt.of(2));
    }

    private static Options options(Set<Part> parts, QuantizeOptions dense) {
        return new Options(parts, false, dense, shared);
    }

    private static Result run(Options options) throws IOException {
        return DetectorQuantizer.quantize(model(), frames(), options, 2, Progress.NONE);
    }

    @BeforeAll
    static void simulate() {
        SmallDetector.scenes(shared);
    }

    @Test
    void theWholeDetectorComesNearToFloatSimulatedAndExecuted() throws IOException {
        Result made = run(new Options(Set.of(Part.values()), true, DENSE, shared));
        assertThat(made.sparse().orElseThrow().scheme().keepFloat()).containsExactly("conv_input");
        assertThat(made.sparse().orElseThrow().smoothing().orElseThrow().trials())
                .hasSize(9);
        assertThat(made.dense().orElseThrow().check().integerShare()).isGreaterThan(0.9);
        NuScenesFrames frames = frames();
        Sample sample;
        try (MapsDataset maps = MapsDataset.open(model(), frames)) {
            sample = maps.read(0);
        }
        var cloud = frames.cloud(sample.name(), 2);
        try (Detector exact = Detector.open(model(), Mode.OPTIMIZED, 1);
                Detector simulated = Detector.open(made.model(), Mode.UNFUSED, 1);
                Detector executed = Detector.open(made.model(), Mode.OPTIMIZED, 1)) {
            double[] map = Crop.wide(exact.map(exact.voxels(cloud).means()).floats());
            Tensor a = simulated.map(simulated.voxels(cloud).means());
            Tensor b = executed.map(executed.voxels(cloud).means());
            assertThat(Crop.relativeL2(a.floats(), map)).isBetween(0.001, 0.15);
            assertThat(Crop.relativeL2(b.floats(), map)).isBetween(0.001, 0.15);
            assertThat(executed.detect(cloud).boxes().size())
                    .isCloseTo(exact.detect(cloud).boxes().size(), within(40));
        }
    }

    @Test
    void partsAndGlobsStayInFloat() throws IOException {
        Plan head = run(options(Set.of(Part.HEAD), DENSE))
                .dense()
                .orElseThrow()
                .ranged()
                .plan();
        assertThat(weights(head)).isNotEmpty().allMatch(w -> w.startsWith("dense_head."));
        Plan backbone = run(options(Set.of(Part.BACKBONE), DENSE))
                .dense()
                .orElseThrow()
                .ranged()
                .plan();
        assertThat(weights(backbone)).isNotEmpty().allMatch(w -> w.startsWith("backbone_2d."));

        Result sparse = run(options(
                Set.of(Part.SPARSE), DENSE.withRules(List.of(new SiteRule.KeepFloat(new Glob("backbone_3d.conv4*"))))));
        assertThat(sparse.dense()).isEmpty();
        assertThat(sparse.model().dense()).isNotNull();
        assertThat(sparse.sparse().orElseThrow().scheme().keepFloat())
                .containsExactlyInAnyOrder(
                        "conv_input", "conv4.0.0", "conv4.1.conv1", "conv4.1.conv2", "conv4.2.conv1", "conv4.2.conv2");

        Result both = run(options(
                Set.of(Part.values()),
                DENSE.withRules(List.of(
                        new SiteRule.KeepFloat(new Glob("conv2.0.0")),
                        new SiteRule.KeepFloat(new Glob("dense_head.heads_list.*.hm.1"))))));
        assertThat(both.sparse().orElseThrow().scheme().keepFloat()).contains("conv2.0.0");
        assertThat(weights(both.dense().orElseThrow().ranged().plan()))
                .contains("dense_head.heads_list.0.dim.1.weight")
                .noneMatch(w -> w.contains(".hm.1"));
        assertThatThrownBy(() -> run(options(
                        Set.of(Part.values()), DENSE.withRules(List.of(new SiteRule.KeepFloat(new Glob("conv9")))))))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("'conv9' matches no node");
    }

    /* Names of the weights with a grid. */
    private static List<String> weights(Plan plan) {
        return plan.grids().keySet().stream()
                .filter(Site.OfValue.class::isInstance)
                .map(s -> ((Site.OfValue) s).value())
                .filter(v -> v.endsWith(".weight"))
                .toList();
    }

    @Test
    void signedCodesGoThroughBothParts() throws IOException {
        SchemeOptions d = DENSE.scheme();
        QuantizeOptions signed =
                DENSE.withScheme(new SchemeOptions(8, 8, 32, d.perChannel(), true, true, SchemeOptions.Signs.SIGNED));
        Result made = run(options(Set.of(Part.values()), signed));
        for (Plan plan : List.of(
                made.sparse().orElseThrow().plan(),
                made.dense().orElseThrow().ranged().plan())) {
            assertThat(plan.grids().values().stream().map(g -> g.spec()).filter(s -> s.bits() == 8))
                    .isNotEmpty()
                    .allMatch(QuantSpec::signed);
        }
    }

    @Test
    void whatCannotBeIsRefused() throws IOException {
        SchemeOptions d = DENSE.scheme();
        QuantizeOptions wide = DENSE.withScheme(
                new SchemeOptions(8, 16, 32, d.perChannel(), true, false, SchemeOptions.Signs.UNSIGNED));
        assertThatThrownBy(() -> run(options(Set.of(Part.SPARSE), wide)))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("W8A16");
        DetectorModel graphs = model().with(model().sparse(), model().dense());
        assertThatThrownBy(() -> DetectorQuantizer.quantize(
                        graphs, frames(), options(Set.of(Part.SPARSE), DENSE), 1, Progress.NONE))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("a graph already");
        Path file = Files.writeString(
                shared.resolve("far.yaml"),
                Files.readString(SmallDetector.write(shared))
                        .replace("-12.8, -12.8, -5, 12.8, 12.8, 3", "974.4, 974.4, -5, 1000, 1000, 3"));
        DetectorModel far = DetectorModel.read(file);
        assertThatThrownBy(() -> DetectorQuantizer.quantize(
                        far, frames(), options(Set.of(Part.SPARSE), DENSE), 1, Progress.NONE))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("none of the 2 frames has a point");
    }

    /** Branches apart compute the same, and each has names, grids and a loss of its own. */
    @Test
    void layersThatLoseMuchAreNamedWorstFirst() throws IOException {
        Path file = Files.writeString(
                shared.resolve("apart.yaml"), Files.readString(SmallDetector.write(shared)) + "merge-heads: false\n");
        DetectorModel apart = DetectorModel.read(file);
        assertThat(apart.dense().nodes().stream().filter(n -> n.is("Conv"))).hasSize(4 + 2 + 1 + 12 + 12);
        NuScenesFrames frames = frames();
        var cloud = frames.cloud(frames.samples().get(0), 2);
        try (Detector a = Detector.open(apart, Mode.OPTIMIZED, 1);
                Detector b = Detector.open(model(), Mode.OPTIMIZED, 1)) {
            assertThat(a.detect(cloud).boxes()).hasSameSizeAs(b.detect(cloud).boxes());
        }
        DetectorQuantizer quantizer = new DetectorQuantizer(apart, frames, 2, Progress.NONE);
        Map<String, Double> losses = quantizer.losses(options(Set.of(Part.BACKBONE, Part.HEAD), DENSE));
        assertThat(losses).hasSize(31).containsKeys("backbone_2d.blocks.0.1", "dense_head.heads_list.0.hm.0.0");
        assertThat(List.copyOf(losses.values()))
                .isSortedAccordingTo((x, y) -> Double.compare(y, x))
                .allMatch(l -> l > 0 && l < 1);
        Map<String, Double> coarse = quantizer.losses(options(
                Set.of(Part.BACKBONE, Part.HEAD),
                DENSE.withRules(List.of(new SiteRule.Bits(new Glob("dense_head.heads_list.1.vel.1.weight"), 2)))));
        assertThat(coarse.keySet().iterator().next()).isEqualTo("dense_head.heads_list.1.vel.1");
        assertThat(DenseLosses.above(Map.of("a", 0.2, "b", Double.NaN, "c", 0.1), 0.1))
                .containsExactlyInAnyOrder("a", "b");
    }

    /** The dense part on maps scores what the whole detector scores. */
    @Test
    void mapsAreADataSetForTheDensePart() throws IOException {
        Path file = Files.writeString(shared.resolve("frames.yaml"), "nuscenes: .\ndetector: detector.yaml\n");
        DetectorModel model = model();
        assertThat(FramesFile.isOne(file)).isTrue();
        assertThat(FramesFile.isOne(shared.resolve("detector.yaml"))).isFalse();
        NuScenesFrames all = NuScenesFrames.open(shared, s -> true, OptionalInt.empty());
        Map<String, Double> whole;
        try (Detector d = Detector.open(model, Mode.OPTIMIZED, 1)) {
            whole = Predictions.of(d, all, 1, Progress.NONE).score(all).scores();
        }
        try (MapsDataset maps = FramesFile.open(file)) {
            assertThat(maps.size()).isEqualTo(3);
            assertThat(maps.read(1).inputs()).isEqualTo(maps.read(1).inputs());
            for (int threads : new int[] {1, 2}) {
                FrameMetric scored = Evaluation.run(
                                OrtEngine.INSTANCE,
                                model.dense(),
                                Mode.OPTIMIZED,
                                maps,
                                FrameMetric.EMPTY,
                                threads,
                                Progress.NONE)
                        .metric();
                assertThat(scored.scores()).isEqualTo(whole);
                assertThat(scored.samples()).isEqualTo(3);
                assertThatThrownBy(() -> scored.merge(scored)).hasMessageContaining("counted twice");
            }
            assertThatThrownBy(() -> FrameMetric.EMPTY.plus(
                            new Sample("x", at(Map.of(0, maps.read(0)), 0).inputs(), OptionalInt.empty()), Map.of()))
                    .hasMessageContaining("no frame with annotations");
        }
        // Frames of the same names that show something else are other data.
        Path elsewhere = Files.createDirectory(shared.resolve("elsewhere"));
        MakeScenes.write(elsewhere, new MakeScenes.Options(4, 1, 3, 2, 12));
        NuScenesFrames others = NuScenesFrames.open(elsewhere, s -> true, OptionalInt.empty());
        assertThat(others.samples()).isEqualTo(all.samples());
        try (MapsDataset a = MapsDataset.open(model, all);
                MapsDataset again = MapsDataset.open(model, all);
                MapsDataset b = MapsDataset.open(model, others)) {
            assertThat(again.fingerprint()).isEqualTo(a.fingerprint());
            assertThat(b.fingerprint()).isNotEqualTo(a.fingerprint());
        }
        Files.writeString(file, "nuscenes: .\ndetector: detector.yaml\nscenes: [\"other-*\"]\n");
        assertThatThrownBy(() -> FramesFile.open(file)).hasMessageContaining("no sample");
        Files.writeString(file, "detector: detector.yaml\n");
        assertThatThrownBy(() -> FramesFile.open(file)).hasMessageContaining("has no 'nuscenes'");
    }
}
