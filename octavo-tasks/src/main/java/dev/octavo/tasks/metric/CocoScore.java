package dev.octavo.tasks.metric;

/**
 * The twelve numbers by which COCO describes a detector: average precision and average recall, each a mean over classes
 * and, unless said otherwise, over the overlaps 0.5, 0.55 … 0.95.
 *
 * <p>Source: T.-Y. Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014, and its evaluation code's rules.
 */
enum CocoScore {
    ALL("mapCoco", Kind.PRECISION, ObjectSize.ALL),
    AT_50("mapCoco50", Kind.PRECISION, ObjectSize.ALL, 0),
    AT_75("mapCoco75", Kind.PRECISION, ObjectSize.ALL, 5),
    SMALL("mapCocoSmall", Kind.PRECISION, ObjectSize.SMALL),
    MEDIUM("mapCocoMedium", Kind.PRECISION, ObjectSize.MEDIUM),
    LARGE("mapCocoLarge", Kind.PRECISION, ObjectSize.LARGE),
    RECALL_1("recallCoco1", Kind.RECALL_1, ObjectSize.ALL),
    RECALL_10("recallCoco10", Kind.RECALL_10, ObjectSize.ALL),
    RECALL_100("recallCoco100", Kind.RECALL_100, ObjectSize.ALL),
    RECALL_SMALL("recallCocoSmall", Kind.RECALL_100, ObjectSize.SMALL),
    RECALL_MEDIUM("recallCocoMedium", Kind.RECALL_100, ObjectSize.MEDIUM),
    RECALL_LARGE("recallCocoLarge", Kind.RECALL_100, ObjectSize.LARGE);

    private enum Kind {
        PRECISION(0),
        RECALL_1(1),
        RECALL_10(10),
        RECALL_100(100);

        final int most;

        Kind(int most) {
            this.most = most;
        }
    }

    private final String key;
    private final Kind kind;
    private final int first;
    private final int last;

    CocoScore(String key, Kind kind, ObjectSize size) {
        this.key = key;
        this.kind = kind;
        this.first = DetectionRules.firstWay(size);
        this.last = first + DetectionRules.COCO_STEPS - 1;
    }

    /** At one overlap only, the one so many steps above 0.5. */
    CocoScore(String key, Kind kind, ObjectSize size, int step) {
        this.key = key;
        this.kind = kind;
        this.first = DetectionRules.firstWay(size) + step;
        this.last = first;
    }

    /** Its key among the scores. */
    String key() {
        return key;
    }

    /** The first way of matching that it is a mean over. */
    int first() {
        return first;
    }

    /** The last one. */
    int last() {
        return last;
    }

    /** The number for one class under one way of matching; NaN when there is nothing to find. */
    double of(Ranking ranking, int way, int[] times, long[] objects) {
        return kind == Kind.PRECISION
                ? ranking.averagePrecision(way, Interpolation.HUNDRED_ONE_POINT, times, objects)
                : ranking.recall(way, kind.most, times, objects);
    }
}
