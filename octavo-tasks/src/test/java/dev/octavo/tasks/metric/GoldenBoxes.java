package dev.octavo.tasks.metric;

import dev.octavo.tasks.post.DetectionParts;
import dev.octavo.tasks.post.YoloDecoder;
import dev.octavo.tasks.truth.Box;
import dev.octavo.tasks.truth.Detection;
import dev.octavo.tasks.truth.TrueBox;
import dev.octavo.tasks.truth.TrueBox.Kind;
import dev.octavo.tasks.yaml.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** A golden case of boxes and detections, read as the YAML that JSON is. */
final class GoldenBoxes {
    final Yaml.Mapping root;
    final List<String> classes;
    final SortedMap<String, List<Detection>> found = new TreeMap<>();
    final SortedMap<String, List<TrueBox>> objects = new TreeMap<>();

    private GoldenBoxes(Yaml.Mapping root) {
        this.root = root;
        SortedSet<String> names = new TreeSet<>();
        for (String list : List.of("ground_truth", "detections")) {
            items(root, list).forEach(m -> names.add(text(m, "class")));
        }
        classes = List.copyOf(names);
        for (Yaml.Mapping m : items(root, "ground_truth")) {
            Kind kind = text(m, "difficult").equals("1")
                    ? Kind.DIFFICULT
                    : text(m, "crowd").equals("1") ? Kind.CROWD : Kind.PLAIN;
            objects.computeIfAbsent(text(m, "image"), k -> new ArrayList<>()).add(object(m, kind));
        }
        for (Yaml.Mapping m : items(root, "detections")) {
            found.computeIfAbsent(text(m, "image"), k -> new ArrayList<>())
                    .add(new Detection(classes.indexOf(text(m, "class")), Float.parseFloat(text(m, "score")), box(m)));
        }
    }

    private TrueBox object(Yaml.Mapping m, Kind kind) {
        int label = classes.indexOf(text(m, "class"));
        String area = text(m, "area");
        return area.isEmpty()
                ? new TrueBox(label, box(m), kind)
                : new TrueBox(label, box(m), kind, Double.parseDouble(area));
    }

    static GoldenBoxes read(Path file) throws IOException {
        return new GoldenBoxes(Yaml.parse(Files.readString(file), file.toString()));
    }

    /** The tally over all pictures. */
    DetectionMetric metric(DetectionRules rules) {
        return metric(rules, false);
    }

    /** The same; of equal scores the first picture ranks first, or the last. */
    DetectionMetric metric(DetectionRules rules, boolean lastFirst) {
        DetectionMetric metric = none(rules, classes);
        SortedSet<String> pictures = new TreeSet<>(found.keySet());
        pictures.addAll(objects.keySet());
        int i = 0;
        for (String p : pictures) {
            i++;
            String name = String.format(Locale.ROOT, "%05d", lastFirst ? 99999 - i : i);
            metric = metric.plus(name, found.getOrDefault(p, List.of()), objects.getOrDefault(p, List.of()));
        }
        return metric;
    }

    static DetectionMetric none(DetectionRules rules, List<String> classes) {
        YoloDecoder.Head head = new YoloDecoder.Head("", List.of(new YoloDecoder.Anchor(1, 1)), 1);
        DetectionParts parts =
                new DetectionParts(new YoloDecoder(List.of(head), YoloDecoder.Size.EXP), 0.1f, 0.5f, 100);
        return DetectionMetric.none(parts, rules, classes);
    }

    double expected(String... path) {
        return Double.parseDouble(((Yaml.Scalar) at(path)).text());
    }

    List<Double> expectedList(String... path) {
        return numbers(at(path));
    }

    private Yaml.Node at(String... path) {
        Yaml.Node at = root;
        for (String key : path) {
            at = entry((Yaml.Mapping) at, key);
        }
        return at;
    }

    private static Yaml.Node entry(Yaml.Mapping m, String key) {
        return Objects.requireNonNull(m.entries().get(key), key);
    }

    private static List<Yaml.Mapping> items(Yaml.Mapping root, String list) {
        return ((Yaml.Sequence) entry(root, list))
                .items().stream().map(n -> (Yaml.Mapping) n).toList();
    }

    private static String text(Yaml.Mapping m, String key) {
        return m.entries().get(key) instanceof Yaml.Scalar s ? s.text() : "";
    }

    private static List<Double> numbers(Yaml.Node list) {
        return ((Yaml.Sequence) list)
                .items().stream()
                        .map(n -> Double.valueOf(((Yaml.Scalar) n).text()))
                        .toList();
    }

    private static Box box(Yaml.Mapping m) {
        if (m.entries().containsKey("xywh")) {
            List<Double> b = numbers(entry(m, "xywh"));
            return new Box(b.get(0), b.get(1), b.get(0) + b.get(2), b.get(1) + b.get(3));
        }
        List<Double> b = numbers(entry(m, "box_xyxy"));
        return new Box(b.get(0), b.get(1), b.get(2), b.get(3));
    }
}
