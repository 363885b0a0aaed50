package dev.octavo.lidar.pipeline;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.lidar.exchange.DensePart;
import dev.octavo.lidar.exchange.TorchCheckpoint;
import dev.octavo.lidar.net.ResBackbone;
import dev.octavo.lidar.net.SparseGraphBuilder;
import dev.octavo.lidar.net.SparseNet;
import dev.octavo.lidar.net.SparseOutline;
import dev.octavo.lidar.pipeline.DetectorSpec.Checkpoint;
import dev.octavo.lidar.pipeline.DetectorSpec.Graphs;
import dev.octavo.lidar.sparse.Zyx;
import dev.octavo.onnx.OnnxReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The two graphs of a detector, checked against each other and its description.
 *
 * @param spec the description
 * @param sparse from voxels to the map
 * @param dense from the map to the heads
 * @param net the sparse part as layers, where it was read from a checkpoint
 */
public record DetectorModel(DetectorSpec spec, Graph sparse, Graph dense, Optional<SparseNet> net) {
    /** The dense part's input. */
    public static final String MAP = "map";

    /** Features of a point: x, y, z, intensity, time lag. */
    private static final int FEATURES = 5;

    public DetectorModel {
        SparseOutline outline = SparseOutline.read(sparse);
        if (outline.inputChannels() != FEATURES) {
            throw new ModelException(
                    "the sparse part reads " + outline.inputChannels() + " features per voxel, a frame has " + FEATURES
                            + ": x, y, z, intensity, time lag",
                    "give a network that was trained on these");
        }
        long channels = outline.outputChannels()
                * (long) outline.outputShape(spec.grid().sparseShape()).z();
        Value map = dense.value(MAP)
                .orElseThrow(() -> new ModelException(
                        "the dense part has no input '" + MAP + "'", "name it so, with the shape [1, C, Y, X]"));
        long wanted = map.type()
                .map(TensorType::shape)
                .filter(s -> s.rank() == 4)
                .map(s -> s.dim(1))
                .orElse(Shape.UNKNOWN);
        if (wanted != Shape.UNKNOWN && wanted != channels) {
            throw new ModelException(
                    "the dense part reads a map of " + wanted + " channels, and on this grid the sparse part gives "
                            + channels,
                    "check range and voxel: their height sets the number of layers");
        }
        for (int h = 0; h < spec.heads().size(); h++) {
            if (dense.value(Heads.output(h, Heads.HEAT)).isEmpty()) {
                throw new ModelException(
                        "the detector has " + spec.heads().size() + " heads, but the dense part no output '"
                                + Heads.output(h, Heads.HEAT) + "'",
                        "list the heads' classes under heads as the network has them");
            }
        }
        if (dense.value(Heads.output(spec.heads().size(), Heads.HEAT)).isPresent()) {
            throw new ModelException(
                    "the dense part has more heads than the " + spec.heads().size() + " described",
                    "list the heads' classes under heads as the network has them");
        }
    }

    /** The same detector with other graphs. */
    public DetectorModel with(Graph otherSparse, Graph otherDense) {
        return new DetectorModel(spec, otherSparse, otherDense, Optional.empty());
    }

    /** The detector that a file describes. */
    public static DetectorModel read(Path file) {
        return of(DetectorFile.read(file));
    }

    /** The detector of a description. */
    public static DetectorModel of(DetectorSpec spec) {
        if (spec.parts() instanceof Checkpoint c) {
            Map<String, Tensor> state = TorchCheckpoint.stateDict(c.file());
            SparseNet net = ResBackbone.of(state, "backbone_3d.", c.layout());
            Graph sparse = SparseGraphBuilder.map(net, spec.partition()).graph();
            Zyx cells = SparseOutline.read(sparse).outputShape(spec.grid().sparseShape());
            return new DetectorModel(spec, sparse, sized(DensePart.of(state, c.mergeHeads()), cells), Optional.of(net));
        }
        Graphs g = (Graphs) spec.parts();
        return new DetectorModel(spec, graph(g.sparse()), graph(g.dense()), Optional.empty());
    }

    /* The same graph for maps of this size: what costs how much depends on it. */
    private static Graph sized(Graph dense, Zyx cells) {
        Graph copy = dense.copy();
        Value map = copy.require(MAP);
        long channels = map.type().orElseThrow().shape().dim(1);
        copy.setType(map, new TensorType(DType.FLOAT, Shape.of(Shape.UNKNOWN, channels, cells.y(), cells.x())));
        return copy.freeze();
    }

    private static Graph graph(Path file) {
        if (!Files.exists(file)) {
            throw new ModelException("there is no file " + file, "check the paths in the detector's file");
        }
        return OnnxReader.read(file).freeze();
    }
}
