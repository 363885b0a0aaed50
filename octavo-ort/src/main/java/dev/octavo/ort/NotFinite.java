package dev.octavo.ort;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Shape;
import java.nio.IntBuffer;
import java.util.Optional;

/** Says where NaN or infinity was met. */
final class NotFinite {
    private NotFinite() {}

    static ModelException found(Graph graph, String value, String sample, Shape shape, IntBuffer bits) {
        int at = 0;
        float bad = Float.NaN;
        for (int i = 0; i < bits.remaining(); i++) {
            float x = Float.intBitsToFloat(bits.get(bits.position() + i));
            if (!Float.isFinite(x)) {
                at = i;
                bad = x;
                break;
            }
        }
        Optional<Node> producer = graph.value(value).flatMap(Value::producer);
        String from = producer.map(n -> "the output of " + n).orElse("an input of the network");
        String channel = shape.rank() > 1 ? ", channel " + index(shape, at)[1] : "";
        return new ModelException(
                "the value '" + value + "' (" + from + ") is " + bad + " for the sample " + sample + " at "
                        + text(index(shape, at)) + " of " + shape + channel,
                producer.isPresent()
                        ? "look at the values before it and at the sample's pre-processing; a float model that gives "
                                + "NaN or infinity cannot be quantized"
                        : "repair the sample or its pre-processing, or leave the sample out");
    }

    private static long[] index(Shape shape, long flat) {
        long[] index = new long[shape.rank()];
        long rest = flat;
        for (int i = shape.rank() - 1; i >= 0; i--) {
            long extent = Math.max(1, shape.dim(i));
            index[i] = rest % extent;
            rest /= extent;
        }
        return index;
    }

    private static String text(long[] index) {
        return java.util.Arrays.toString(index);
    }
}
