package dev.octavo.lidar.example;

import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Progress;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.exchange.TorchCheckpoint;
import dev.octavo.lidar.net.Partition;
import dev.octavo.lidar.net.ResBackbone;
import dev.octavo.lidar.net.SmoothingSearch;
import dev.octavo.lidar.net.SparseEvidence;
import dev.octavo.lidar.net.SparseGraph;
import dev.octavo.lidar.net.SparseGraphBuilder;
import dev.octavo.lidar.net.SparseNet;
import dev.octavo.lidar.net.SparseNetwork;
import dev.octavo.lidar.net.SparseQuantizer;
import dev.octavo.lidar.net.SparseScheme;
import dev.octavo.lidar.sparse.SparseTensor;
import dev.octavo.lidar.voxel.PointCloud;
import dev.octavo.lidar.voxel.VoxelGrid;
import dev.octavo.lidar.voxel.Voxelizer;
import dev.octavo.onnx.OnnxWriter;
import dev.octavo.tasks.npy.NpyReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The program that {@code docs/point-clouds.md} shows. */
public final class SparseExample {
    private SparseExample() {}

    /** Checkpoint, points {@code [N, 5]} of x, y, z, intensity, time lag, and the model to write; returns the map. */
    public static Tensor run(Path checkpoint, Path points, Path model) {
        Map<String, Tensor> state = TorchCheckpoint.stateDict(checkpoint);
        SparseNet net = ResBackbone.of(state, "backbone_3d.", Optional.empty());
        PointCloud cloud = PointCloud.of(NpyReader.read(points));
        SparseTensor voxels =
                Voxelizer.voxelize(VoxelGrid.CENTERPOINT_0075, cloud).means();

        SparseScheme.Options scheme = SparseScheme.Options.standard(net);
        List<SparseTensor> frames = List.of(voxels); // more frames: better ranges
        SmoothingSearch.Found smooth =
                SmoothingSearch.best(net, frames, SmoothingSearch.candidates(), scheme, 2, Progress.NONE);

        SparseGraph graph = SparseGraphBuilder.map(smooth.net(), new Partition(4, true));
        Evidence evidence = SparseEvidence.collect(graph, frames, 2, Progress.NONE);
        SparseGraph integer = SparseQuantizer.lower(graph, SparseQuantizer.plan(graph, evidence, scheme));
        OnnxWriter.write(integer.graph(), model);

        try (SparseNetwork network = SparseNetwork.open(integer, 2, Mode.OPTIMIZED)) {
            return network.map(voxels); // [1, C·Z, Y, X], for the dense part
        }
    }
}
