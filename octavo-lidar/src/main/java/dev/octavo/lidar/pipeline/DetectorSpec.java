package dev.octavo.lidar.pipeline;

import dev.octavo.lidar.detect.CenterDecoder;
import dev.octavo.lidar.detect.RotatedNms;
import dev.octavo.lidar.geometry.Vec3;
import dev.octavo.lidar.net.Partition;
import dev.octavo.lidar.nuscenes.DetectionClass;
import dev.octavo.lidar.sparse.WeightLayout;
import dev.octavo.lidar.voxel.VoxelGrid;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All that turns a network's weights into a detector; {@link DetectorFile} reads and writes it.
 *
 * @param parts where the weights are
 * @param grid how space is cut into voxels
 * @param sweeps how many sweeps make a frame, the key frame included
 * @param heads the classes of each head, in the order of its heat maps
 * @param stride voxels per cell of the map, along x and y
 * @param boxes how maps become boxes
 * @param partition how the rows of the sparse part are cut, where it is built from a checkpoint
 */
public record DetectorSpec(
        Parts parts,
        VoxelGrid grid,
        int sweeps,
        List<List<DetectionClass>> heads,
        int stride,
        Boxes boxes,
        Partition partition) {
    /** Where the weights are. */
    public sealed interface Parts {}

    /**
     * A checkpoint of OpenPCDet's CenterPoint; its shapes say how wide the network is.
     *
     * @param layout of the 3D weights; absent: recognised
     * @param mergeHeads whether the first convolutions of all branches become one
     */
    public record Checkpoint(Path file, Optional<WeightLayout> layout, boolean mergeHeads) implements Parts {
        /** With the heads merged. */
        public Checkpoint(Path file, Optional<WeightLayout> layout) {
            this(file, layout, true);
        }
    }

    /**
     * Two graphs, float or quantized.
     *
     * @param sparse from voxels to the map, with its outline in the metadata
     * @param dense from the map to the heads
     */
    public record Graphs(Path sparse, Path dense) implements Parts {}

    /** What the two channels of a rotation branch are. */
    public enum Rotation {
        /** OpenPCDet. */
        COS_SIN,
        /** The original CenterPoint. */
        SIN_COS
    }

    /**
     * How maps become boxes; see {@link CenterDecoder}.
     *
     * @param minScore a box has a greater score
     * @param candidates the most cells per class and per head
     * @param limitLeast centres lie at or above this, metres
     * @param limitGreatest centres lie at or below this
     * @param nms the suppression within a head
     * @param rotation order of the rotation channels
     */
    public record Boxes(
            double minScore, int candidates, Vec3 limitLeast, Vec3 limitGreatest, RotatedNms nms, Rotation rotation) {
        public Boxes {
            if (!(minScore >= 0 && minScore < 1)) {
                throw new IllegalArgumentException("score is in [0, 1), got " + minScore);
            }
            if (candidates < 1) {
                throw new IllegalArgumentException("candidates is at least 1, got " + candidates);
            }
        }

        /** As OpenPCDet's CenterPoint for nuScenes has it. */
        public static final Boxes CENTERPOINT = new Boxes(
                CenterDecoder.CENTERPOINT_0075.minScore(),
                CenterDecoder.CENTERPOINT_0075.candidates(),
                CenterDecoder.CENTERPOINT_0075.limitLeast(),
                CenterDecoder.CENTERPOINT_0075.limitGreatest(),
                RotatedNms.CENTERPOINT,
                Rotation.COS_SIN);
    }

    /** The six heads of CenterPoint for nuScenes. */
    public static final List<List<DetectionClass>> NUSCENES_HEADS = List.of(
            List.of(DetectionClass.CAR),
            List.of(DetectionClass.TRUCK, DetectionClass.CONSTRUCTION_VEHICLE),
            List.of(DetectionClass.BUS, DetectionClass.TRAILER),
            List.of(DetectionClass.BARRIER),
            List.of(DetectionClass.MOTORCYCLE, DetectionClass.BICYCLE),
            List.of(DetectionClass.PEDESTRIAN, DetectionClass.TRAFFIC_CONE));

    /** Ten: two key frames are half a second apart, and sweeps a twentieth. */
    public static final int NUSCENES_SWEEPS = 10;

    /** Three halvings. */
    public static final int CENTERPOINT_STRIDE = 8;

    /** Four parts, by layer: what was fastest. */
    public static final Partition PARTITION = new Partition(4, true);

    public DetectorSpec {
        heads = heads.stream().map(List::copyOf).toList();
        if (sweeps < 1 || sweeps > 100) {
            throw new IllegalArgumentException("sweeps is 1 to 100, got " + sweeps);
        }
        if (stride < 1) {
            throw new IllegalArgumentException("stride is at least 1, got " + stride);
        }
        Set<DetectionClass> seen = new HashSet<>();
        for (List<DetectionClass> head : heads) {
            if (head.isEmpty()) {
                throw new IllegalArgumentException("heads has one without classes");
            }
            for (DetectionClass c : head) {
                if (!seen.add(c)) {
                    throw new IllegalArgumentException("heads names " + c.label() + " twice");
                }
            }
        }
        if (heads.isEmpty()) {
            throw new IllegalArgumentException("heads is empty");
        }
    }

    /** CenterPoint for nuScenes with voxels of 0.075 m. */
    public static DetectorSpec centerPoint(Parts parts) {
        return new DetectorSpec(
                parts,
                VoxelGrid.CENTERPOINT_0075,
                NUSCENES_SWEEPS,
                NUSCENES_HEADS,
                CENTERPOINT_STRIDE,
                Boxes.CENTERPOINT,
                PARTITION);
    }

    /** The same detector with its weights elsewhere. */
    public DetectorSpec with(Parts others) {
        return new DetectorSpec(others, grid, sweeps, heads, stride, boxes, partition);
    }

    /** What turns maps into boxes. */
    public CenterDecoder decoder() {
        return new CenterDecoder(
                grid.least(),
                new Vec3(stride * grid.size().x(), stride * grid.size().y(), 0),
                boxes.candidates(),
                boxes.minScore(),
                boxes.limitLeast(),
                boxes.limitGreatest(),
                boxes.nms());
    }

    /** The class of a label: those of the first head first. */
    public DetectionClass type(int label) {
        return heads.stream().flatMap(List::stream).toList().get(label);
    }
}
