package dev.octavo.lidar.pipeline;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.detect.HeadMaps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Finds the maps of the heads among the dense part's outputs {@code heads.i.branch}. */
final class Heads {
    static final String HEAT = "hm";

    private final DetectorSpec spec;

    Heads(DetectorSpec spec) {
        this.spec = spec;
    }

    static String output(int head, String branch) {
        return "heads." + head + "." + branch;
    }

    List<HeadMaps> of(Map<String, Tensor> outputs) {
        List<HeadMaps> heads = new ArrayList<>();
        for (int h = 0; h < spec.heads().size(); h++) {
            HeadMaps maps = new HeadMaps(
                    map(outputs, h, HEAT),
                    map(outputs, h, "center"),
                    map(outputs, h, "center_z"),
                    map(outputs, h, "dim"),
                    turned(map(outputs, h, "rot")),
                    map(outputs, h, "vel"));
            long classes = maps.heat().shape().dim(0);
            if (classes != spec.heads().get(h).size()) {
                throw new ModelException(
                        "head " + h + " has " + classes + " heat maps, and "
                                + spec.heads().get(h).size() + " classes are described",
                        "list the heads' classes under heads as the network has them");
            }
            heads.add(maps);
        }
        return heads;
    }

    private static Tensor map(Map<String, Tensor> outputs, int head, String branch) {
        Tensor t = outputs.get(output(head, branch));
        if (t == null) {
            throw new ModelException(
                    "the dense part has no output '" + output(head, branch) + "'",
                    "a head has the branches center, center_z, dim, rot, vel and hm");
        }
        return t;
    }

    /* Cosine first, as HeadMaps wants it. */
    private Tensor turned(Tensor rotation) {
        if (spec.boxes().rotation() == DetectorSpec.Rotation.COS_SIN) {
            return rotation;
        }
        float[] from = rotation.floats();
        float[] to = new float[from.length];
        int half = from.length / 2;
        System.arraycopy(from, half, to, 0, half);
        System.arraycopy(from, 0, to, half, half);
        return Tensor.ofFloats(rotation.shape(), to);
    }

    /** Cells of the heat maps that are NaN. */
    static long notNumbers(List<HeadMaps> heads) {
        long count = 0;
        for (HeadMaps h : heads) {
            for (float f : h.heat().floats()) {
                count += Float.isNaN(f) ? 1 : 0;
            }
        }
        return count;
    }
}
