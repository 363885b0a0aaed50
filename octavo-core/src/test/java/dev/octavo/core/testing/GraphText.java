package dev.octavo.core.testing;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Graphs as text, for tests that read as sentences:
 *
 * <pre>
 *   x[1,3,8,8] -> Conv(w[4,3,3,3], b[4]; pads=1,1,1,1) -> c; c -> Relu -> y
 *   a[1,8], b[1,8] -> Add -> Clip(0,6) -> y
 *   x[?,4,8,8] -> BatchNormalization -> MaxPool(; kernel_shape=2,2 strides=2,2) -> y
 *   x[1,16] -> Split(; axis=1 num_outputs=2) -> a, b
 *   x[1,8] -> QuantizeLinear(0.05, 128:uint8) -> DequantizeLinear(0.05, 128:uint8) -> y
 * </pre>
 *
 * <p>Statements are separated by {@code ;}. A statement begins with values, and every arrow leads to an
 * operator (upper-case initial, {@code domain::Type} outside of ONNX) or to the names of what the operator
 * before it computes. Values without a name get one.
 *
 * <ul>
 *   <li>A value that a statement begins with and that nothing computes is a graph input, its shape in
 *       brackets; extents that are not numbers are unknown. {@code x:uint8[1,8]} is not of floats.
 *   <li>In parentheses come further inputs, then attributes after a semicolon: {@code w[4,3,3,3]} is an
 *       initializer of seeded random numbers that depend on its name and shape alone, {@code k{1,-1}} one
 *       of those numbers (64-bit integers, or floats if one has a point), {@code 6} a scalar (a float unless
 *       it says {@code 6:uint8}), {@code _} an absent input, any other word a value that exists.
 *   <li>Attributes: {@code group=2}, {@code pads=1,1,1,1}, {@code axes=[0]} for a list of one, {@code
 *       alpha=0.5}, {@code mode=linear}; {@code name=} names the node.
 *   <li>{@code BatchNormalization} without inputs gets random ones that suit the channels before it.
 *   <li>Outputs are the values that nobody reads, and those marked {@code y!}.
 * </ul>
 *
 * <p>Opset 17, and 1 in every other domain.
 */
public final class GraphText {
    private static final long OPSET = 17;

    private final GraphTextScanner in;
    private final Graph graph = new Graph("text");
    private final Map<String, Integer> channels = new HashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private final Set<String> marked = new HashSet<>();

    private GraphText(String text) {
        this.in = new GraphTextScanner(text);
        graph.setOpset("", OPSET);
    }

    /** The graph that the text describes; a text that describes none fails and points at the place. */
    public static Graph parse(String text) {
        return new GraphText(text).graph();
    }

    private Graph graph() {
        do {
            if (!in.atEnd()) {
                statement();
            }
        } while (in.take(";"));
        in.requireEnd();
        for (Value v : graph.values()) {
            boolean last = v.producer().isPresent() && v.uses().isEmpty();
            if (last || marked.contains(v.name())) {
                graph.addOutput(v);
            }
        }
        if (graph.outputs().isEmpty()) {
            throw in.error("the graph computes nothing");
        }
        return graph;
    }

    private void statement() {
        List<String> current = new ArrayList<>();
        do {
            current.add(head());
        } while (in.take(","));
        while (in.take("->")) {
            if (!in.atOperator()) {
                throw in.error("an operator was expected, which begins with a capital");
            }
            current = step(current);
        }
    }

    private String head() {
        String name = in.word("a value");
        DType dtype = in.take(":") ? in.dtype() : DType.FLOAT;
        Optional<Shape> shape = in.shape();
        if (graph.value(name).isEmpty()) {
            graph.addInput(name, null);
            shape.ifPresent(s -> graph.setType(graph.require(name), new TensorType(dtype, s)));
        } else if (shape.isPresent()) {
            throw in.error(name + " exists already, its shape is given where it first appears");
        }
        shape.filter(s -> s.rank() > 1 && s.dim(1) > 0).ifPresent(s -> channels.put(name, (int) s.dim(1)));
        mark(name);
        return name;
    }

    private void mark(String name) {
        if (in.take("!")) {
            marked.add(name);
        }
    }

    private List<String> step(List<String> before) {
        String[] typeAndDomain = in.operator();
        String type = typeAndDomain[0];
        String label = type.toLowerCase(Locale.ROOT) + "_" + counts.merge(type, 1, Integer::sum);
        List<String> inputs = new ArrayList<>(before);
        Map<String, Attribute> attributes = Map.of();
        if (in.take("(")) {
            while (!in.peek(";") && !in.peek(")")) {
                inputs.add(argument(label + "_in" + inputs.size()));
                in.take(",");
            }
            attributes = in.take(";") ? in.attributes() : attributes;
            in.require(")");
        }
        String name = attributes.get("name") instanceof Attribute.Text t ? t.value() : label;
        if (type.equals("BatchNormalization") && inputs.size() == 1) {
            addStatistics(inputs, name);
        }
        NodeSpec spec = NodeSpec.of(type, name).domain(typeAndDomain[1]).inputs(inputs);
        attributes.forEach((key, value) -> {
            if (!key.equals("name")) {
                spec.attribute(key, value);
            }
        });
        List<String> outputs = outputs(label);
        if (!typeAndDomain[1].isEmpty()) {
            graph.setOpset(typeAndDomain[1], 1);
        }
        graph.addNode(spec.outputs(outputs));
        channelsAfter(type, inputs, attributes).ifPresent(c -> outputs.forEach(o -> channels.put(o, c)));
        return outputs;
    }

    /** The names after the next arrow, unless that leads to another operator. */
    private List<String> outputs(String label) {
        if (!in.takeArrowToNames()) {
            return List.of(graph.freshName(label + "_out"));
        }
        List<String> names = new ArrayList<>();
        do {
            String name = in.word("the name of an output");
            if (graph.value(name).isPresent()) {
                throw in.error(name + " exists already");
            }
            names.add(name.equals("_") ? "" : name);
            mark(name);
        } while (in.take(","));
        return names;
    }

    private String argument(String unnamed) {
        if (in.atNumber()) {
            double number = in.number();
            DType dtype = in.take(":") ? in.dtype() : DType.FLOAT;
            return constant(unnamed, SeededTensors.of(dtype, Shape.SCALAR, number));
        }
        String name = in.word("an input");
        if (name.equals("_")) {
            return "";
        }
        Optional<DType> dtype = in.take(":") ? Optional.of(in.dtype()) : Optional.empty();
        Optional<Shape> shape = in.shape();
        if (shape.isPresent()) {
            return constant(name, SeededTensors.named(name, dtype.orElse(DType.FLOAT), shape.get()));
        }
        if (in.peek("{")) {
            GraphTextScanner.Numbers numbers = in.numbers();
            DType implied = numbers.whole() ? DType.INT64 : DType.FLOAT;
            double[] values =
                    numbers.values().stream().mapToDouble(Double::doubleValue).toArray();
            return constant(name, SeededTensors.of(dtype.orElse(implied), Shape.of(values.length), values));
        }
        if (graph.value(name).isEmpty()) {
            throw in.error(
                    "there is no value " + name + " yet; an initializer states its shape: " + name + "[4,3,3,3]");
        }
        return name;
    }

    private String constant(String name, Tensor tensor) {
        Optional<Value> existing = graph.value(name);
        if (existing.isEmpty()) {
            graph.addConstant(name, tensor);
        } else if (!existing.get().constant().map(tensor::equals).orElse(false)) {
            throw in.error(name + " exists already and is something else");
        }
        return name;
    }

    private void addStatistics(List<String> inputs, String name) {
        Integer count = channels.get(inputs.get(0));
        if (count == null) {
            throw in.error("the number of channels of " + inputs.get(0)
                    + " is not known here: give BatchNormalization its scale, bias, mean and variance");
        }
        for (String parameter : List.of("scale", "bias", "mean", "var")) {
            String full = name + "_" + parameter;
            inputs.add(constant(full, SeededTensors.ofBatchNormalization(full, parameter, count)));
        }
    }

    private OptionalInt channelsAfter(String type, List<String> inputs, Map<String, Attribute> attributes) {
        Optional<Shape> weight = inputs.size() < 2 || inputs.get(1).isEmpty()
                ? Optional.empty()
                : graph.require(inputs.get(1)).constant().map(Tensor::shape);
        int group = attributes.get("group") instanceof Attribute.Int g ? (int) g.value() : 1;
        boolean transposed = attributes.get("transB") instanceof Attribute.Int t && t.value() != 0;
        Integer same = inputs.isEmpty() ? null : channels.get(inputs.get(0));
        return switch (type) {
            case "Conv" -> dim(weight, 0, 1);
            case "ConvTranspose" -> dim(weight, 1, group);
            case "Gemm" -> dim(weight, transposed ? 0 : 1, 1);
            case "MatMul" -> dim(weight, 1, 1);
            case "Concat" -> sum(inputs);
            case "Flatten", "Reshape", "Transpose", "Split", "Squeeze", "Unsqueeze" -> OptionalInt.empty();
            default -> same == null ? OptionalInt.empty() : OptionalInt.of(same);
        };
    }

    private static OptionalInt dim(Optional<Shape> weight, int axis, int times) {
        return weight.isEmpty() || weight.get().rank() <= axis
                ? OptionalInt.empty()
                : OptionalInt.of((int) weight.get().dim(axis) * times);
    }

    private OptionalInt sum(List<String> inputs) {
        int sum = 0;
        for (String name : inputs) {
            Integer c = channels.get(name);
            if (c == null) {
                return OptionalInt.empty();
            }
            sum += c;
        }
        return OptionalInt.of(sum);
    }
}
