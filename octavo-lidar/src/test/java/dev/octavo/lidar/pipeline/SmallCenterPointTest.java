package dev.octavo.lidar.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.Sample;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.net.SparseEvidence;
import dev.octavo.lidar.net.SparseGraph;
import dev.octavo.lidar.net.SparseGraphBuilder;
import dev.octavo.lidar.net.SparseNet;
import dev.octavo.lidar.net.SparseQuantizer;
import dev.octavo.lidar.net.SparseScheme;
import dev.octavo.lidar.nuscenes.NuScenesScores;
import dev.octavo.lidar.sim.MakeScenes;
import dev.octavo.lidar.sparse.SparseTensor;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.Objective;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.ort.quantize.Quantizer;
import dev.octavo.quant.range.MinMax;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trained network that comes along, on scenes that it was not trained on, in float and in 8 bits. */
class SmallCenterPointTest {
    private static final MakeScenes.Options TEST = new MakeScenes.Options(77, 4, 2, 4, 22);
    private static final MakeScenes.Options CALIBRATION = new MakeScenes.Options(78, 1, 2, 4, 22);

    /** Of the float network on these scenes. */
    private static final double MEAN_AP = 0.791;

    private static final double SCORE = 0.595;

    @TempDir
    static Path temp;

    private static DetectorModel model;
    private static NuScenesFrames test;

    @BeforeAll
    static void simulate() {
        model = DetectorModel.read(SmallCenterPoint.write(temp.resolve("detector")));
        test = frames("test", TEST);
    }

    private static NuScenesFrames frames(String folder, MakeScenes.Options options) {
        return NuScenesFrames.open(MakeScenes.write(temp.resolve(folder), options), scene -> true, OptionalInt.empty());
    }

    private static NuScenesScores scores(DetectorModel m, Mode mode) {
        try (Detector d = Detector.open(m, mode, 1)) {
            return Predictions.of(d, test, 2, Progress.NONE).score(test).result();
        }
    }

    @Test
    void findsWhatItWasTrainedToFindAndNoLessInIntegers() {
        NuScenesScores exact = scores(model, Mode.OPTIMIZED);
        assertThat(exact.meanAveragePrecision()).isCloseTo(MEAN_AP, within(0.01));
        assertThat(exact.detectionScore()).isCloseTo(SCORE, within(0.01));

        NuScenesScores integer = scores(quantized(frames("calibration", CALIBRATION)), Mode.OPTIMIZED);
        assertThat(integer.detectionScore()).isCloseTo(exact.detectionScore(), within(0.02));
        assertThat(integer.meanAveragePrecision()).isCloseTo(exact.meanAveragePrecision(), within(0.03));
        assertThat(integer).as("integers are not float").isNotEqualTo(exact);
    }

    /* Both parts in 8 bits, ranges from a few frames. */
    private static DetectorModel quantized(NuScenesFrames frames) {
        SparseNet net = model.net().orElseThrow();
        List<SparseTensor> voxels;
        List<Tensor> maps;
        try (Detector d = Detector.open(model, Mode.OPTIMIZED, 1)) {
            voxels = frames.samples().stream()
                    .map(s -> d.voxels(frames.cloud(s, model.spec().sweeps())).means())
                    .toList();
            maps = voxels.stream().map(d::map).toList();
        }
        SparseGraph sparse = SparseGraphBuilder.map(net, model.spec().partition());
        Evidence seen = SparseEvidence.collect(sparse, voxels, 1, Progress.NONE);
        SparseScheme.Options scheme = SparseScheme.Options.standard(net);
        SparseGraph lowered = SparseQuantizer.lower(sparse, SparseQuantizer.plan(sparse, seen, scheme));
        return new DetectorModel(model.spec(), lowered.graph(), dense(new Maps(maps)), Optional.empty());
    }

    private static Graph dense(Maps maps) {
        QuantizeOptions options = QuantizeOptions.DEFAULT
                .withActivations(new MinMax())
                .withObjective(Objective.SIZE)
                .withoutBiasCorrection();
        Quantizer quantizer = new Quantizer(options);
        Prepared prepared = quantizer.prepare(model.dense());
        Evidence evidence = quantizer
                .observe(prepared, maps, SweepOptions.standard().withThreads(1), Progress.NONE)
                .evidence();
        return prepared.lower(prepared.solve(evidence));
    }

    /** Maps as data for the dense part. */
    private record Maps(List<Tensor> maps) implements Dataset {
        @Override
        public int size() {
            return maps.size();
        }

        @Override
        public Sample read(int index) {
            return Sample.of(name(index), maps.get(index), OptionalInt.empty());
        }

        @Override
        public String name(int index) {
            return "#" + index;
        }

        @Override
        public String fingerprint() {
            return "maps";
        }
    }
}
