package dev.octavo.ort.cost;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Inputs that a network can be timed on: small random floats, zeros of any other type. */
public final class ProbeInputs {
    private ProbeInputs() {}

    /**
     * One tensor per required input.
     *
     * @param types with the shapes for batch 1
     */
    public static Map<String, Tensor> of(Graph graph, Map<String, TensorType> types) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (Value v : graph.requiredInputs()) {
            TensorType t = types.get(v.name());
            if (t == null || !t.shape().isKnown()) {
                throw new ModelException(
                        "the shape of the input " + v.name() + " is not known, so the model cannot be timed",
                        "give --objective size, or export the model with fixed sizes but for the batch");
            }
            inputs.put(v.name(), tensor(t));
        }
        return inputs;
    }

    private static Tensor tensor(TensorType t) {
        Shape shape = t.shape();
        if (t.dtype() != DType.FLOAT) {
            int bytes = Math.toIntExact(t.dtype().bytesFor(shape.elements()));
            return Tensor.of(t.dtype(), shape, Storage.of(ByteBuffer.allocate(bytes)));
        }
        float[] values = new float[Math.toIntExact(shape.elements())];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return Tensor.ofFloats(shape, values);
    }
}
