package dev.octavo.lidar.exchange;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The dense part of CenterPoint as a graph of standard operators: bird's-eye-view backbone and heads, batch norms folded.
 *
 * <pre>
 *   map --blocks.0--> --blocks.1 (stride 2)--> …         each block's result --deblock--> the size of the first
 *   concatenated --shared_conv--> heads.i: center, center_z, dim, rot, vel, hm
 * </pre>
 *
 * <p>A transposed convolution whose kernel is its stride becomes a 1x1 convolution and a depth-to-space, which a runtime
 * can run in integers. The first convolutions of all branches read the same tensor and are one convolution here.
 */
public final class DensePart {
    private static final double BACKBONE_EPSILON = 1e-3;
    private static final double HEAD_EPSILON = 1e-5;
    private static final List<String> BRANCHES = List.of("center", "center_z", "dim", "rot", "vel", "hm");

    private final FoldedWeights weights;
    private final boolean merged;
    private final Graph graph = new Graph("CenterPoint_dense");

    private DensePart(Map<String, Tensor> state, boolean merged) {
        this.weights = new FoldedWeights(state);
        this.merged = merged;
    }

    /**
     * The graph of a state dictionary with OpenPCDet's names. Input {@code map} FLOAT {@code [N, C, Y, X]}; outputs {@code
     * heads.i.branch} and {@code backbone_2d}.
     */
    public static Graph of(Map<String, Tensor> state) {
        return of(state, true);
    }

    /**
     * The graph of a state dictionary.
     *
     * @param merged whether the first convolutions of all branches are one, which is faster; apart, each has its own grids
     *     and can be left in float by its own name
     */
    public static Graph of(Map<String, Tensor> state, boolean merged) {
        return new DensePart(state, merged).build();
    }

    private Graph build() {
        graph.setOpset("", 17);
        int channels = weights.extent("backbone_2d.blocks.0.1.weight", 1);
        graph.addInput(
                "map", new TensorType(DType.FLOAT, Shape.of(Shape.UNKNOWN, channels, Shape.UNKNOWN, Shape.UNKNOWN)));
        List<String> ups = new ArrayList<>();
        String at = "map";
        for (int b = 0; weights.has("backbone_2d.blocks." + b + ".1.weight"); b++) {
            at = block("backbone_2d.blocks." + b + ".", at, b == 0 ? 1 : 2);
            ups.add(deblock("backbone_2d.deblocks." + b + ".", at));
        }
        graph.addNode(NodeSpec.of("Concat", "backbone_2d.concat")
                .inputs(ups)
                .outputs("backbone_2d")
                .attribute("axis", new Attribute.Int(1)));
        String shared = relu(conv(
                "dense_head.shared_conv.0",
                "backbone_2d",
                weights.conv("dense_head.shared_conv.0", "dense_head.shared_conv.1", HEAD_EPSILON),
                1,
                1));
        heads(shared);
        graph.addOutput(graph.require("backbone_2d"));
        return graph.freeze();
    }

    /* A zero padding, a convolution that may stride, then convolutions until the names end. */
    private String block(String prefix, String input, int stride) {
        String at = input;
        for (int i = 1; weights.has(prefix + i + ".weight"); i += 3) {
            FoldedWeights.Conv w = weights.conv(prefix + i, prefix + (i + 1), BACKBONE_EPSILON);
            at = relu(conv(prefix + i, at, w, i == 1 ? stride : 1, 1));
        }
        return at;
    }

    private String deblock(String prefix, String input) {
        FoldedWeights.Conv w = weights.transposed(prefix + "0", prefix + "1", BACKBONE_EPSILON);
        int stride = weights.extent(prefix + "0.weight", 2);
        String product = conv(prefix + "0", input, w, 1, 0);
        if (stride > 1) {
            graph.addNode(NodeSpec.of("DepthToSpace", prefix + "spread")
                    .inputs(product)
                    .outputs(prefix + "spread")
                    .attribute("blocksize", new Attribute.Int(stride))
                    .attribute("mode", new Attribute.Text("CRD")));
            product = prefix + "spread";
        }
        return relu(product);
    }

    private void heads(String shared) {
        List<String> names = new ArrayList<>();
        for (int h = 0; weights.has("dense_head.heads_list." + h + ".hm.1.weight"); h++) {
            for (String branch : BRANCHES) {
                names.add(h + "." + branch);
            }
        }
        if (names.isEmpty()) {
            throw new ModelException("the checkpoint has no heads", "check that it is of CenterPoint");
        }
        List<FoldedWeights.Conv> first = names.stream()
                .map(n -> "dense_head.heads_list." + n + ".0.")
                .map(p -> weights.conv(p + "0", p + "1", HEAD_EPSILON))
                .toList();
        List<String> parts = merged ? together(shared, names, first) : apart(shared, names, first);
        for (int i = 0; i < names.size(); i++) {
            String name = "dense_head.heads_list." + names.get(i) + ".1";
            String out = conv(name, parts.get(i), weights.conv(name), 1, 1, "heads." + names.get(i));
            graph.addOutput(graph.require(out));
        }
    }

    private List<String> apart(String shared, List<String> names, List<FoldedWeights.Conv> first) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            parts.add(relu(conv("dense_head.heads_list." + names.get(i) + ".0.0", shared, first.get(i), 1, 1)));
        }
        return parts;
    }

    private List<String> together(String shared, List<String> names, List<FoldedWeights.Conv> first) {
        String all = relu(conv("dense_head.first", shared, FoldedWeights.joined(first), 1, 1));
        List<String> parts = names.stream().map(n -> "dense_head." + n + ".in").toList();
        long[] sizes = first.stream().mapToLong(c -> c.weight().shape().dim(0)).toArray();
        graph.addConstant("dense_head.sizes", Tensor.ofLongs(Shape.of(sizes.length), sizes));
        graph.addNode(NodeSpec.of("Split", "dense_head.split")
                .inputs(all, "dense_head.sizes")
                .outputs(parts)
                .attribute("axis", new Attribute.Int(1)));
        return parts;
    }

    private String conv(String name, String input, FoldedWeights.Conv w, int stride, int padding) {
        return conv(name, input, w, stride, padding, name + ".out");
    }

    private String conv(String name, String input, FoldedWeights.Conv w, int stride, int padding, String output) {
        graph.addConstant(name + ".weight", w.weight());
        graph.addConstant(name + ".bias", w.bias());
        graph.addNode(NodeSpec.of("Conv", name)
                .inputs(input, name + ".weight", name + ".bias")
                .outputs(output)
                .attribute(
                        "kernel_shape",
                        Attribute.Ints.of(
                                w.weight().shape().dim(2), w.weight().shape().dim(3)))
                .attribute("strides", Attribute.Ints.of(stride, stride))
                .attribute("pads", Attribute.Ints.of(padding, padding, padding, padding)));
        return output;
    }

    private String relu(String input) {
        graph.addNode(NodeSpec.of("Relu", input + ".relu").inputs(input).outputs(input + ".relu"));
        return input + ".relu";
    }
}
