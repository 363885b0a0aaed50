package dev.octavo.lidar.pipeline;

import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.detect.CenterDecoder;
import dev.octavo.lidar.detect.Detection;
import dev.octavo.lidar.detect.HeadMaps;
import dev.octavo.lidar.net.SparseNetwork;
import dev.octavo.lidar.sparse.SparseTensor;
import dev.octavo.lidar.voxel.PointCloud;
import dev.octavo.lidar.voxel.Voxelizer;
import dev.octavo.lidar.voxel.Voxels;
import dev.octavo.ort.OrtEngine;
import java.util.List;
import java.util.Map;

/**
 * A detector that is ready to run.
 *
 * <pre>
 *   points --voxels, means--> sparse part --map--> dense part --heads--> boxes --suppression per head-->
 * </pre>
 *
 * <p>Safe for use from several threads. A frame without points, or with none inside the range, gives the map of zeros, and
 * what the dense part makes of that.
 */
public final class Detector implements AutoCloseable {
    private final DetectorModel model;
    private final SparseNetwork sparse;
    private final Engine.Session dense;
    private final CenterDecoder decoder;
    private final Heads heads;

    /**
     * What a frame gave.
     *
     * @param boxes in the LiDAR frame, those of the first head first
     * @param voxels the number of voxels
     * @param dropped points that are in no voxel
     * @param notNumbers cells of heat maps that are NaN
     */
    public record Found(List<Detection> boxes, int voxels, Voxels.Dropped dropped, long notNumbers) {}

    private Detector(DetectorModel model, SparseNetwork sparse, Engine.Session dense) {
        this.model = model;
        this.sparse = sparse;
        this.dense = dense;
        this.decoder = model.spec().decoder();
        this.heads = new Heads(model.spec());
    }

    /**
     * Opens a detector.
     *
     * @param mode how quantized graphs run: simulated in float, or in integers
     * @param threads per frame
     */
    public static Detector open(DetectorModel model, Mode mode, int threads) {
        SparseNetwork sparse = SparseNetwork.open(model.sparse(), threads, mode);
        try {
            return new Detector(model, sparse, OrtEngine.INSTANCE.open(model.dense(), mode, threads));
        } catch (RuntimeException e) {
            sparse.close();
            throw e;
        }
    }

    /** The boxes of a frame: points x, y, z, intensity, time lag. */
    public Found detect(PointCloud cloud) {
        Voxels voxels = voxels(cloud);
        List<HeadMaps> maps = heads.of(dense.run(Map.of(DetectorModel.MAP, map(voxels.means()))));
        return new Found(decoder.decode(maps), voxels.means().cells().size(), voxels.dropped(), Heads.notNumbers(maps));
    }

    /** The boxes of the dense part's outputs. */
    public List<Detection> boxes(Map<String, Tensor> outputs) {
        return decoder.decode(heads.of(outputs));
    }

    /** The voxels of a frame, on the detector's grid. */
    public Voxels voxels(PointCloud cloud) {
        return Voxelizer.voxelize(model.spec().grid(), cloud);
    }

    /** The map of some voxels, the dense part's input. */
    public Tensor map(SparseTensor voxels) {
        return sparse.map(voxels);
    }

    /** What this detector is. */
    public DetectorModel model() {
        return model;
    }

    @Override
    public void close() {
        try (dense) {
            sparse.close();
        }
    }
}
