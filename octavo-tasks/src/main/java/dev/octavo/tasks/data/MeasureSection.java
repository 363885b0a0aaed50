package dev.octavo.tasks.data;

import dev.octavo.core.RecipeException;
import dev.octavo.tasks.metric.DetectionRules;
import dev.octavo.tasks.metric.SegmentationMetric.Mean;
import dev.octavo.tasks.post.BoxDecoder;
import dev.octavo.tasks.post.DetectionParts;
import dev.octavo.tasks.post.LabelParts;
import dev.octavo.tasks.truth.PixelConvention;
import dev.octavo.tasks.yaml.Section;
import dev.octavo.tasks.yaml.Yaml;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The sections {@code postprocess} and {@code metric} of a data set file. */
final class MeasureSection {
    private static final List<String> PARTS = List.of("yolo", "ssd", "boxes", "confidence", "nms", "top", "argmax");
    private static final List<String> DECODERS = List.of("yolo", "ssd", "boxes");
    private static final List<String> METRIC = List.of("iou", "pixels", "difficult", "headline", "mean-over");

    private MeasureSection() {}

    static Measure read(Section top, Path file) {
        Section parts = section(top, "postprocess", PARTS, "write postprocess: { yolo: …, nms: 0.45 }");
        Section metric = section(top, "metric", METRIC, "write metric: { iou: 0.5 }");
        DetectionRules voc = DetectionRules.VOC;
        double iou = metric.number("iou").orElse(voc.iou());
        PixelConvention pixels = metric.choice("pixels", PixelConvention.class).orElse(voc.pixels());
        boolean difficult = metric.choice("difficult", Difficult.class).orElse(Difficult.IGNORE) == Difficult.IGNORE;
        DetectionRules.Primary headline =
                metric.choice("headline", DetectionRules.Primary.class).orElse(voc.headline());
        DetectionRules rules = metric.valid(() -> new DetectionRules(iou, pixels, difficult, headline), "iou");
        Mean mean = metric.choice("mean-over", Mean.class).orElse(Mean.SEEN);
        return new Measure(List.of(), detection(parts, file), labels(parts), rules, mean);
    }

    /** What becomes of objects that are marked difficult. */
    private enum Difficult {
        IGNORE,
        COUNT
    }

    private static Section section(Section top, String key, List<String> known, String fix) {
        Optional<Yaml.Node> node = top.node(key);
        if (node.isEmpty()) {
            return new Section(top.file(), java.util.Map.of());
        }
        if (!(node.get() instanceof Yaml.Mapping mapping)) {
            throw top.wrong(node.get(), key + " is no list of key: value lines", fix);
        }
        return Section.of(top.file(), key, mapping, known);
    }

    private static Optional<DetectionParts> detection(Section parts, Path file) {
        List<String> named =
                DECODERS.stream().filter(d -> parts.node(d).isPresent()).toList();
        if (named.isEmpty()) {
            for (String key : List.of("confidence", "nms", "top")) {
                if (parts.node(key).isPresent()) {
                    throw decoders(
                            parts,
                            parts.node(key).get(),
                            "postprocess has " + key + " but says not how boxes are decoded");
                }
            }
            return Optional.empty();
        }
        Yaml.Node node = parts.node(named.get(0)).orElseThrow();
        if (named.size() > 1) {
            throw decoders(parts, node, "postprocess has " + String.join(" and ", named));
        }
        BoxDecoder decoder = DecoderSection.read(parts, named.get(0), node, file);
        float confidence = parts.number("confidence").map(Double::floatValue).orElse(DetectionParts.DEFAULT_CONFIDENCE);
        float nms = parts.number("nms").map(Double::floatValue).orElse(DetectionParts.DEFAULT_NMS);
        int most = parts.integer("top").orElse(DetectionParts.DEFAULT_TOP);
        return Optional.of(
                parts.valid(() -> new DetectionParts(decoder, confidence, nms, most), "confidence", "nms", "top"));
    }

    private static RecipeException decoders(Section parts, Yaml.Node node, String what) {
        return parts.wrong(node, what, "keep one of yolo: …, ssd: …, boxes: …");
    }

    private static LabelParts labels(Section parts) {
        Optional<Yaml.Node> node = parts.node("argmax");
        if (node.isEmpty()) {
            return LabelParts.DEFAULT;
        }
        if (!(node.get() instanceof Yaml.Mapping mapping)) {
            throw parts.wrong(
                    node.get(), "argmax is no list of key: value lines", "write argmax: { upsample: aligned }");
        }
        Section argmax = Section.of(parts.file(), "argmax", mapping, List.of("output", "softmax", "upsample", "to"));
        return new LabelParts(
                argmax.text("output").orElse(""),
                argmax.choice("softmax", YesNo.class).orElse(YesNo.FALSE) == YesNo.TRUE,
                argmax.choice("upsample", LabelParts.Upsample.class).orElse(LabelParts.DEFAULT.upsample()),
                argmax.choice("to", LabelParts.To.class).orElse(LabelParts.DEFAULT.to()));
    }

    private enum YesNo {
        TRUE,
        FALSE
    }
}
