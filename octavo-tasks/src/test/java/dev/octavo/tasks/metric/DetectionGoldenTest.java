package dev.octavo.tasks.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.testing.RealData;
import dev.octavo.tasks.Golden;
import dev.octavo.tasks.metric.DetectionRules.Primary;
import dev.octavo.tasks.truth.PixelConvention;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Average precision against implementations that others wrote and ran. */
class DetectionGoldenTest {
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
    @ValueSource(strings = {"a", "b"})
    void cocoIsPycocotools(String name) throws IOException {
        GoldenBoxes golden = GoldenBoxes.read(Golden.file("coco-ap/" + name + ".json"));
        Map<String, Double> scores = golden.metric(
                        new DetectionRules(0.5, PixelConvention.CONTINUOUS, true, Primary.COCO))
                .scores();
        assertThat(scores.get(DetectionMetric.MAP_COCO)).isCloseTo(golden.expected("expected", "ap"), within(1e-12));
        for (int k = 0; k < golden.classes.size(); k++) {
            assertThat(scores.get("ap." + k))
                    .isCloseTo(golden.expectedList("expected", "per_class").get(k), within(1e-12));
        }
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
