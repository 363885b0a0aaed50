package dev.octavo.core.testing;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;

/**
 * Builds networks node by node, named as PyTorch's exporter does: a node {@code /head/cls/Add} gives the value {@code
 * /head/cls/Add_output_0}. Weights are seeded by their names.
 */
final class NetworkBuilder {
    /* Output channels of trained weights differ in size by about so much: standard deviation of the logarithm. */
    private static final double CHANNEL_SPREAD = 0.3;

    private final Graph graph;

    NetworkBuilder(String name, long opset) {
        graph = new Graph(name);
        graph.setOpset("", opset);
    }

    Graph graph() {
        return graph;
    }

    String input(String name, long... dims) {
        return graph.addInput(name, new TensorType(DType.FLOAT, Shape.of(dims))).name();
    }

    /** Declares a value an output of the network, under a name of its own. */
    void output(String value, String name) {
        graph.addNode(NodeSpec.of("Identity", "out/" + name).inputs(value).outputs(name));
        graph.addOutput(graph.require(name));
    }

    /** A node that gives one value; returns its name. */
    String node(String type, String name, List<String> inputs) {
        return node(type, name, inputs, Map.of());
    }

    String node(String type, String name, List<String> inputs, Map<String, Attribute> attributes) {
        String out = name + "_output_0";
        NodeSpec spec = NodeSpec.of(type, name).inputs(inputs).outputs(out);
        attributes.forEach(spec::attribute);
        graph.addNode(spec);
        return out;
    }

    /** The weight of that name, Gaussian for a sum of so many terms; made at the first call. */
    String weight(String name, int outputAxis, int terms, double gain, long... dims) {
        if (graph.value(name).isPresent()) {
            return name;
        }
        Random random = new Random(31L * name.hashCode() + 7);
        double[] sizes = new double[(int) dims[outputAxis]];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = Math.exp(CHANNEL_SPREAD * random.nextGaussian()) * gain / Math.sqrt(terms);
        }
        int inner = 1;
        for (int i = outputAxis + 1; i < dims.length; i++) {
            inner *= (int) dims[i];
        }
        int step = inner;
        return constant(name, i -> sizes[i / step % sizes.length] * random.nextGaussian(), dims);
    }

    String gaussian(String name, double deviation, long... dims) {
        Random random = new Random(31L * name.hashCode() + 7);
        return constant(name, i -> deviation * random.nextGaussian(), dims);
    }

    String constant(String name, IntToDoubleFunction element, long... dims) {
        if (graph.value(name).isEmpty()) {
            Shape shape = Shape.of(dims);
            float[] values = new float[Math.toIntExact(shape.elements())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) element.applyAsDouble(i);
            }
            graph.addConstant(name, Tensor.ofFloats(shape, values));
        }
        return name;
    }

    String scalar(String name, double value) {
        return constant(name, i -> value);
    }

    String longs(String name, long... values) {
        if (graph.value(name).isEmpty()) {
            graph.addConstant(name, Tensor.ofLongs(Shape.of(values.length), values));
        }
        return name;
    }

    /** A convolution with the weight and bias of {@code module}; its node may have another name. */
    String conv(String node, String module, String x, int in, int out, int kernel, int stride) {
        String w = weight(module + ".weight", 0, in * kernel * kernel, Math.sqrt(2), out, in, kernel, kernel);
        String b = gaussian(module + ".bias", 0.05, out);
        long pad = kernel / 2;
        return node(
                "Conv",
                node,
                List.of(x, w, b),
                Map.of(
                        "kernel_shape",
                        Attribute.Ints.of(kernel, kernel),
                        "strides",
                        Attribute.Ints.of(stride, stride),
                        "pads",
                        Attribute.Ints.of(pad, pad, pad, pad)));
    }

    /** A linear layer as exporters write it for three axes: a product, then an addition. */
    String linear(String module, String x, int in, int out, double gain) {
        String product =
                node("MatMul", "/" + module + "/MatMul", List.of(x, weight(module + ".weight", 1, in, gain, in, out)));
        return node("Add", "/" + module + "/Add", List.of(gaussian(module + ".bias", 0.02, out), product));
    }

    String layerNorm(String module, String x, int channels) {
        return node(
                "LayerNormalization",
                "/" + module + "/LayerNormalization",
                List.of(
                        x,
                        constant(module + ".weight", i -> 1 + 0.1 * Math.sin(i + module.hashCode() % 100), channels),
                        gaussian(module + ".bias", 0.02, channels)),
                Map.of("axis", new Attribute.Int(-1)));
    }

    static Map<String, Attribute> ints(String key, long... values) {
        return Map.of(key, Attribute.Ints.of(values));
    }

    static Map<String, Attribute> axis(long axis) {
        return Map.of("axis", new Attribute.Int(axis));
    }
}
