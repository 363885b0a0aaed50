package dev.octavo.tasks.data;

import dev.octavo.core.RecipeException;
import dev.octavo.tasks.npy.NpyReader;
import dev.octavo.tasks.post.BoxDecoder;
import dev.octavo.tasks.post.PriorDecoder;
import dev.octavo.tasks.post.PriorDecoder.Activation;
import dev.octavo.tasks.post.PriorDecoder.Background;
import dev.octavo.tasks.post.PriorDecoder.Form;
import dev.octavo.tasks.post.PriorDecoder.Unit;
import dev.octavo.tasks.post.Priors;
import dev.octavo.tasks.post.YoloDecoder;
import dev.octavo.tasks.post.YoloDecoder.Anchor;
import dev.octavo.tasks.post.YoloDecoder.Head;
import dev.octavo.tasks.yaml.Section;
import dev.octavo.tasks.yaml.Yaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The entries {@code yolo}, {@code ssd} and {@code boxes} of the section {@code postprocess}. */
final class DecoderSection {
    private DecoderSection() {}

    static BoxDecoder read(Section parts, String kind, Yaml.Node node, Path file) {
        if (!(node instanceof Yaml.Mapping mapping)) {
            throw parts.wrong(node, kind + " is no list of key: value lines", "see docs/datasets.md for its keys");
        }
        if (kind.equals("yolo")) {
            return yolo(Section.of(parts.file(), kind, mapping, List.of("heads", "size")), node);
        }
        boolean ssd = kind.equals("ssd");
        List<String> keys = new ArrayList<>(List.of("boxes", "scores", "activation", "background"));
        keys.addAll(ssd ? List.of("priors", "variances") : List.of("form", "unit"));
        Section one = Section.of(parts.file(), kind, mapping, keys);
        if (ssd && one.node("priors").isEmpty()) {
            throw parts.wrong(node, "ssd has no priors", "write priors: priors.npy, float32 [P, 4]; or use boxes: …");
        }
        int background = one.integer("background").orElse(-1);
        return new PriorDecoder(
                need(one, node, "boxes"),
                need(one, node, "scores"),
                ssd ? Optional.of(priors(one, file)) : Optional.empty(),
                one.choice("form", Form.class).orElse(Form.CORNERS),
                one.choice("unit", Unit.class).orElse(Unit.PIXELS),
                one.choice("activation", Activation.class).orElse(ssd ? Activation.SOFTMAX : Activation.NONE),
                new Background(Math.max(-1, background)));
    }

    private static String need(Section section, Yaml.Node node, String key) {
        return section.text(key)
                .orElseThrow(() ->
                        section.wrong(node, key + " is not named", "name the network's output: " + key + ": NAME"));
    }

    private static Priors priors(Section one, Path file) {
        List<Float> variances = one.numbers("variances").orElse(List.of(0.1f, 0.2f));
        if (variances.size() != 2) {
            throw one.wrong(
                    one.node("variances").orElseThrow(), "variances are not two", "write variances: [0.1, 0.2]");
        }
        Path npy = DatasetFile.resolve(file, one, "priors");
        return one.valid(
                () -> Priors.of(
                        NpyReader.read(npy), String.valueOf(npy.getFileName()), variances.get(0), variances.get(1)),
                "variances");
    }

    private static YoloDecoder yolo(Section yolo, Yaml.Node node) {
        YoloDecoder.Size size = yolo.choice("size", YoloDecoder.Size.class).orElse(YoloDecoder.Size.EXP);
        if (!(yolo.node("heads").orElse(node) instanceof Yaml.Sequence sequence)) {
            throw noHeads(yolo, node, "yolo has no list of heads");
        }
        List<Head> heads = new ArrayList<>();
        for (Yaml.Node n : sequence.items()) {
            if (!(n instanceof Yaml.Mapping mapping)) {
                throw noHeads(yolo, n, "a head is no list of key: value pairs");
            }
            Section head = Section.of(yolo.file(), "a head", mapping, List.of("output", "anchors", "scale-x-y"));
            String output = need(head, n, "output");
            List<Anchor> anchors = anchors(head, n);
            float scale = head.number("scale-x-y").orElse(1.0).floatValue();
            heads.add(head.valid(() -> new Head(output, anchors, scale), "scale-x-y", "anchors"));
        }
        return yolo.valid(() -> new YoloDecoder(heads, size), "heads");
    }

    private static List<Anchor> anchors(Section head, Yaml.Node node) {
        List<Anchor> anchors = new ArrayList<>();
        if (head.node("anchors").orElse(node) instanceof Yaml.Sequence all) {
            for (Yaml.Node pair : all.items()) {
                List<Float> sides = new Section(head.file(), java.util.Map.of("anchor", pair))
                        .numbers("anchor")
                        .orElseThrow();
                if (sides.size() != 2) {
                    throw noHeads(head, pair, "an anchor has " + sides.size() + " numbers");
                }
                anchors.add(head.valid(() -> new Anchor(sides.get(0), sides.get(1)), "anchors"));
            }
        }
        if (anchors.isEmpty()) {
            throw noHeads(head, node, "a head has no anchors");
        }
        return anchors;
    }

    private static RecipeException noHeads(Section section, Yaml.Node node, String what) {
        return section.wrong(
                node, what, "write heads: [ { output: NAME, anchors: [[10, 13], [16, 30]], scale-x-y: 1.05 } ]");
    }
}
