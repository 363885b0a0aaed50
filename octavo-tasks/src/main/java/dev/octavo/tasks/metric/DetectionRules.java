package dev.octavo.tasks.metric;

import dev.octavo.tasks.metric.Matching.Rule;
import dev.octavo.tasks.truth.PixelConvention;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * How detections are counted.
 *
 * @param iou how much a detection must overlap an object to have found it, for VOC's average precision
 * @param pixels how VOC measures boxes; COCO's are continuous
 * @param difficult whether objects marked difficult are as good as not there
 * @param headline the score that stands for all
 */
public record DetectionRules(double iou, PixelConvention pixels, boolean difficult, Primary headline)
        implements Serializable {
    /** The score that stands for all. */
    public enum Primary {
        AREA(DetectionMetric.MAP_AREA),
        ELEVEN_POINT(DetectionMetric.MAP_ELEVEN_POINT),
        COCO(DetectionMetric.MAP_COCO);

        private final String key;

        Primary(String key) {
            this.key = key;
        }
    }

    /** Pascal VOC from 2010 on: the area at IoU 0.5, boxes of whole pixels, difficult objects left out. */
    public static final DetectionRules VOC = new DetectionRules(0.5, PixelConvention.INCLUSIVE, true, Primary.AREA);

    /** COCO looks at so many detections of a class in a picture. */
    private static final int MOST = 100;

    /** COCO's overlaps: 0.5, 0.55 … 0.95. */
    static final int COCO_STEPS = 10;

    public DetectionRules {
        new Matching(Rule.VOC, iou, pixels, difficult, ObjectSize.ALL); // says what is wrong with it
    }

    String primary() {
        return headline.key;
    }

    /** COCO's first way of matching for a size; its {@link #COCO_STEPS} ways follow each other. */
    static int firstWay(ObjectSize size) {
        return 1 + COCO_STEPS * List.of(ObjectSize.values()).indexOf(size);
    }

    int most() {
        return MOST;
    }

    /** The first is VOC's, then COCO's ten for objects of every size, then for small, medium and large ones. */
    List<Matching> ways() {
        List<Matching> ways = new ArrayList<>();
        ways.add(new Matching(Rule.VOC, iou, pixels, difficult, ObjectSize.ALL));
        for (ObjectSize size : ObjectSize.values()) {
            for (int i = 0; i < COCO_STEPS; i++) {
                double overlap = (50 + 5 * i) / 100.0;
                ways.add(new Matching(Rule.COCO, overlap, PixelConvention.CONTINUOUS, true, size));
            }
        }
        return ways;
    }
}
