package dev.octavo.tasks.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.testing.RealData;
import dev.octavo.tasks.Golden;
import dev.octavo.tasks.metric.DetectionRules.Primary;
import dev.octavo.tasks.truth.Box;
import dev.octavo.tasks.truth.Detection;
import dev.octavo.tasks.truth.PixelConvention;
import dev.octavo.tasks.truth.TrueBox;
import dev.octavo.tasks.truth.TrueBox.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Average precision against implementations that others wrote and ran. */
class DetectionGoldenTest {
    private static final DetectionRules COCO = new DetectionRules(0.5, PixelConvention.CONTINUOUS, true, Primary.COCO);

    /** Our keys and COCOeval's numbers. */
    private static final Map<String, String> COCO_STATS = Map.ofEntries(
            Map.entry("mapCoco", "ap"),
            Map.entry("mapCoco50", "ap50"),
            Map.entry("mapCoco75", "ap75"),
            Map.entry("mapCocoSmall", "ap_small"),
            Map.entry("mapCocoMedium", "ap_medium"),
            Map.entry("mapCocoLarge", "ap_large"),
            Map.entry("recallCoco1", "ar_1"),
            Map.entry("recallCoco10", "ar_10"),
            Map.entry("recallCoco100", "ar_100"),
            Map.entry("recallCocoSmall", "ar_small"),
            Map.entry("recallCocoMedium", "ar_medium"),
            Map.entry("recallCocoLarge", "ar_large"));

    @ParameterizedTest
    @ValueSource(strings = {"detection_sample7", "detection_synthetic_a"})
    void vocIsThePublishedOnes(String name) throws IOException {
        Optional<Path> data = RealData.folder("voc-metric");
        if (data.isEmpty()) {
            return;
        }
        GoldenBoxes golden = GoldenBoxes.read(data.get().resolve(name + ".json"));
        for (String iou : new String[] {"0.5", "0.3"}) {
            check(golden, iou, "devkit_like_inclusive_pixel", PixelConvention.INCLUSIVE, false);
            check(golden, iou, "continuous_with_difficult", PixelConvention.CONTINUOUS, true);
        }
    }

    /**
     * The second implementation sorts by an unstable sort, and the textbook sample has two detections of score 0.95: its
     * number is that of one of the two orders.
     */
    private static void check(GoldenBoxes golden, String iou, String whose, PixelConvention pixels, boolean difficult) {
        for (Primary headline : new Primary[] {Primary.AREA, Primary.ELEVEN_POINT}) {
            DetectionRules rules = new DetectionRules(Double.parseDouble(iou), pixels, difficult, headline);
            Map<String, Double> firstFirst = golden.metric(rules).scores();
            Map<String, Double> lastFirst = golden.metric(rules, true).scores();
            boolean area = headline == Primary.AREA;
            String key = area ? DetectionMetric.MAP_AREA : DetectionMetric.MAP_ELEVEN_POINT;
            double mean = golden.expected("expected", "iou_" + iou, whose, area ? "map_area" : "map_eleven_point");
            Map<String, Double> scores = close(firstFirst.getOrDefault(key, Double.NaN), mean) ? firstFirst : lastFirst;
            assertThat(scores.get(key)).as(whose + " at " + iou).isCloseTo(mean, within(1e-12));
            for (String label : golden.classes) {
                if (scores.containsKey("ap." + label)) {
                    String one = area ? "ap_area" : "ap_eleven_point";
                    double ap = golden.expected("expected", "iou_" + iou, whose, "classes", label, one);
                    assertThat(scores.get("ap." + label))
                            .as(label + " by " + whose + " at " + iou)
                            .isCloseTo(ap, within(1e-12));
                }
            }
        }
    }

    private static boolean close(double a, double b) {
        return Math.abs(a - b) < 1e-12;
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "b", "c"})
    void cocoIsPycocotools(String name) throws IOException {
        GoldenBoxes golden = GoldenBoxes.read(Golden.file("coco-ap/" + name + ".json"));
        Map<String, Double> scores = golden.metric(COCO).scores();
        COCO_STATS.forEach((key, theirs) -> assertThat(scores.get(key))
                .as(key)
                .isCloseTo(golden.expected("expected", "stats", theirs), within(1e-12)));
        for (int k = 0; k < golden.classes.size(); k++) {
            assertThat(scores.get("ap." + k))
                    .isCloseTo(golden.expectedList("expected", "per_class").get(k), within(1e-12));
        }
    }

    /* A small object found, a large one missed, and a medium detection of nothing that has the best score. */
    @Test
    void sizesAndRecallByHand() {
        TrueBox small = new TrueBox(0, new Box(0, 0, 20, 20), Kind.PLAIN);
        TrueBox large = new TrueBox(0, new Box(100, 100, 300, 300), Kind.PLAIN);
        Detection found = new Detection(0, 0.5f, small.box());
        Detection nothing = new Detection(0, 0.9f, new Box(400, 0, 450, 50));
        Map<String, Double> scores = GoldenBoxes.none(COCO, List.of("a"))
                .plus("x", List.of(found, nothing), List.of(small, large))
                .scores();
        // Precision 1/2 up to recall 1/2, which 51 of the 101 points lie at or below.
        assertThat(scores.get("mapCoco")).isCloseTo(51 * 0.5 / 101, within(1e-12));
        // The stray detection is neither small nor large, so it is no false alarm there.
        assertThat(scores).containsEntry("mapCocoSmall", 1.0).containsEntry("mapCocoLarge", 0.0);
        assertThat(scores).doesNotContainKeys("mapCocoMedium", "recallCocoMedium");
        // One detection a picture: the stray one.
        assertThat(scores).containsEntry("recallCoco1", 0.0).containsEntry("recallCoco10", 0.5);
        assertThat(scores).containsEntry("recallCocoSmall", 1.0).containsEntry("recallCocoLarge", 0.0);
    }

    @Test
    void theOutlineSaysHowLargeAnObjectIsAndNotTheBox() {
        Box box = new Box(0, 0, 40, 40);
        DetectionMetric none = GoldenBoxes.none(COCO, List.of("a"));
        List<Detection> found = List.of(new Detection(0, 0.5f, box));
        TrueBox thin = new TrueBox(0, box, Kind.PLAIN, 1024);
        Map<String, Double> scores = none.plus("x", found, List.of(thin)).scores();
        // 32 by 32 belongs to both sizes.
        assertThat(scores).containsEntry("mapCocoSmall", 1.0).containsEntry("mapCocoMedium", 1.0);
        scores = none.plus("x", found, List.of(new TrueBox(0, box, Kind.PLAIN))).scores();
        assertThat(scores).containsEntry("mapCocoMedium", 1.0).doesNotContainKey("mapCocoSmall");
    }

    @Test
    void theGoldenCasesTellTheConventionsApart() throws IOException {
        Optional<Path> data = RealData.folder("voc-metric");
        if (data.isEmpty()) {
            return;
        }
        GoldenBoxes golden = GoldenBoxes.read(data.get().resolve("detection_synthetic_a.json"));
        double difficult = golden.metric(new DetectionRules(0.5, PixelConvention.INCLUSIVE, true, Primary.AREA))
                .scores()
                .getOrDefault(DetectionMetric.MAP_AREA, Double.NaN);
        assertThat(difficult)
                .isNotCloseTo(
                        golden.expected("expected", "iou_0.5", "devkit_like_inclusive_pixel", "map_area"),
                        within(1e-4));
    }
}
