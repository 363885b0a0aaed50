package dev.octavo.lidar.nuscenes;

import static dev.octavo.lidar.testing.References.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octavo.core.ModelException;
import dev.octavo.core.testing.RealData;
import dev.octavo.lidar.geometry.OrientedBox;
import dev.octavo.lidar.geometry.Quaternion;
import dev.octavo.lidar.geometry.Vec3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The cases that the official evaluation computed, and the laws of a tally. */
class NuScenesMetricTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path temp;

    @ParameterizedTest
    @ValueSource(strings = {"case_a", "case_b"})
    void everyNumberEqualsTheOfficialOne(String name) throws IOException {
        Optional<Path> folder = RealData.folder("nuscenes-metric/" + name);
        if (folder.isEmpty()) {
            return;
        }
        NuScenesMetric metric = evaluated(folder.get()).complete();
        NuScenesScores scores = metric.result();
        JsonNode expected =
                JSON.readTree(folder.get().resolve("expected_summary.json").toFile());
        assertThat(scores.meanAveragePrecision())
                .isCloseTo(expected.get("mean_ap").asDouble(), within(1e-9));
        assertThat(scores.detectionScore()).isCloseTo(expected.get("nd_score").asDouble(), within(1e-9));
        for (TpError e : TpError.values()) {
            same(scores.meanError(e), expected.get("tp_errors").get(e.key()), e.key());
            assertThat(scores.named().get(e.meanName())).isEqualTo(scores.meanError(e));
        }
        for (DetectionClass c : DetectionClass.values()) {
            at(scores.averagePrecision(), c)
                    .forEach((d, ap) ->
                            same(ap, expected.get("label_aps").get(c.label()).get(d.toString()), c + " at " + d));
            at(scores.errors(), c)
                    .forEach((e, value) -> same(
                            value,
                            expected.get("label_tp_errors").get(c.label()).get(e.key()),
                            c + " " + e));
        }
        JsonNode curves =
                JSON.readTree(folder.get().resolve("expected_curves.json").toFile());
        curves.properties().forEach(curve -> compareCurve(metric, curve.getKey(), curve.getValue()));
        assertThat(curves.size()).isEqualTo(4);
    }

    private static void compareCurve(NuScenesMetric metric, String key, JsonNode expected) {
        String[] parts = key.split(":");
        Curve curve = at(at(metric.curves(), DetectionClass.ofLabel(parts[0])), Double.valueOf(parts[1]));
        for (int i = 0; i < 101; i++) {
            same(Curve.recall(i), expected.get("recall").get(i), key);
            same(curve.precision(i), expected.get("precision").get(i), key);
            same(curve.confidence(i), expected.get("confidence").get(i), key);
            for (TpError e : TpError.values()) {
                same(curve.errorAt(e, i), expected.get(e.key()).get(i), key + " " + e);
            }
        }
    }

    private static void same(double actual, JsonNode expected, String what) {
        if (expected.isTextual()) {
            assertThat(actual).as(what).isNaN();
        } else {
            assertThat(actual).as(what).isCloseTo(expected.asDouble(), within(1e-9));
        }
    }

    private static NuScenesMetric evaluated(Path folder) throws IOException {
        NuScenesMetric metric = NuScenesMetric.none(truth(folder));
        for (var sample : ResultFile.read(folder.resolve("results.json")).entrySet()) {
            metric = metric.plus(sample.getKey(), sample.getValue());
        }
        return metric;
    }

    private static GroundTruth truth(Path folder) throws IOException {
        JsonNode root = JSON.readTree(folder.resolve("ground_truth.json").toFile());
        Map<String, GroundTruth.SampleTruth> samples = new LinkedHashMap<>();
        root.get("annotations").properties().forEach(s -> {
            List<DetectionBox> boxes = new ArrayList<>();
            s.getValue().forEach(n -> boxes.add(ResultFile.box(n, "truth")));
            double[] ego = ResultFile.reals(root.get("ego_pose").get(s.getKey()), "translation", 3, "ego");
            List<OrientedBox> racks = new ArrayList<>();
            root.get("bike_racks").path(s.getKey()).forEach(n -> {
                double[] t = ResultFile.reals(n, "translation", 3, "rack");
                double[] size = ResultFile.reals(n, "size", 3, "rack");
                double[] r = ResultFile.reals(n, "rotation", 4, "rack");
                racks.add(new OrientedBox(
                        new Vec3(t[0], t[1], t[2]), size[0], size[1], size[2], new Quaternion(r[0], r[1], r[2], r[3])));
            });
            samples.put(s.getKey(), new GroundTruth.SampleTruth(boxes, new Vec3(ego[0], ego[1], ego[2]), racks));
        });
        return new GroundTruth(samples);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void mergingAnyPartitionInAnyOrderEqualsOnePass(long seed) throws IOException {
        Optional<Path> folder = RealData.folder("nuscenes-metric/case_b");
        if (folder.isEmpty()) {
            return;
        }
        GroundTruth truth = truth(folder.get());
        Map<String, List<DetectionBox>> results = ResultFile.read(folder.get().resolve("results.json"));
        Random random = new Random(seed);
        List<NuScenesMetric> parts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            parts.add(NuScenesMetric.none(truth));
        }
        List<String> order = new ArrayList<>(results.keySet());
        Collections.shuffle(order, random);
        for (String s : order) {
            int part = random.nextInt(4);
            parts.set(part, parts.get(part).plus(s, at(results, s)));
        }
        Collections.shuffle(parts, random);
        NuScenesMetric merged = parts.stream().reduce(NuScenesMetric::merge).orElseThrow();
        assertThat(merged.scores()).isEqualTo(evaluated(folder.get()).scores());
    }

    @Test
    void whatIsWrittenReadsBackTheSame() throws IOException {
        Map<String, List<DetectionBox>> results = Map.of("s", List.of(box(1, 0.25), box(2, 0.5)));
        ResultFile.write(temp.resolve("r.json"), results);
        assertThat(ResultFile.read(temp.resolve("r.json"))).isEqualTo(results);
        JsonNode meta = JSON.readTree(temp.resolve("r.json").toFile()).get("meta");
        assertThat(meta.get("use_lidar").asBoolean()).isTrue();
        assertThat(meta.size()).isEqualTo(5);
    }

    @Test
    void badSubmissionsAreRefused() throws IOException {
        GroundTruth truth =
                new GroundTruth(Map.of("s", new GroundTruth.SampleTruth(List.of(), new Vec3(0, 0, 0), List.of())));
        NuScenesMetric none = NuScenesMetric.none(truth);
        List<DetectionBox> many =
                IntStream.range(0, 501).mapToObj(i -> box(i, 0.5)).toList();
        assertThatThrownBy(() -> none.plus("s", many)).hasMessageContaining("501 boxes, at most 500");
        assertThatThrownBy(() -> none.plus("t", List.of())).hasMessageContaining("no sample t");
        assertThatThrownBy(() -> none.plus("s", List.of()).plus("s", List.of())).hasMessageContaining("twice");
        assertThatThrownBy(none::complete).hasMessageContaining("1 samples of the split have no predictions");
        ResultFile.write(temp.resolve("many.json"), Map.of("s", many));
        assertThatThrownBy(() -> ResultFile.read(temp.resolve("many.json")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("501 boxes");
        Files.writeString(temp.resolve("cut.json"), "{\"results\": {\"s\": [{\"transl");
        assertThatThrownBy(() -> ResultFile.read(temp.resolve("cut.json")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("no JSON");
        Files.writeString(temp.resolve("short.json"), "{\"results\": {\"s\": [{\"translation\": [1, 2]}]}}");
        assertThatThrownBy(() -> ResultFile.read(temp.resolve("short.json")))
                .hasMessageContaining("sample s, box 0 has 2 numbers as 'translation'");
        assertThatThrownBy(() -> ResultFile.read(temp.resolve("none.json"))).hasMessageContaining("no file");
        assertThatThrownBy(() -> box(Double.NaN, 0.5)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> box(1, Double.NaN)).isInstanceOf(ModelException.class);
    }

    @Test
    void aPerfectDetectorScoresWhatTheClassesThatAreThereAllow() {
        List<DetectionBox> truths = IntStream.range(0, 20)
                .mapToObj(i -> new DetectionBox(box(i, -1).box(), 1, 2, DetectionClass.CAR, -1, "vehicle.moving", 3))
                .toList();
        GroundTruth truth =
                new GroundTruth(Map.of("s", new GroundTruth.SampleTruth(truths, new Vec3(0, 0, 0), List.of())));
        NuScenesScores scores = NuScenesMetric.none(truth)
                .plus(
                        "s",
                        truths.stream()
                                .map(b -> new DetectionBox(
                                        b.box(), 1, 2, b.type(), 0.9, b.attribute(), DetectionBox.UNCOUNTED))
                                .toList())
                .result();
        assertThat(scores.averagePrecision(DetectionClass.CAR)).isCloseTo(1, within(1e-12));
        assertThat(scores.meanAveragePrecision()).isCloseTo(0.1, within(1e-12));
        at(scores.errors(), DetectionClass.CAR)
                .values()
                .forEach(e -> assertThat(e).isCloseTo(0, within(1e-7)));
    }

    private static DetectionBox box(double x, double score) {
        return new DetectionBox(
                new OrientedBox(new Vec3(x, 2, 0.5), 1.8, 4.5, 1.6, Quaternion.ofYaw(0.3)),
                0.5,
                -0.25,
                DetectionClass.CAR,
                score,
                "vehicle.moving",
                DetectionBox.UNCOUNTED);
    }
}
