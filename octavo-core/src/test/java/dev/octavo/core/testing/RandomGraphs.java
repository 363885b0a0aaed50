package dev.octavo.core.testing;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Small random convolutional networks that are valid and can be run: plain, grouped and depthwise
 * convolutions, batch normalizations, activations, residual additions, concatenations, pools, and mostly a
 * classifying head. The same seed gives the same network.
 */
public final class RandomGraphs {
    private static final int SMALLEST_POOLED = 4;

    /** A value and its extents, after flattening 0; the batch is 1. */
    private record Image(String name, int c, int h, int w) {
        boolean sameSize(Image other) {
            return h == other.h && w == other.w;
        }
    }

    private final Random random;
    private final Graph graph;
    private final List<Image> images = new ArrayList<>();
    private Image current;
    private int count;

    private RandomGraphs(long seed) {
        random = new Random(seed);
        graph = new Graph("random_" + seed);
        graph.setOpset("", 17);
        current = new Image("x", 1 + random.nextInt(4), 6 + random.nextInt(7), 6 + random.nextInt(7));
        graph.addInput("x", new TensorType(DType.FLOAT, Shape.of(1, current.c, current.h, current.w)));
        images.add(current);
    }

    /** The network of that seed: one input {@code x}, one output or two. */
    public static Graph of(long seed) {
        return new RandomGraphs(seed).build();
    }

    private Graph build() {
        convolve(1 + random.nextInt(8));
        for (int steps = 2 + random.nextInt(8); steps > 0; steps--) {
            step();
        }
        if (random.nextInt(5) > 0) {
            addHead();
        }
        addOutput(current);
        Image extra = images.get(images.size() / 2);
        if (random.nextInt(5) == 0 && !extra.name.equals("x") && !extra.name.equals(current.name)) {
            addOutput(extra);
        }
        return graph;
    }

    private void addOutput(Image image) {
        Value v = graph.require(image.name);
        boolean flat = image.h == 0;
        Shape shape = flat ? Shape.of(1, image.c) : Shape.of(1, image.c, image.h, image.w);
        graph.setType(v, new TensorType(DType.FLOAT, shape));
        graph.addOutput(v);
    }

    private void step() {
        switch (random.nextInt(8)) {
            case 0, 1 -> convolve(1 + random.nextInt(8));
            case 2 -> normalize();
            case 3 -> become("relu", current, NodeSpec.of("Relu", name("relu")).inputs(current.name));
            case 4 -> clip();
            case 5 -> addResidual();
            case 6 -> concatenate();
            default -> pool();
        }
    }

    private void convolve(int wanted) {
        int kernel = random.nextBoolean() ? 3 : 1;
        int stride = current.h >= SMALLEST_POOLED && current.w >= SMALLEST_POOLED && random.nextInt(4) == 0 ? 2 : 1;
        int group = switch (random.nextInt(4)) {
            case 0 -> current.c; // depthwise, perhaps with several outputs per channel
            case 1 -> current.c % 2 == 0 ? 2 : 1;
            default -> 1;
        };
        int out = group == 1 ? wanted : group * (1 + random.nextInt(2));
        convolve(out, kernel, stride, group);
    }

    private void convolve(int out, int kernel, int stride, int group) {
        String name = name("conv");
        int pad = kernel / 2;
        NodeSpec spec = NodeSpec.of("Conv", name)
                .attribute("kernel_shape", Attribute.Ints.of(kernel, kernel))
                .attribute("pads", Attribute.Ints.of(pad, pad, pad, pad))
                .attribute("strides", Attribute.Ints.of(stride, stride))
                .attribute("group", new Attribute.Int(group));
        List<String> inputs = new ArrayList<>(List.of(current.name));
        inputs.add(weight(name + "_w", Shape.of(out, current.c / group, kernel, kernel)));
        if (random.nextBoolean()) {
            inputs.add(weight(name + "_b", Shape.of(out)));
        }
        int h = (current.h - 1) / stride + 1;
        int w = (current.w - 1) / stride + 1;
        become("conv", new Image("", out, h, w), spec.inputs(inputs));
    }

    private void normalize() {
        String name = name("norm");
        List<String> inputs = new ArrayList<>(List.of(current.name));
        for (String p : List.of("scale", "bias", "mean", "var")) {
            inputs.add(graph.addConstant(name + "_" + p, SeededTensors.ofBatchNormalization(name + p, p, current.c))
                    .name());
        }
        become("norm", current, NodeSpec.of("BatchNormalization", name).inputs(inputs));
    }

    private void clip() {
        String name = name("clip");
        String low = graph.addConstant(name + "_low", SeededTensors.of(DType.FLOAT, Shape.SCALAR, 0))
                .name();
        String high = graph.addConstant(name + "_high", SeededTensors.of(DType.FLOAT, Shape.SCALAR, 6))
                .name();
        become("clip", current, NodeSpec.of("Clip", name).inputs(current.name, low, high));
    }

    private void addResidual() {
        Image before = images.get(random.nextInt(images.size()));
        if (before.name.equals(current.name) || !before.sameSize(current)) {
            before = current;
            convolve(current.c, 3, 1, 1);
        } else if (before.c != current.c) {
            convolve(before.c, 1, 1, 1);
        }
        become("add", current, NodeSpec.of("Add", name("add")).inputs(current.name, before.name));
    }

    private void concatenate() {
        List<Image> others = images.stream()
                .filter(i -> i.sameSize(current) && i.c + current.c <= 16)
                .toList();
        if (others.isEmpty()) {
            convolve(2);
            return;
        }
        Image other = others.get(random.nextInt(others.size()));
        NodeSpec spec = NodeSpec.of("Concat", name("concat"))
                .inputs(current.name, other.name)
                .attribute("axis", new Attribute.Int(1));
        become("concat", new Image("", current.c + other.c, current.h, current.w), spec);
    }

    private void pool() {
        if (current.h < SMALLEST_POOLED || current.w < SMALLEST_POOLED) {
            convolve(4);
            return;
        }
        NodeSpec spec = NodeSpec.of("MaxPool", name("pool"))
                .inputs(current.name)
                .attribute("kernel_shape", Attribute.Ints.of(2, 2))
                .attribute("strides", Attribute.Ints.of(2, 2));
        become("pool", new Image("", current.c, current.h / 2, current.w / 2), spec);
    }

    private void addHead() {
        NodeSpec pool = NodeSpec.of("GlobalAveragePool", name("mean")).inputs(current.name);
        become("mean", new Image("", current.c, 1, 1), pool);
        become(
                "flat",
                new Image("", current.c, 0, 0),
                NodeSpec.of("Flatten", name("flat")).inputs(current.name));
        boolean transposed = random.nextBoolean();
        int classes = 2 + random.nextInt(6);
        String name = name("gemm");
        String w = weight(name + "_w", transposed ? Shape.of(classes, current.c) : Shape.of(current.c, classes));
        String b = weight(name + "_b", Shape.of(classes));
        NodeSpec spec = NodeSpec.of("Gemm", name)
                .inputs(current.name, w, b)
                .attribute("transB", new Attribute.Int(transposed ? 1 : 0));
        become("logits", new Image("", classes, 0, 0), spec);
    }

    private String weight(String name, Shape shape) {
        return graph.addConstant(name, SeededTensors.named(graph.name() + name, DType.FLOAT, shape))
                .name();
    }

    private String name(String stem) {
        return stem + "_" + ++count;
    }

    private void become(String stem, Image like, NodeSpec spec) {
        String name = stem + "_out_" + count;
        graph.addNode(spec.outputs(name));
        current = new Image(name, like.c, like.h, like.w);
        images.add(current);
    }
}
