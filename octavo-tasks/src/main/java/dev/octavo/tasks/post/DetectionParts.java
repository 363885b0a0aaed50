package dev.octavo.tasks.post;

import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.image.Placement;
import dev.octavo.tasks.truth.Box;
import dev.octavo.tasks.truth.Detection;
import dev.octavo.tasks.truth.PixelConvention;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * From a network's outputs to detections in the picture. The parts always run in this order:
 *
 * <pre>
 *   decode -> score > confidence -> into the picture, clipped to it -> per class: suppress what overlaps -> the best
 * </pre>
 *
 * <p>Suppression is greedy: the best detection of a class stays, and those of its class that overlap it by more than
 * {@code nms} go; then the best of the rest. Of equal scores the one decoded first counts as better.
 *
 * @param decoder from outputs to candidates
 * @param confidence candidates must score more, 0 to 1
 * @param nms the most overlap (intersection over union) that two detections of a class may have, 0 to 1; 1 keeps all
 * @param top the most detections per picture, all classes together, at least 1
 */
public record DetectionParts(BoxDecoder decoder, float confidence, float nms, int top) implements Serializable {
    /** When nothing is said. */
    public static final float DEFAULT_CONFIDENCE = 0.005f;

    public static final float DEFAULT_NMS = 0.45f;
    public static final int DEFAULT_TOP = 100;

    public DetectionParts {
        if (!(confidence >= 0 && confidence < 1)) {
            throw new IllegalArgumentException("confidence is in [0, 1), got " + confidence);
        }
        if (!(nms >= 0 && nms <= 1)) {
            throw new IllegalArgumentException("nms is a share of overlap in [0, 1], got " + nms);
        }
        if (top < 1) {
            throw new IllegalArgumentException("top is at least 1, got " + top);
        }
    }

    /**
     * The detections of one picture, best first.
     *
     * @param outputs the network's outputs, first output first
     * @param placement where the picture lies in the tensor
     * @throws dev.octavo.core.ModelException when the outputs are not what was declared
     */
    public List<Detection> detections(Map<String, Tensor> outputs, Placement placement) {
        Map<Integer, List<Detection>> byClass = new HashMap<>();
        decoder.decode(outputs, placement, new BoxDecoder.Candidates() {
            @Override
            public float least() {
                return confidence;
            }

            @Override
            public void add(int label, float score, double cx, double cy, double w, double h) {
                // A NaN score is not above the least; a NaN or endless box is no box.
                if (Double.isFinite(cx + cy + w + h) && w >= 0 && h >= 0) {
                    byClass.computeIfAbsent(label, k -> new ArrayList<>())
                            .add(new Detection(label, score, inPicture(placement, cx, cy, w, h)));
                }
            }
        });
        List<Detection> kept = new ArrayList<>();
        byClass.forEach((label, found) -> suppress(found, kept));
        kept.sort(BEST_FIRST.thenComparingInt(Detection::label));
        return kept.size() > top ? List.copyOf(kept.subList(0, top)) : kept;
    }

    private static final Comparator<Detection> BEST_FIRST =
            Comparator.comparingDouble((Detection d) -> d.score()).reversed();

    private static Box inPicture(Placement p, double cx, double cy, double w, double h) {
        return new Box(
                clip(p.pictureX(cx - w / 2), p.width()),
                clip(p.pictureY(cy - h / 2), p.height()),
                clip(p.pictureX(cx + w / 2), p.width()),
                clip(p.pictureY(cy + h / 2), p.height()));
    }

    private static double clip(double at, int side) {
        return Math.max(0, Math.min(side, at));
    }

    private void suppress(List<Detection> found, List<Detection> kept) {
        found.sort(BEST_FIRST); // stable: ties stay in the order of decoding
        List<Box> stay = new ArrayList<>();
        for (Detection d : found) {
            boolean free = true;
            for (Box better : stay) {
                if (better.iou(d.box(), PixelConvention.CONTINUOUS) > nms) {
                    free = false;
                    break;
                }
            }
            if (free) {
                stay.add(d.box());
                kept.add(d);
                if (stay.size() >= top) {
                    return; // the rest of this class scores less than what the picture may keep
                }
            }
        }
    }
}
