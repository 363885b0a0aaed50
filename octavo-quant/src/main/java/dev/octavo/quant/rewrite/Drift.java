package dev.octavo.quant.rewrite;

import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;

/** How far a rewrite moves the network's outputs: the largest difference, relative to the largest output. */
final class Drift {
    private static final int SAMPLES = 2;

    private Drift() {}

    /** Empty where there is no engine, or nothing to run. */
    static OptionalDouble between(Graph before, Graph after, Witness witness) {
        List<Map<String, Tensor>> samples = witness.samples(SAMPLES);
        if (witness.engine().isEmpty()) {
            return OptionalDouble.empty();
        }
        List<Map<String, Tensor>> inputs = samples.isEmpty() ? noise(before, witness.types(before)) : samples;
        Engine engine = witness.engine().get();
        double drift = 0;
        try (Engine.Session was = engine.open(before, Engine.Mode.OPTIMIZED, 1);
                Engine.Session is = engine.open(after, Engine.Mode.OPTIMIZED, 1)) {
            for (Map<String, Tensor> in : inputs) {
                Map<String, Tensor> now = is.run(in);
                for (Map.Entry<String, Tensor> out : was.run(in).entrySet()) {
                    if (out.getValue().dtype() == DType.FLOAT) {
                        drift = Math.max(
                                drift,
                                difference(
                                        out.getValue().floats(),
                                        Objects.requireNonNull(now.get(out.getKey()))
                                                .floats()));
                    }
                }
            }
        }
        return inputs.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(drift);
    }

    private static double difference(float[] was, float[] is) {
        double largest = Float.MIN_NORMAL;
        double difference = 0;
        for (int i = 0; i < was.length; i++) {
            largest = Math.max(largest, Math.abs(was[i]));
            difference = Math.max(difference, Math.abs((double) was[i] - is[i]));
        }
        return difference / largest;
    }

    /* One standard normal input, where the inputs are floats of known extents. */
    private static List<Map<String, Tensor>> noise(Graph graph, Map<String, TensorType> types) {
        Random random = new Random(1);
        Map<String, Tensor> in = new TreeMap<>();
        for (Value v : graph.requiredInputs()) {
            TensorType t = types.get(v.name());
            if (t == null || t.dtype() != DType.FLOAT || !t.shape().isKnown()) {
                return List.of();
            }
            Shape shape = t.shape();
            float[] x = new float[Math.toIntExact(shape.elements())];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) random.nextGaussian();
            }
            in.put(v.name(), Tensor.ofFloats(shape, x));
        }
        return List.of(in);
    }
}
