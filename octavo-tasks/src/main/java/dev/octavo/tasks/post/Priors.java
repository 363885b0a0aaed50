package dev.octavo.tasks.post;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import java.io.Serializable;
import java.util.Arrays;

/** The boxes that SSD corrects, in the order of its outputs. */
public final class Priors implements Serializable {
    private static final long serialVersionUID = 1L;

    private final float[] boxes;
    private final float centreVariance;
    private final float sizeVariance;

    private Priors(float[] boxes, float centreVariance, float sizeVariance) {
        this.boxes = boxes;
        this.centreVariance = centreVariance;
        this.sizeVariance = sizeVariance;
    }

    /**
     * From an array.
     *
     * @param array FLOAT {@code [P, 4]}: centre x, centre y, width, height as shares of the tensor's sides
     * @param name what to call it in a message
     * @param centreVariance what a correction of the centre is multiplied by, usually 0.1
     * @param sizeVariance what a correction of the size is multiplied by, usually 0.2
     */
    public static Priors of(Tensor array, String name, float centreVariance, float sizeVariance) {
        if (array.dtype() != DType.FLOAT
                || array.shape().rank() != 2
                || array.shape().dim(1) != 4) {
            throw new ModelException(
                    name + " holds " + array + ", no priors", "save float32 [P, 4]: centre x, centre y, width, height");
        }
        if (!(centreVariance > 0) || !(sizeVariance > 0)) {
            throw new IllegalArgumentException(
                    "variances are larger than 0, got " + centreVariance + " and " + sizeVariance);
        }
        return new Priors(array.floats(), centreVariance, sizeVariance);
    }

    int size() {
        return boxes.length / 4;
    }

    /** Centre and size, as shares of the tensor's sides, of prior p corrected by {@code v[at…]}. */
    void decode(int p, float[] v, int at, double[] box) {
        int from = 4 * p;
        for (int axis = 0; axis < 2; axis++) {
            double side = boxes[from + 2 + axis];
            box[axis] = boxes[from + axis] + v[at + axis] * centreVariance * side;
            box[axis + 2] = side * Math.exp(v[at + 2 + axis] * sizeVariance);
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Priors p
                && Arrays.equals(p.boxes, boxes)
                && p.centreVariance == centreVariance
                && p.sizeVariance == sizeVariance;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(boxes);
    }

    @Override
    public String toString() {
        return size() + " priors " + Integer.toHexString(hashCode()) + ", variances " + centreVariance + " "
                + sizeVariance;
    }
}
