package dev.octavo.tasks.post;

import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.image.LabelMap;
import dev.octavo.tasks.image.Placement;
import java.io.Serializable;
import java.util.Map;

/**
 * From class scores per pixel {@code [1, K, h, w]} to one class per pixel of the picture:
 *
 * <pre>
 *   softmax (if asked for) -> enlarge the scores -> the class with the most -> cut out the picture, nearest pixels
 * </pre>
 *
 * <p>The scores are enlarged to the size of the tensor, and then the labels are brought to the picture's; or straight
 * to the picture's size. Of equal scores the lower class wins; NaN never wins. An output of whole numbers {@code [1, h, w]} or
 * {@code [1, 1, h, w]} holds classes already, and its nearest pixels are taken.
 *
 * @param output the network's output; empty for the first
 * @param softmax whether scores are brought to shares before they are enlarged
 * @param upsample how scores are enlarged
 * @param to what they are enlarged to
 */
public record LabelParts(String output, boolean softmax, Upsample upsample, To to) implements Serializable {
    /** How scores are enlarged. */
    public enum Upsample {
        /** Bilinear, the corner pixels' centres on each other. */
        ALIGNED,
        /** Bilinear, the corner pixels' edges on each other. */
        HALF_PIXEL,
        /** The pixel under the new pixel's centre. */
        NEAREST
    }

    /** What scores are enlarged to. */
    public enum To {
        /** The network's input; labels are then brought to the picture's size. */
        INPUT,
        /** The picture. */
        PICTURE
    }

    /** Bilinear by half pixels, straight to the picture's size, of the first output. */
    public static final LabelParts DEFAULT = new LabelParts("", false, Upsample.HALF_PIXEL, To.PICTURE);

    /** The label maps' classes are bytes, and 255 is left for what is not annotated. */
    private static final int MOST_CLASSES = 255;

    /**
     * The classes of one picture's pixels.
     *
     * @param outputs the network's outputs, first output first
     * @param placement where the picture lies in the tensor
     * @throws dev.octavo.core.ModelException when the output is not what was declared
     */
    public LabelMap labels(Map<String, Tensor> outputs, Placement placement) {
        Tensor t = Outputs.named(outputs, output);
        if (t.dtype() != DType.FLOAT) {
            return picked(t, placement);
        }
        Shape shape = Outputs.shape(output, t, 4, "[1, classes, h, w]");
        if (shape.dim(1) > MOST_CLASSES || shape.dim(1) < 2) {
            throw Outputs.wrongShape(output, shape, "[1, classes, h, w] with 2 to " + MOST_CLASSES + " classes");
        }
        float[] scores = t.floats();
        int plane = (int) (shape.dim(2) * shape.dim(3));
        if (softmax) {
            for (int i = 0; i < plane; i++) {
                Softmax.inPlace(scores, i, plane, (int) shape.dim(1));
            }
        }
        ScoreMap map = new ScoreMap(scores, (int) shape.dim(1), (int) shape.dim(2), (int) shape.dim(3));
        if (to == To.PICTURE) {
            Axis x = Axis.ofPicture(placement, true, map.width(), upsample);
            Axis y = Axis.ofPicture(placement, false, map.height(), upsample);
            return map.argmax(x, y);
        }
        Axis x = Axis.of(placement.canvasWidth(), map.width(), upsample);
        Axis y = Axis.of(placement.canvasHeight(), map.height(), upsample);
        return cut(map.argmax(x, y), placement);
    }

    /** An output of classes. */
    private LabelMap picked(Tensor t, Placement placement) {
        Shape s = t.shape();
        int rank = s.rank();
        if (rank < 3 || s.elements() != s.dim(rank - 1) * s.dim(rank - 2)) {
            throw Outputs.wrongShape(output, s, "[1, h, w] classes or FLOAT [1, classes, h, w] scores");
        }
        byte[] labels = new byte[(int) s.elements()];
        if (t.dtype() == DType.INT64) {
            long[] classes = t.longs();
            for (int i = 0; i < labels.length; i++) {
                labels[i] = (byte) Math.max(0, Math.min(MOST_CLASSES, classes[i]));
            }
        } else {
            int[] classes = t.codes();
            for (int i = 0; i < labels.length; i++) {
                labels[i] = (byte) Math.max(0, Math.min(MOST_CLASSES, classes[i]));
            }
        }
        LabelMap map = new LabelMap((int) s.dim(rank - 1), (int) s.dim(rank - 2), labels);
        Axis x = Axis.ofPicture(placement, true, map.width(), Upsample.NEAREST);
        Axis y = Axis.ofPicture(placement, false, map.height(), Upsample.NEAREST);
        return nearest(map, x, y);
    }

    /** The picture's part of a label map that is as large as the tensor, at the picture's size. */
    private static LabelMap cut(LabelMap canvas, Placement placement) {
        Axis x = Axis.ofPicture(placement, true, canvas.width(), Upsample.NEAREST);
        Axis y = Axis.ofPicture(placement, false, canvas.height(), Upsample.NEAREST);
        return nearest(canvas, x, y);
    }

    private static LabelMap nearest(LabelMap from, Axis x, Axis y) {
        int w = x.low().length;
        int h = y.low().length;
        byte[] out = new byte[Math.multiplyExact(w, h)];
        int to = 0;
        for (int row = 0; row < h; row++) {
            int start = y.low()[row] * from.width();
            for (int column = 0; column < w; column++) {
                out[to++] = from.labels()[start + x.low()[column]];
            }
        }
        return new LabelMap(w, h, out);
    }
}
