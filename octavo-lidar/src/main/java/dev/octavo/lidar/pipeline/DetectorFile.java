package dev.octavo.lidar.pipeline;

import dev.octavo.core.RecipeException;
import dev.octavo.lidar.detect.RotatedNms;
import dev.octavo.lidar.geometry.Vec3;
import dev.octavo.lidar.net.Partition;
import dev.octavo.lidar.nuscenes.DetectionClass;
import dev.octavo.lidar.pipeline.DetectorSpec.Boxes;
import dev.octavo.lidar.pipeline.DetectorSpec.Checkpoint;
import dev.octavo.lidar.pipeline.DetectorSpec.Graphs;
import dev.octavo.lidar.pipeline.DetectorSpec.Parts;
import dev.octavo.lidar.pipeline.DetectorSpec.Rotation;
import dev.octavo.lidar.sparse.WeightLayout;
import dev.octavo.lidar.voxel.VoxelGrid;
import dev.octavo.tasks.yaml.Section;
import dev.octavo.tasks.yaml.Yaml;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Reads and writes {@code detector.yaml}. Every key but the weights may be left out and then is as in CenterPoint for
 * nuScenes; {@code docs/point-clouds.md} lists them. Paths are relative to the file's folder.
 */
public final class DetectorFile {
    private static final List<String> KEYS = List.of(
            "checkpoint",
            "layout",
            "merge-heads",
            "sparse",
            "dense",
            "range",
            "voxel",
            "max-points",
            "max-voxels",
            "sweeps",
            "heads",
            "stride",
            "score",
            "candidates",
            "limit",
            "nms",
            "rotation",
            "parts",
            "by-layer");
    private static final List<String> NMS = List.of("overlap", "most", "keep");

    private final Path folder;
    private final Section top;

    private DetectorFile(Path folder, Section top) {
        this.folder = folder;
        this.top = top;
    }

    /**
     * The detector that a file describes.
     *
     * @throws RecipeException when the file is missing, or a key is unknown or has no such value; names the line
     */
    public static DetectorSpec read(Path file) {
        try {
            Path parent = file.toAbsolutePath().resolveSibling("");
            return parse(Files.readString(file), String.valueOf(file.getFileName()), parent);
        } catch (CharacterCodingException e) {
            throw new RecipeException(file + " is not a text in UTF-8", "give the detector's YAML file");
        } catch (IOException e) {
            throw new RecipeException("cannot read the detector " + file, "check the path");
        }
    }

    static DetectorSpec parse(String text, String name, Path folder) {
        Yaml.Mapping root = Yaml.parse(text, name);
        return new DetectorFile(folder, Section.of(name, "a detector", root, KEYS)).spec();
    }

    private DetectorSpec spec() {
        Boxes d = Boxes.CENTERPOINT;
        List<Vec3> limit = corners("limit").orElse(List.of(d.limitLeast(), d.limitGreatest()));
        Boxes boxes = valid(
                () -> new Boxes(
                        top.number("score").orElse(d.minScore()),
                        top.integer("candidates").orElse(d.candidates()),
                        limit.get(0),
                        limit.get(1),
                        nms(),
                        top.choice("rotation", Rotation.class).orElse(d.rotation())),
                "score");
        Partition p = DetectorSpec.PARTITION;
        Partition partition = valid(
                () -> new Partition(
                        top.integer("parts").orElse(p.parts()), flag("by-layer").orElse(p.byLayer())),
                "parts");
        return valid(
                () -> new DetectorSpec(
                        parts(),
                        grid(),
                        top.integer("sweeps").orElse(DetectorSpec.NUSCENES_SWEEPS),
                        heads(),
                        top.integer("stride").orElse(DetectorSpec.CENTERPOINT_STRIDE),
                        boxes,
                        partition),
                "heads");
    }

    private Parts parts() {
        Optional<Path> checkpoint = path("checkpoint");
        Optional<Path> sparse = path("sparse");
        Optional<Path> dense = path("dense");
        if (checkpoint.isPresent() == (sparse.isPresent() || dense.isPresent())
                || sparse.isPresent() != dense.isPresent()) {
            throw new RecipeException(
                    top.file() + " does not say where the detector's weights are",
                    "write checkpoint: FILE.pth, or sparse: FILE.onnx and dense: FILE.onnx");
        }
        if (checkpoint.isPresent()) {
            return new Checkpoint(
                    checkpoint.get(),
                    top.choice("layout", WeightLayout.class),
                    flag("merge-heads").orElse(true));
        }
        return new Graphs(sparse.orElseThrow(), dense.orElseThrow());
    }

    private Optional<Path> path(String key) {
        return top.text(key).map(folder::resolve);
    }

    private VoxelGrid grid() {
        VoxelGrid d = VoxelGrid.CENTERPOINT_0075;
        List<Vec3> range = corners("range").orElse(List.of(d.least(), d.greatest()));
        Vec3 size = reals("voxel", 3)
                .map(n -> new Vec3(n.get(0), n.get(1), n.get(2)))
                .orElse(d.size());
        return valid(
                () -> new VoxelGrid(
                        range.get(0),
                        range.get(1),
                        size,
                        top.integer("max-points").orElse(d.maxPoints()),
                        top.integer("max-voxels").orElse(d.maxVoxels())),
                "range",
                "voxel",
                "max-points",
                "max-voxels");
    }

    private RotatedNms nms() {
        RotatedNms d = RotatedNms.CENTERPOINT;
        Optional<Yaml.Node> node = top.node("nms");
        if (node.isEmpty()) {
            return d;
        }
        if (!(node.get() instanceof Yaml.Mapping m)) {
            throw top.wrong(node.get(), "nms is no list of key: value", "write nms: { overlap: 0.2, keep: 83 }");
        }
        Section s = Section.of(top.file(), "nms", m, NMS);
        return valid(
                () -> new RotatedNms(
                        s.number("overlap").orElse(d.threshold()),
                        s.integer("most").orElse(d.most()),
                        s.integer("keep").orElse(d.keep())),
                "nms");
    }

    private List<List<DetectionClass>> heads() {
        Optional<Yaml.Node> node = top.node("heads");
        if (node.isEmpty()) {
            return DetectorSpec.NUSCENES_HEADS;
        }
        List<List<DetectionClass>> heads = new ArrayList<>();
        for (Yaml.Node head : items(node.get())) {
            List<DetectionClass> classes = new ArrayList<>();
            for (Yaml.Node name : items(head)) {
                classes.add(type(name));
            }
            heads.add(classes);
        }
        return heads;
    }

    private static List<Yaml.Node> items(Yaml.Node node) {
        return node instanceof Yaml.Sequence s ? s.items() : List.of(node);
    }

    private DetectionClass type(Yaml.Node name) {
        String label = name instanceof Yaml.Scalar s ? s.text() : "(a list)";
        for (DetectionClass c : DetectionClass.values()) {
            if (c.label().equals(label)) {
                return c;
            }
        }
        throw top.wrong(
                name,
                "heads names the class '" + label + "', which nuScenes does not have",
                "the classes are "
                        + List.of(DetectionClass.values()).stream()
                                .map(DetectionClass::label)
                                .collect(Collectors.joining(", ")));
    }

    private Optional<Boolean> flag(String key) {
        return top.text(key).map(t -> switch (t) {
            case "true", "yes" -> true;
            case "false", "no" -> false;
            default -> throw top.wrong(top.node(key).orElseThrow(), key + " is '" + t + "'", "write true or false");
        });
    }

    private Optional<List<Vec3>> corners(String key) {
        return reals(key, 6)
                .map(n -> List.of(new Vec3(n.get(0), n.get(1), n.get(2)), new Vec3(n.get(3), n.get(4), n.get(5))));
    }

    private Optional<List<Double>> reals(String key, int count) {
        return top.node(key).map(node -> {
            List<Double> out = new ArrayList<>();
            for (Yaml.Node item : items(node)) {
                out.add(new Section(top.file(), java.util.Map.of(key, item))
                        .number(key)
                        .orElseThrow());
            }
            if (out.size() != count) {
                throw top.wrong(node, key + " has " + out.size() + " numbers", "write " + count);
            }
            return out;
        });
    }

    private <T> T valid(Supplier<T> make, String... keys) {
        try {
            return make.get();
        } catch (RecipeException e) {
            throw e; // has its line already
        } catch (IllegalArgumentException e) {
            String why = String.valueOf(e.getMessage());
            String first = why.substring(0, Math.max(0, why.indexOf(' ')));
            Optional<Yaml.Node> at = top.node(first);
            for (String key : keys) {
                at = at.isPresent() ? at : top.node(key);
            }
            String fix = "see docs/point-clouds.md for what is allowed";
            throw at.map(n -> top.wrong(n, why, fix))
                    .orElseGet(() -> new RecipeException(top.file() + ": " + why, fix));
        }
    }

    /** The file's text for a detector; its paths relative to {@code folder} where they lie in it. */
    public static String text(DetectorSpec spec, Path folder) {
        StringBuilder b = new StringBuilder();
        if (spec.parts() instanceof Checkpoint c) {
            line(b, "checkpoint", relative(c.file(), folder));
            c.layout().ifPresent(l -> line(b, "layout", word(l)));
            line(b, "merge-heads", c.mergeHeads());
        } else if (spec.parts() instanceof Graphs g) {
            line(b, "sparse", relative(g.sparse(), folder));
            line(b, "dense", relative(g.dense(), folder));
        }
        VoxelGrid grid = spec.grid();
        line(b, "range", list(grid.least(), grid.greatest()));
        line(b, "voxel", list(grid.size()));
        line(b, "max-points", grid.maxPoints());
        line(b, "max-voxels", grid.maxVoxels());
        line(b, "sweeps", spec.sweeps());
        line(b, "heads", spec.heads().stream().map(DetectorFile::names).collect(Collectors.joining(", ", "[", "]")));
        line(b, "stride", spec.stride());
        Boxes boxes = spec.boxes();
        line(b, "score", boxes.minScore());
        line(b, "candidates", boxes.candidates());
        line(b, "limit", list(boxes.limitLeast(), boxes.limitGreatest()));
        RotatedNms nms = boxes.nms();
        line(b, "nms", "{ overlap: " + nms.threshold() + ", most: " + nms.most() + ", keep: " + nms.keep() + " }");
        line(b, "rotation", word(boxes.rotation()));
        line(b, "parts", spec.partition().parts());
        line(b, "by-layer", spec.partition().byLayer());
        return b.toString();
    }

    private static void line(StringBuilder b, String key, Object value) {
        b.append(key).append(": ").append(value).append('\n');
    }

    private static String relative(Path file, Path folder) {
        Path whole = file.toAbsolutePath().normalize();
        Path from = folder.toAbsolutePath().normalize();
        String text = (whole.startsWith(from) ? from.relativize(whole) : whole).toString();
        return "'" + text.replace("'", "''") + "'";
    }

    private static String word(Enum<?> e) {
        return e.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String names(List<DetectionClass> head) {
        return head.stream().map(DetectionClass::label).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String list(Vec3... corners) {
        return List.of(corners).stream()
                .map(v -> v.x() + ", " + v.y() + ", " + v.z())
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
