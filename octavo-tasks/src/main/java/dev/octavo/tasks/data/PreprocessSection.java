package dev.octavo.tasks.data;

import dev.octavo.tasks.image.ChannelOrder;
import dev.octavo.tasks.image.Layout;
import dev.octavo.tasks.image.Normalize;
import dev.octavo.tasks.image.Pad;
import dev.octavo.tasks.image.Preprocess;
import dev.octavo.tasks.image.Resize;
import dev.octavo.tasks.image.ResizeFilter;
import dev.octavo.tasks.yaml.Section;
import dev.octavo.tasks.yaml.Yaml;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The section {@code preprocess} of a data set file. */
final class PreprocessSection {
    private static final List<String> SIZES = List.of("resize-shorter", "resize", "resize-within", "letterbox");
    private static final List<String> STEPS = Stream.concat(
                    SIZES.stream(),
                    Stream.of(
                            "filter",
                            "center-crop",
                            "pad-value",
                            "pad-at",
                            "channels",
                            "scale",
                            "mean",
                            "std",
                            "order",
                            "layout"))
            .toList();

    private PreprocessSection() {}

    static Preprocess read(Section top, Yaml.Node node) {
        if (!(node instanceof Yaml.Mapping mapping)) {
            throw top.wrong(node, "preprocess is no list of steps", "write preprocess: { resize: 224 }");
        }
        Section steps = Section.of(top.file(), "preprocess", mapping, STEPS);
        List<String> sizes =
                SIZES.stream().filter(s -> steps.node(s).isPresent()).toList();
        if (sizes.size() > 1) {
            throw top.wrong(node, "preprocess has " + String.join(" and ", sizes), "keep one of them");
        }
        Optional<Resize> resize = resize(steps);
        if (resize.isEmpty() && steps.node("filter").isPresent()) {
            throw top.wrong(node, "preprocess has a filter but no resize", "drop the filter");
        }
        Optional<Resize.Exact> crop = steps.size("center-crop")
                .map(size -> steps.valid(() -> new Resize.Exact(size[0], size[1]), "center-crop"));
        Optional<Pad> pad = pad(top, steps, node);
        float scale = steps.number("scale").orElse(1.0).floatValue();
        List<Float> mean = steps.numbers("mean").orElse(Normalize.NONE.mean());
        List<Float> std = steps.numbers("std").orElse(Normalize.NONE.std());
        Normalize normalize = steps.valid(() -> new Normalize(scale, mean, std), "std", "mean", "scale");
        ChannelOrder order = steps.choice("order", ChannelOrder.class).orElse(ChannelOrder.RGB);
        Layout layout = steps.choice("layout", Layout.class).orElse(Layout.NCHW);
        int channels = steps.integer("channels").orElse(3);
        return steps.valid(
                () -> new Preprocess(resize, crop, pad, normalize, channels, order, layout),
                "mean",
                "std",
                "channels",
                "pad-value");
    }

    private static Optional<Pad> pad(Section top, Section steps, Yaml.Node node) {
        Optional<int[]> size = steps.size("letterbox");
        if (size.isEmpty()
                && (steps.node("pad-value").isPresent() || steps.node("pad-at").isPresent())) {
            throw top.wrong(node, "preprocess has padding but no letterbox", "write letterbox: SIZE");
        }
        if (size.isPresent() && steps.node("center-crop").isPresent()) {
            throw top.wrong(node, "preprocess has letterbox and center-crop", "keep one of them");
        }
        List<Float> value = steps.numbers("pad-value").orElse(List.of(0f));
        Pad.Anchor at = steps.choice("pad-at", Pad.Anchor.class).orElse(Pad.Anchor.CENTER);
        return size.map(s ->
                steps.valid(() -> new Pad(new Resize.Exact(s[0], s[1]), value, at), "letterbox", "pad-value"));
    }

    private static Optional<Resize> resize(Section steps) {
        ResizeFilter filter = steps.choice("filter", ResizeFilter.class).orElse(ResizeFilter.BILINEAR);
        Optional<Resize.Target> shorter =
                steps.integer("resize-shorter").map(n -> steps.valid(() -> new Resize.Shorter(n), "resize-shorter"));
        Optional<Resize.Target> exact =
                steps.size("resize").map(n -> steps.valid(() -> new Resize.Exact(n[0], n[1]), "resize"));
        Optional<Resize.Target> within = steps.size("resize-within")
                .or(() -> steps.size("letterbox"))
                .map(n -> steps.valid(() -> new Resize.Within(n[0], n[1]), "resize-within", "letterbox"));
        return shorter.or(() -> exact).or(() -> within).map(target -> new Resize(target, filter));
    }
}
