package dev.octavo.tasks.post;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.Map;

/** Reads a network's outputs, with errors that name what it has instead. */
final class Outputs {
    private Outputs() {}

    /** The output of that name; the first one when the name is empty. */
    static Tensor named(Map<String, Tensor> outputs, String name) {
        if (name.isEmpty()) {
            return outputs.values().iterator().next();
        }
        Tensor t = outputs.get(name);
        if (t == null) {
            throw new ModelException(
                    "the network has no output '" + name + "'; it has " + String.join(", ", outputs.keySet()),
                    "name one of these in the data set file under postprocess");
        }
        return t;
    }

    /** The values of a FLOAT output. */
    static float[] floats(String name, Tensor t) {
        if (t.dtype() != DType.FLOAT) {
            throw new ModelException(
                    "the network's output '" + name + "' is of type " + t.dtype(),
                    "let it give FLOAT values (a Cast at the end does)");
        }
        return t.floats();
    }

    /** The shape, which must have {@code rank} axes and a batch of 1. */
    static Shape shape(String name, Tensor t, int rank, String expected) {
        Shape shape = t.shape();
        if (shape.rank() != rank || shape.dim(0) != 1) {
            throw wrongShape(name, shape, expected);
        }
        return shape;
    }

    static ModelException wrongShape(String name, Shape shape, String expected) {
        return new ModelException(
                "the network's output '" + name + "' has the shape " + shape + ", expected is " + expected,
                "check postprocess in the data set file: it must describe this network");
    }

    static float sigmoid(float x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }
}
