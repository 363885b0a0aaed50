package dev.octavo.tasks.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.RealData;
import dev.octavo.tasks.image.LabelMap;
import dev.octavo.tasks.image.Placement;
import dev.octavo.tasks.metric.SegmentationMetric.Mean;
import dev.octavo.tasks.post.LabelParts;
import dev.octavo.tasks.truth.PictureTruth;
import dev.octavo.tasks.yaml.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mean intersection over union and relatives, against an implementation that others wrote and ran. */
class SegmentationGoldenTest {
    @ParameterizedTest
    @ValueSource(strings = {"segmentation_a", "segmentation_b"})
    void everyNumberIsTheGoldenOne(String name) throws IOException {
        Optional<Path> data = RealData.folder("voc-metric");
        if (data.isEmpty()) {
            return;
        }
        Yaml.Mapping golden = Yaml.parse(Files.readString(data.get().resolve(name + ".json")), name);
        SegmentationMetric metric = tally(data.get().resolve(name), golden);
        int n = metric.classes().size();
        List<Yaml.Node> rows = items(golden, "confusion_matrix_gt_rows_pred_columns");
        for (int i = 0; i < n; i++) {
            String row = Arrays.toString(metric.confusion()[i]);
            assertThat(row)
                    .isEqualTo(((Yaml.Sequence) rows.get(i))
                            .items().stream()
                                    .map(v -> ((Yaml.Scalar) v).text())
                                    .toList()
                                    .toString());
        }
        Map<String, Double> scores = metric.scores();
        assertThat(scores.get("miou")).isCloseTo(number(golden, "mean_iou"), within(1e-12));
        assertThat(scores.get("pixelAccuracy")).isCloseTo(number(golden, "pixel_accuracy"), within(1e-12));
        assertThat(scores.get("frequencyWeightedIou"))
                .isCloseTo(number(golden, "frequency_weighted_iou"), within(1e-12));
        assertThat(scores.get("meanAccuracy")).isCloseTo(number(golden, "pixel_accuracy_class_mean"), within(1e-12));
        List<Yaml.Node> ious = items(golden, "iou");
        for (int k = 0; k < n; k++) {
            String text = ((Yaml.Scalar) ious.get(k)).text();
            if (text.equals("null")) {
                assertThat(scores).doesNotContainKey("iou." + k);
            } else {
                assertThat(scores.get("iou." + k)).isCloseTo(Double.parseDouble(text), within(1e-12));
            }
        }
    }

    private static SegmentationMetric tally(Path prefix, Yaml.Mapping golden) throws IOException {
        int n = (int) number(golden, "num_classes");
        int h = (int) number(golden, "height");
        int w = (int) number(golden, "width");
        byte[] truths = Files.readAllBytes(Path.of(prefix + "_gt_u8.bin"));
        byte[] found = Files.readAllBytes(Path.of(prefix + "_pred_u8.bin"));
        List<String> classes = new ArrayList<>();
        for (int k = 0; k < n; k++) {
            classes.add(Integer.toString(k));
        }
        SegmentationMetric metric = SegmentationMetric.none(LabelParts.DEFAULT, classes, Mean.SEEN);
        for (int i = 0; i < (int) number(golden, "images"); i++) {
            LabelMap truth = new LabelMap(w, h, Arrays.copyOfRange(truths, i * w * h, (i + 1) * w * h));
            Tensor output = Tensor.ofBytes(
                    DType.UINT8, Shape.of(1, h, w), Arrays.copyOfRange(found, i * w * h, (i + 1) * w * h));
            Sample sample = Sample.of("" + i, output, OptionalInt.empty())
                    .with(new PictureTruth(Placement.same(w, h), Optional.empty(), Optional.of(truth)));
            metric = metric.plus(sample, Map.of("labels", output));
        }
        return metric;
    }

    private static List<Yaml.Node> items(Yaml.Mapping m, String key) {
        return ((Yaml.Sequence) Objects.requireNonNull(m.entries().get(key), key)).items();
    }

    private static double number(Yaml.Mapping m, String key) {
        return Double.parseDouble(
                ((Yaml.Scalar) Objects.requireNonNull(m.entries().get(key), key)).text());
    }
}
