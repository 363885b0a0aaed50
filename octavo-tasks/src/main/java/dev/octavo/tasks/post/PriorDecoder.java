package dev.octavo.tasks.post;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.image.Placement;
import java.util.Map;
import java.util.Optional;

/**
 * One output of boxes {@code [1, P, 4]} and one of class scores {@code [1, P, K]}: SSD and its kin. With priors (SSD) a
 * box is stored as a correction of its prior, whose centre and size are shares of the tensor's sides:
 *
 * <pre>
 *   cx = prior cx + x · v₀ · prior w          w = prior w · exp(w · v₁)          cy and h alike
 * </pre>
 *
 * <p>Source: W. Liu et al., "SSD: Single Shot MultiBox Detector", ECCV 2016, section 2.2.
 *
 * @param boxes the output with the boxes
 * @param scores the output with the class scores
 * @param priors what the boxes correct; none when they are boxes already
 * @param form what the four numbers of a box are; with priors always centre and size
 * @param unit of boxes without priors
 * @param activation from raw scores to scores
 * @param background the class that means nothing is there; classes behind it move up by one
 */
public record PriorDecoder(
        String boxes,
        String scores,
        Optional<Priors> priors,
        Form form,
        Unit unit,
        Activation activation,
        Background background)
        implements BoxDecoder {
    /** What the four numbers of a box are. */
    public enum Form {
        /** Centre x, centre y, width, height. */
        CENTER_SIZE,
        /** Left, top, right, bottom. */
        CORNERS,
        /** Top, left, bottom, right, as TensorFlow has them. */
        CORNERS_YX
    }

    /** What the numbers of a box count. */
    public enum Unit {
        /** Pixels of the tensor. */
        PIXELS,
        /** Shares of the tensor's sides. */
        SHARES
    }

    /** From raw scores to scores. */
    public enum Activation {
        /** They are scores already. */
        NONE,
        /** Each class by itself. */
        SIGMOID,
        /** All classes of a box together, the background among them. */
        SOFTMAX
    }

    /** The class that means nothing is there, or -1 where there is none. */
    public record Background(int label) implements java.io.Serializable {
        /** All classes are objects. */
        public static final Background NONE = new Background(-1);
    }

    @Override
    public void decode(Map<String, Tensor> outputs, Placement placement, Candidates candidates) {
        Tensor boxTensor = Outputs.named(outputs, boxes);
        Tensor scoreTensor = Outputs.named(outputs, scores);
        Shape b = Outputs.shape(boxes, boxTensor, 3, "[1, P, 4]");
        Shape s = Outputs.shape(scores, scoreTensor, 3, "[1, " + b.dim(1) + ", classes]");
        if (b.dim(2) != 4) {
            throw Outputs.wrongShape(boxes, b, "[1, P, 4]");
        }
        if (s.dim(1) != b.dim(1) || s.dim(2) < 1) {
            throw Outputs.wrongShape(scores, s, "[1, " + b.dim(1) + ", classes]");
        }
        if (priors.isPresent() && priors.get().size() != b.dim(1)) {
            throw new ModelException(
                    "the network's output '" + boxes + "' has " + b.dim(1) + " boxes, but "
                            + priors.get().size() + " priors are declared",
                    "check the priors in the data set file: they must belong to this network");
        }
        float[] corrections = Outputs.floats(boxes, boxTensor);
        float[] raw = Outputs.floats(scores, scoreTensor);
        int classes = (int) s.dim(2);
        float[] one = new float[classes];
        double[] box = new double[4];
        for (int p = 0; p < b.dim(1); p++) {
            System.arraycopy(raw, p * classes, one, 0, classes);
            activate(one);
            boolean placed = false;
            for (int k = 0; k < classes; k++) {
                if (k != background.label() && one[k] > candidates.least()) {
                    if (!placed) {
                        place(corrections, p, placement, box);
                        placed = true;
                    }
                    int label = background.label() >= 0 && k > background.label() ? k - 1 : k;
                    candidates.add(label, one[k], box[0], box[1], box[2], box[3]);
                }
            }
        }
    }

    private void activate(float[] one) {
        if (activation == Activation.SIGMOID) {
            for (int k = 0; k < one.length; k++) {
                one[k] = Outputs.sigmoid(one[k]);
            }
        } else if (activation == Activation.SOFTMAX) {
            Softmax.inPlace(one, 0, 1, one.length);
        }
    }

    /** Centre and size in pixels of the tensor. */
    private void place(float[] v, int p, Placement placement, double[] box) {
        int at = 4 * p;
        if (priors.isPresent()) {
            priors.get().decode(p, v, at, box);
        } else if (form == Form.CENTER_SIZE) {
            for (int i = 0; i < 4; i++) {
                box[i] = v[at + i];
            }
        } else {
            int x = form == Form.CORNERS ? 0 : 1;
            box[0] = ((double) v[at + x] + v[at + x + 2]) / 2;
            box[1] = ((double) v[at + 1 - x] + v[at + 3 - x]) / 2;
            box[2] = (double) v[at + x + 2] - v[at + x];
            box[3] = (double) v[at + 3 - x] - v[at + 1 - x];
        }
        if (priors.isPresent() || unit == Unit.SHARES) {
            box[0] *= placement.canvasWidth();
            box[1] *= placement.canvasHeight();
            box[2] *= placement.canvasWidth();
            box[3] *= placement.canvasHeight();
        }
    }
}
