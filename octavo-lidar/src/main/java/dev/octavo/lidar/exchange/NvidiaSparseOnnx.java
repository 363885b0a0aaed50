package dev.octavo.lidar.exchange;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.net.DynamicRanges;
import dev.octavo.lidar.net.SparseNet;
import dev.octavo.lidar.net.SparseNet.Convolution;
import dev.octavo.lidar.net.SparseNet.Step;
import dev.octavo.lidar.net.SparseNet.Sum;
import dev.octavo.lidar.sparse.ConvGeometry;
import dev.octavo.lidar.sparse.Zyx;
import dev.octavo.onnx.OnnxReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads sparse networks in the ONNX dialect of NVIDIA's sparse convolution library: nodes {@code SparseConvolution},
 * {@code Add}, {@code Relu}, {@code ScatterDense}, {@code Reshape} over half-precision weights, batch norms folded, the
 * calibrated ranges as attributes.
 */
public final class NvidiaSparseOnnx {
    /**
     * A network and what the file says about running it in 8 bits.
     *
     * @param net up to the last convolution or sum
     * @param ranges the calibrated ranges
     * @param map whether the file goes on to the height-compressed map
     */
    public record Imported(SparseNet net, DynamicRanges ranges, boolean map) {}

    private final Graph graph;
    private final String file;
    private final List<Step> steps = new ArrayList<>();
    private final Map<String, String> resultOf = new HashMap<>(); // tensor -> step
    private final Map<String, String> byRulebook = new HashMap<>(); // rulebook key -> strided convolution
    private final Map<String, DynamicRanges.OfConvolution> ranges = new HashMap<>();
    private final Map<String, Float> sums = new HashMap<>();
    private boolean map;

    private NvidiaSparseOnnx(Graph graph, String file) {
        this.graph = graph;
        this.file = file;
    }

    /**
     * The network of a file.
     *
     * @throws ModelException when the file is no such network or uses what cannot be expressed here
     */
    public static Imported read(Path file) {
        return new NvidiaSparseOnnx(OnnxReader.read(file), String.valueOf(file.getFileName())).run();
    }

    private Imported run() {
        if (graph.requiredInputs().size() != 1) {
            throw refuse(
                    "it has " + graph.requiredInputs().size() + " inputs, a sparse network has the features alone");
        }
        resultOf.put(graph.requiredInputs().get(0).name(), SparseNet.INPUT);
        for (Node n : graph.nodes()) {
            switch (n.type()) {
                case "SparseConvolution" -> convolution(n);
                case "Add", "QuantAdd" -> sum(n);
                case "Relu" -> relu(n);
                case "ScatterDense" -> scatter(n);
                case "Reshape" -> reshape(n);
                default -> throw refuse("the node " + n.label() + " is of the unknown type " + n.type());
            }
        }
        int channels = steps.isEmpty() || !(steps.get(0) instanceof Convolution c) ? 0 : c.inputs();
        return new Imported(new SparseNet(graph.name(), channels, steps), new DynamicRanges(ranges, sums), map);
    }

    private void convolution(Node n) {
        Zyx kernel = zyx(n, "kernel_size");
        for (String unsupported : List.of("transposed", "output_padding")) {
            if (integers(n, unsupported).stream().anyMatch(v -> v != 0)) {
                throw refuse(n.label() + " has " + unsupported + ", which sparse networks here do not have");
            }
        }
        if (integer(n, "groups", 1) != 1 || integer(n, "ndim", 3) != 3) {
            throw refuse(n.label() + " is grouped or not three-dimensional");
        }
        boolean submanifold = integer(n, "subm", 0) != 0;
        boolean inverse = integer(n, "inverse", 0) != 0;
        ConvGeometry strided = new ConvGeometry(
                submanifold ? ConvGeometry.Kind.SUBMANIFOLD : ConvGeometry.Kind.STRIDED,
                kernel,
                zyx(n, "stride"),
                zyx(n, "padding"),
                zyx(n, "dilation"));
        String rulebook = text(n, "rulebook");
        Optional<String> partner = inverse ? Optional.of(partner(n, rulebook)) : Optional.empty();
        ConvGeometry geometry = inverse ? ConvGeometry.inverseOf(strided) : strided;
        Tensor weight = weight(n, 1);
        Tensor bias = n.input(2).isPresent()
                ? weight(n, 2)
                : Tensor.ofFloats(
                        Shape.of(weight.shape().dim(0)),
                        new float[(int) weight.shape().dim(0)]);
        boolean relu = switch (text(n, "activation")) {
            case "ReLU" -> true;
            case "None", "" -> false;
            default -> throw refuse(n.label() + " has the activation " + text(n, "activation"));
        };
        steps.add(new Convolution(n.label(), result(n, 0), geometry, partner, weight, bias, relu, Optional.empty()));
        if (!submanifold && !inverse) {
            byRulebook.put(rulebook, n.label());
        }
        resultOf.put(n.output().name(), n.label());
        real(n, "input_dynamic_range")
                .ifPresent(r -> ranges.put(
                        n.label(),
                        new DynamicRanges.OfConvolution(
                                r, perChannel(n, weight), text(n, "precision").equals("int8"))));
    }

    private String partner(Node n, String rulebook) {
        String found = byRulebook.get(rulebook);
        if (found == null) {
            throw refuse(n.label() + " goes back over '" + rulebook + "', which no strided convolution before it made");
        }
        return found;
    }

    private List<Float> perChannel(Node n, Tensor weight) {
        List<Float> given =
                n.attribute("weight_dynamic_ranges").orElse(null) instanceof Attribute.Reals r ? r.values() : List.of();
        if (given.size() != weight.shape().dim(0)) {
            throw refuse(n.label() + " has " + given.size() + " weight ranges for "
                    + weight.shape().dim(0) + " output channels");
        }
        return given;
    }

    private void sum(Node n) {
        steps.add(new Sum(n.label(), result(n, 0), result(n, 1), false));
        resultOf.put(n.output().name(), n.label());
        real(n, "input0_dynamic_range").ifPresent(r -> sums.put(n.label(), r));
    }

    /* A Relu behind a sum becomes part of it. */
    private void relu(Node n) {
        String at = result(n, 0);
        int last = steps.size() - 1;
        boolean alone = n.input(0).orElseThrow().uses().size() == 1;
        if (alone && last >= 0 && steps.get(last) instanceof Sum s && s.name().equals(at)) {
            steps.set(last, new Sum(s.name(), s.first(), s.second(), true));
            resultOf.put(n.output().name(), s.name());
        } else {
            throw refuse(n.label() + " does not follow a sum that only it reads");
        }
    }

    private void scatter(Node n) {
        String format = text(n, "format");
        if (!format.isEmpty() && !format.equals("zyx")) {
            throw refuse(n.label() + " lays cells out as " + format + ", expected zyx");
        }
        resultOf.put(n.output().name(), result(n, 0));
    }

    /* [1, C, Z, Y, X] to [1, C·Z, Y, X]. */
    private void reshape(Node n) {
        Node scatter = n.input(0).flatMap(Value::producer).orElse(null);
        List<Long> dims = integers(n, "dims");
        List<Long> from = scatter == null ? List.of() : integers(scatter, "output_shape");
        if (from.size() != 5
                || dims.size() != 4
                || dims.get(1) != from.get(1) * from.get(2)
                || !dims.get(2).equals(from.get(3))
                || !dims.get(3).equals(from.get(4))) {
            throw refuse(
                    n.label() + " reshapes " + from + " to " + dims + ", expected [B, C·Z, Y, X] of [B, C, Z, Y, X]");
        }
        map = true;
        resultOf.put(n.output().name(), result(n, 0));
    }

    private String result(Node n, int input) {
        String tensor = n.input(input).map(Value::name).orElse("");
        String step = resultOf.get(tensor);
        if (step == null) {
            throw refuse(n.label() + " reads '" + tensor + "', which is no sparse result");
        }
        return step;
    }

    private Tensor weight(Node n, int input) {
        Tensor t = n.input(input)
                .flatMap(Value::constant)
                .orElseThrow(() -> refuse("input " + input + " of " + n.label() + " is no constant"));
        return Halves.toFloat(t, n.label());
    }

    private Zyx zyx(Node n, String key) {
        List<Long> v = integers(n, key);
        if (v.size() != 3) {
            throw refuse(n.label() + " has " + v.size() + " numbers as '" + key + "', expected z, y, x");
        }
        return new Zyx(Math.toIntExact(v.get(0)), Math.toIntExact(v.get(1)), Math.toIntExact(v.get(2)));
    }

    private static List<Long> integers(Node n, String key) {
        Attribute a = n.attribute(key).orElse(null);
        if (a instanceof Attribute.Int i) {
            return List.of(i.value());
        }
        return a instanceof Attribute.Ints list ? list.values() : List.of();
    }

    private static long integer(Node n, String key, long absent) {
        return n.attribute(key).orElse(null) instanceof Attribute.Int i ? i.value() : absent;
    }

    private static String text(Node n, String key) {
        return n.attribute(key).orElse(null) instanceof Attribute.Text t ? t.value() : "";
    }

    private static Optional<Float> real(Node n, String key) {
        return n.attribute(key).orElse(null) instanceof Attribute.Real r ? Optional.of(r.value()) : Optional.empty();
    }

    private ModelException refuse(String why) {
        return new ModelException(
                file + " is no sparse network of the kind that can be read: " + why,
                "export it with NVIDIA's exptool, or import the checkpoint it was made from");
    }
}
