package dev.octavo.lidar.detect;

import dev.octavo.lidar.geometry.Vec3;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Turns the maps of CenterPoint's heads into boxes.
 *
 * <pre>
 *   score = sigmoid(heat)      x = (column + centre₀)·stride·voxel + least      z = height
 *   (dx, dy, dz) = exp(size)   yaw = atan2(rotation₁, rotation₀)
 * </pre>
 *
 * <p>Per head the best cells of each class, then of all its classes, then what lies within the limits with a score above
 * the threshold, then suppression. A cell with a NaN score is no candidate, and a box that is not finite is left out.
 *
 * @param least x and y of the map's corner, metres
 * @param cell extent of a cell of the map along x and y, metres (voxel times stride)
 * @param candidates the most cells per class and per head
 * @param minScore a box has a greater score
 * @param limitLeast centres lie at or above this, metres
 * @param limitGreatest centres lie at or below this
 * @param nms the suppression within a head
 */
public record CenterDecoder(
        Vec3 least, Vec3 cell, int candidates, double minScore, Vec3 limitLeast, Vec3 limitGreatest, RotatedNms nms) {
    /** As OpenPCDet's CenterPoint with voxels of 0.075 m has it. */
    public static final CenterDecoder CENTERPOINT_0075 = new CenterDecoder(
            new Vec3(-54, -54, -5),
            new Vec3(0.6, 0.6, 0),
            500,
            0.1,
            new Vec3(-61.2, -61.2, -10),
            new Vec3(61.2, 61.2, 10),
            RotatedNms.CENTERPOINT);

    /** A cell of a map that may become a box. */
    private record Candidate(int type, int cell, double score) {}

    private static final Comparator<Candidate> BEST_FIRST =
            Comparator.comparingDouble(Candidate::score).reversed();

    /**
     * The boxes of all heads, those of the first head first.
     *
     * @param heads in the order of the labels: a head's first class follows the last class of the head before
     */
    public List<Detection> decode(List<HeadMaps> heads) {
        List<Detection> all = new ArrayList<>();
        int firstLabel = 0;
        for (HeadMaps head : heads) {
            all.addAll(nms.apply(decode(head, firstLabel)));
            firstLabel += head.classes();
        }
        return all;
    }

    /** The boxes of one head before suppression, by falling score. */
    public List<Detection> decode(HeadMaps head, int firstLabel) {
        float[] heat = head.heat().floats();
        int cells = head.cells();
        List<Candidate> best = new ArrayList<>();
        for (int c = 0; c < head.classes(); c++) {
            List<Candidate> ofClass = new ArrayList<>();
            for (int i = 0; i < cells; i++) {
                double score = 1 / (1 + Math.exp(-heat[c * cells + i]));
                if (score > minScore) {
                    ofClass.add(new Candidate(c, i, score));
                }
            }
            best.addAll(first(ofClass));
        }
        Maps maps = new Maps(head);
        return first(best).stream()
                .map(c -> maps.box(this, c, firstLabel))
                .filter(CenterDecoder::isFinite)
                .filter(this::isWithin)
                .toList();
    }

    private List<Candidate> first(List<Candidate> from) {
        from.sort(BEST_FIRST);
        return from.subList(0, Math.min(candidates, from.size()));
    }

    private static boolean isFinite(Detection d) {
        for (float f : d.numbers()) {
            if (!Float.isFinite(f)) {
                return false;
            }
        }
        return true;
    }

    private boolean isWithin(Detection d) {
        return d.x() >= limitLeast.x()
                && d.y() >= limitLeast.y()
                && d.z() >= limitLeast.z()
                && d.x() <= limitGreatest.x()
                && d.y() <= limitGreatest.y()
                && d.z() <= limitGreatest.z();
    }

    /** The maps of a head as arrays. */
    private static final class Maps {
        private final int cells;
        private final int columns;
        private final float[] centre;
        private final float[] height;
        private final float[] size;
        private final float[] rotation;
        private final float[] velocity;

        Maps(HeadMaps head) {
            cells = head.cells();
            columns = head.columns();
            centre = head.centre().floats();
            height = head.height().floats();
            size = head.size().floats();
            rotation = head.rotation().floats();
            velocity = head.velocity().floats();
        }

        Detection box(CenterDecoder d, Candidate c, int firstLabel) {
            int i = c.cell();
            int row = i / columns;
            return new Detection(
                    (float) ((i % columns + centre[i]) * d.cell.x() + d.least.x()),
                    (float) ((row + centre[cells + i]) * d.cell.y() + d.least.y()),
                    height[i],
                    (float) Math.exp(size[i]),
                    (float) Math.exp(size[cells + i]),
                    (float) Math.exp(size[2 * cells + i]),
                    (float) Math.atan2(rotation[cells + i], rotation[i]),
                    velocity[i],
                    velocity[cells + i],
                    firstLabel + c.type(),
                    (float) c.score());
        }
    }
}
