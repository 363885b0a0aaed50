package dev.octavo.core.graph;

import dev.octavo.core.tensor.Carried;
import dev.octavo.core.tensor.Tensor;
import java.util.List;
import java.util.Set;

/** The value of a node's attribute. Closed: whatever Octavo has no use for is {@link Foreign}. */
public sealed interface Attribute {

    /** A 64-bit integer. */
    record Int(long value) implements Attribute {}

    /** A float. */
    record Real(float value) implements Attribute {}

    /** A string that is valid UTF-8. */
    record Text(String value) implements Attribute {}

    /** A list of 64-bit integers. */
    record Ints(List<Long> values) implements Attribute {
        public Ints {
            values = List.copyOf(values);
        }

        /** The list of these integers. */
        public static Ints of(long... values) {
            return new Ints(java.util.Arrays.stream(values).boxed().toList());
        }
    }

    /** A list of floats. */
    record Reals(List<Float> values) implements Attribute {
        public Reals {
            values = List.copyOf(values);
        }
    }

    /** A list of strings. */
    record Texts(List<String> values) implements Attribute {
        public Texts {
            values = List.copyOf(values);
        }
    }

    /** A tensor. */
    record Dense(Tensor value) implements Attribute {}

    /**
     * Anything else: subgraphs, types, sparse tensors, references to function attributes, kinds of a
     * later ONNX.
     *
     * @param carried the codec's own form
     * @param captures names of values of the enclosing graph that a subgraph in it reads
     */
    record Foreign(Carried carried, Set<String> captures) implements Attribute {
        public Foreign {
            captures = Set.copyOf(captures);
        }
    }
}
