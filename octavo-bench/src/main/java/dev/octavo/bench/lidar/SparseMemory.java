package dev.octavo.bench.lidar;

import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.net.Partition;
import dev.octavo.lidar.net.SparseGraph;
import dev.octavo.lidar.net.SparseNet;
import dev.octavo.lidar.net.SparseNetwork;
import dev.octavo.lidar.net.SparseScheme;
import dev.octavo.lidar.sparse.Cells;
import dev.octavo.lidar.sparse.SparseTensor;
import dev.octavo.lidar.sparse.Zyx;
import dev.octavo.tasks.npy.NpyReader;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * What the backbone in 8 bits holds for a real frame: opens it, runs the frame three times, prints the process's peak.
 * Its ranges come from a small crop, so that calibrating does not count.
 *
 * <pre>java -cp … dev.octavo.bench.lidar.SparseMemory DATA</pre>
 */
public final class SparseMemory {
    private SparseMemory() {}

    /** DATA is the folder of real data. */
    public static void main(String[] args) {
        Path data = Path.of(args[0]).resolve("pointcloud");
        SparseNet net = SparseBackbone.network(data);
        Map<String, Tensor> crop = NpyReader.readAll(data.resolve("reference/crop_a.npz"));
        Cells few = Cells.of(Objects.requireNonNull(crop.get("input.coords")), new Zyx(41, 64, 64), 1);
        SparseTensor small = new SparseTensor(Objects.requireNonNull(crop.get("input.features")), few);
        SparseGraph graph =
                SparseBackbone.quantized(net, new Partition(4, true), small, SparseScheme.Options.standard(net));
        Cells cells = Cells.of(NpyReader.read(data.resolve("frame_voxel_coords_bzyx.npy")), new Zyx(41, 1440, 1440), 1);
        SparseTensor frame = new SparseTensor(NpyReader.read(data.resolve("frame_voxel_features.npy")), cells);
        long start = System.nanoTime();
        try (SparseNetwork network = SparseNetwork.open(graph, 2, Mode.OPTIMIZED)) {
            System.out.printf("opened in %.1f s%n", (System.nanoTime() - start) / 1e9);
            for (int i = 0; i < 3; i++) {
                Shape shape = network.features(frame).features().shape();
                System.out.println("ran: " + shape);
            }
        }
        System.out.println("most memory this process held: " + SparseBackbone.peak());
    }
}
