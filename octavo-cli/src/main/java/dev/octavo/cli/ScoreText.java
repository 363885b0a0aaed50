package dev.octavo.cli;

import dev.octavo.tasks.metric.Bootstrap;
import dev.octavo.tasks.metric.DetectionMetric;
import dev.octavo.tasks.metric.Interval;
import dev.octavo.tasks.metric.TaskMetric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Scores for people and for machines. */
final class ScoreText {
    /** Scores in the order to show them, and what to call them; those of single classes are not among them. */
    private static final Map<String, String> TITLES = titles();

    private static final Set<String> COUNTS = Set.of("samples", "nan");

    private ScoreText() {}

    private static Map<String, String> titles() {
        Map<String, String> titles = new LinkedHashMap<>();
        titles.put("top1", "top-1");
        titles.put("top5", "top-5");
        titles.put(DetectionMetric.MAP_AREA, "mAP (area)");
        titles.put(DetectionMetric.MAP_ELEVEN_POINT, "mAP (11-point)");
        titles.put(DetectionMetric.MAP_COCO, "mAP@[.5:.95]");
        titles.put("mapCoco50", "mAP@.5 (COCO)");
        titles.put("mapCoco75", "mAP@.75 (COCO)");
        titles.put("mapCocoSmall", "mAP, small");
        titles.put("mapCocoMedium", "mAP, medium");
        titles.put("mapCocoLarge", "mAP, large");
        titles.put("recallCoco1", "recall, 1 a picture");
        titles.put("recallCoco10", "recall, 10");
        titles.put("recallCoco100", "recall, 100");
        titles.put("recallCocoSmall", "recall, small");
        titles.put("recallCocoMedium", "recall, medium");
        titles.put("recallCocoLarge", "recall, large");
        titles.put("NDS", "NDS");
        titles.put("mAP", "mAP");
        titles.put("miou", "mIoU");
        titles.put("pixelAccuracy", "pixel accuracy");
        titles.put("meanAccuracy", "class accuracy");
        titles.put("frequencyWeightedIou", "frequency-weighted IoU");
        return titles;
    }

    static String title(String key) {
        return TITLES.getOrDefault(key, key);
    }

    /** The keys of a metric's scores that have a title, in order. */
    static List<String> keys(TaskMetric<?> metric) {
        return keys(metric.scores());
    }

    /** The keys of scores that have a title, in order. */
    static List<String> keys(Map<String, Double> scores) {
        return TITLES.keySet().stream().filter(scores::containsKey).toList();
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * share);
    }

    /** {@code 62.01 to 68.20}, in percent. */
    static String range(Interval i) {
        return String.format(Locale.ROOT, "%.2f to %.2f", 100 * i.low(), 100 * i.high());
    }

    /** {@code +0.20 (-0.41 to +0.79)} points. */
    static String difference(double points, Interval i) {
        return String.format(Locale.ROOT, "%+.2f (%+.2f to %+.2f)", 100 * points, 100 * i.low(), 100 * i.high());
    }

    /** One line per score with its 95 % interval, then one line per class. */
    static List<String> lines(TaskMetric<?> metric) {
        Map<String, Double> scores = metric.scores();
        Map<String, Interval> intervals = metric.intervals(Bootstrap.STANDARD);
        List<String> lines = new ArrayList<>();
        for (String key : keys(metric)) {
            Interval i = intervals.get(key);
            lines.add(String.format(
                    Locale.ROOT,
                    "%-22s %7.2f %%%s",
                    title(key),
                    100 * scores.getOrDefault(key, Double.NaN),
                    i == null ? "" : "   (" + range(i) + ")"));
        }
        scores.forEach((key, value) -> {
            if (NuScenesText.isError(key)) {
                lines.add(NuScenesText.error(key, value));
            } else if (!TITLES.containsKey(key) && !COUNTS.contains(key)) {
                lines.add(String.format(Locale.ROOT, "  %-20s %7.2f %%", key.replace('.', ' '), 100 * value));
            }
        });
        return lines;
    }

    /** Scores by key, then {@code intervals} by key. */
    static Map<String, Object> facts(TaskMetric<?> metric) {
        Map<String, Object> facts = new LinkedHashMap<>();
        metric.scores().forEach((k, v) -> facts.put(k, COUNTS.contains(k) ? (Object) v.longValue() : v));
        facts.put("intervals", facts(metric.intervals(Bootstrap.STANDARD)));
        return facts;
    }

    static Map<String, Object> facts(Map<String, Interval> intervals) {
        Map<String, Object> facts = new LinkedHashMap<>();
        intervals.forEach((k, i) -> facts.put(k, facts(i)));
        return facts;
    }

    static Map<String, Object> facts(Interval i) {
        return Map.of("low", i.low(), "high", i.high());
    }
}
