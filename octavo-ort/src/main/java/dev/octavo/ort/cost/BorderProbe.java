package dev.octavo.ort.cost;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.ort.OrtStopwatch;
import dev.octavo.ort.OrtStopwatch.Effort;
import dev.octavo.ort.OrtStopwatch.Profile;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.SchemeOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * Measures what borders between float and integers cost on this machine, once: three chains of 1x1
 * convolutions over tensors of three sizes, each two in float, two in integers, two in float.
 *
 * <pre>
 *   x -> conv -> conv -> Q -> conv -> conv -> DQ -> conv -> conv -> y
 * </pre>
 *
 * <p>Two, because ONNX Runtime quantizes a single float convolution between DQ and Q by itself.
 */
final class BorderProbe {
    private static final int CHANNELS = 32;
    private static final List<Integer> SIDES = List.of(14, 56, 112);
    private static final int LENGTH = 6;
    private static final Effort EFFORT = new Effort(1, 12, 60);
    private static final List<String> FORMS =
            List.of("border-quantize", "border-quantize-each", "border-dequantize", "border-dequantize-each");

    private BorderProbe() {}

    private record Measured(BorderCosts costs, boolean settled) {}

    /** What borders cost with so many threads: remembered, or measured and then remembered. */
    static BorderCosts costs(CostBook book, int threads) {
        Optional<BorderCosts> known = read(book, threads);
        if (known.isPresent()) {
            return known.get();
        }
        Measured measuredNow = measure(threads);
        BorderCosts measured = measuredNow.costs();
        double[] numbers = {
            measured.quantizeMicros(),
            measured.quantizePerElement() * 1e3,
            measured.dequantizeMicros(),
            measured.dequantizePerElement() * 1e3
        };
        for (int i = 0; i < numbers.length; i++) {
            book.putMicros(
                    "per conversion, per 1000 elements", FORMS.get(i), threads, numbers[i], measuredNow.settled());
        }
        return measured;
    }

    private static Optional<BorderCosts> read(CostBook book, int threads) {
        double[] n = new double[FORMS.size()];
        for (int i = 0; i < n.length; i++) {
            OptionalDouble micros = book.settledMicros("per conversion, per 1000 elements", FORMS.get(i), threads);
            if (micros.isEmpty()) {
                return Optional.empty();
            }
            n[i] = micros.getAsDouble();
        }
        return Optional.of(new BorderCosts(n[0], n[1] / 1e3, n[2], n[3] / 1e3));
    }

    private static Measured measure(int threads) {
        Graph graph = chains();
        Map<String, TensorType> types = new HashMap<>();
        graph.inputs().forEach(v -> v.type().ifPresent(t -> types.put(v.name(), t)));
        List<Group> groups = Group.of(graph);
        List<Group> integer = groups.stream()
                .filter(g -> g.node().name().endsWith("_2") || g.node().name().endsWith("_3"))
                .toList();
        Graph lowered = RoughLowering.of(graph, integer, SchemeOptions.DEFAULT);
        Profile profile =
                OrtStopwatch.profile(lowered, Optional.empty(), threads, ProbeInputs.of(graph, types), EFFORT);
        Attribution seen = Attribution.of(profile, groups);
        double[] elements = new double[SIDES.size()];
        double[] quantize = new double[elements.length];
        double[] dequantize = new double[elements.length];
        for (int i = 0; i < elements.length; i++) {
            int side = SIDES.get(i);
            elements[i] = (double) CHANNELS * side * side;
            quantize[i] = seen.quantize(value(side, 1)).orElse(BorderCosts.BUILT_IN.quantize(elements[i]));
            dequantize[i] = seen.dequantize(value(side, 3)).orElse(BorderCosts.BUILT_IN.dequantize(elements[i]));
        }
        double[] q = BorderCosts.line(elements, quantize);
        double[] d = BorderCosts.line(elements, dequantize);
        return new Measured(new BorderCosts(q[0], q[1], d[0], d[1]), profile.settled());
    }

    private static Graph chains() {
        Graph g = new Graph("borders");
        g.setOpset("", 17);
        float[] weights = new float[CHANNELS * CHANNELS];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextDouble(-0.2, 0.2);
        }
        for (int side : SIDES) {
            String in = "x" + side;
            g.addInput(in, new TensorType(DType.FLOAT, Shape.of(1, CHANNELS, side, side)));
            for (int i = 0; i < LENGTH; i++) {
                String w = value(side, i) + "_w";
                g.addConstant(w, Tensor.ofFloats(Shape.of(CHANNELS, CHANNELS, 1, 1), weights));
                g.addNode(NodeSpec.of("Conv", "conv" + side + "_" + i)
                        .attribute("kernel_shape", Attribute.Ints.of(1, 1))
                        .inputs(in, w)
                        .outputs(value(side, i)));
                in = value(side, i);
            }
            g.addOutput(g.require(in));
        }
        return g.freeze();
    }

    private static String value(int side, int i) {
        return "v" + side + "_" + i;
    }
}
