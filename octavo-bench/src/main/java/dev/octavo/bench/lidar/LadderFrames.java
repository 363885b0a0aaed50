package dev.octavo.bench.lidar;

import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Sample;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.net.SparseNetwork;
import dev.octavo.lidar.pipeline.Detector;
import dev.octavo.lidar.pipeline.DetectorModel;
import dev.octavo.lidar.pipeline.DetectorSpec;
import dev.octavo.lidar.pipeline.FrameMetric;
import dev.octavo.lidar.pipeline.NuScenesFrames;
import dev.octavo.lidar.sparse.SparseTensor;
import dev.octavo.ort.OrtEngine;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Frames whose voxels are made once, for many variants of a detector.
 *
 * @param detector in float
 * @param frames the data set
 * @param voxels by sample, in the order of the samples
 */
record LadderFrames(Detector detector, NuScenesFrames frames, List<SparseTensor> voxels) {
    static LadderFrames of(Detector detector, Path data) {
        NuScenesFrames frames = NuScenesFrames.open(data, scene -> true, OptionalInt.empty());
        DetectorSpec spec = detector.model().spec();
        List<SparseTensor> voxels = frames.samples().stream()
                .map(s -> detector.voxels(frames.cloud(s, spec.sweeps())).means())
                .toList();
        return new LadderFrames(detector, frames, voxels);
    }

    /** The maps that a sparse part makes of the frames. */
    MapData maps(Graph sparse, Mode mode) {
        try (SparseNetwork network = SparseNetwork.open(sparse, 2, mode)) {
            DetectorSpec spec = detector.model().spec();
            List<Sample> maps = new ArrayList<>();
            for (int i = 0; i < voxels.size(); i++) {
                String name = frames.samples().get(i);
                maps.add(Sample.of(name, network.map(voxels.get(i)), OptionalInt.empty())
                        .with(frames.truth(spec, name)));
            }
            return new MapData(maps);
        }
    }

    /**
     * How a dense part did.
     *
     * @param scores on these frames, by name
     * @param heat the heat maps before the sigmoid, of all frames and heads
     */
    record Scored(Map<String, Double> scores, Tensor heat) {
        /** A score in percent. */
        double percent(String name) {
            return 100 * Objects.requireNonNull(scores.get(name));
        }

        /** Root of the mean squared difference of two heat maps, in logits. */
        double error(Scored exact) {
            float[] here = heat.floats();
            float[] there = exact.heat.floats();
            double sum = 0;
            for (int i = 0; i < here.length; i++) {
                double d = (double) here[i] - there[i];
                sum += d * d;
            }
            return Math.sqrt(sum / here.length);
        }
    }

    /** The scores of a dense part on maps of these frames. */
    Scored score(Graph dense, Mode mode, MapData maps) {
        FrameMetric tally = FrameMetric.EMPTY;
        FloatBuffer heat = FloatBuffer.allocate(0);
        try (Engine.Session session = OrtEngine.INSTANCE.open(dense, mode, 2)) {
            for (int i = 0; i < maps.size(); i++) {
                Sample sample = maps.read(i);
                Map<String, Tensor> outputs = session.run(sample.inputsFor(List.of(DetectorModel.MAP)));
                tally = tally.plus(sample, outputs);
                float[] here = heat(outputs);
                heat = i == 0 ? FloatBuffer.allocate(here.length * maps.size()) : heat;
                heat.put(here);
            }
        }
        return new Scored(tally.scores(), Tensor.ofFloats(Shape.of(heat.capacity()), heat.array()));
    }

    private float[] heat(Map<String, Tensor> outputs) {
        List<float[]> parts = new ArrayList<>();
        for (int h = 0; h < detector.model().spec().heads().size(); h++) {
            parts.add(Objects.requireNonNull(outputs.get("heads." + h + ".hm")).floats());
        }
        FloatBuffer all =
                FloatBuffer.allocate(parts.stream().mapToInt(p -> p.length).sum());
        parts.forEach(all::put);
        return all.array();
    }
}
