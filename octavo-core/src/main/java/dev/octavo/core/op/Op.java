package dev.octavo.core.op;

import java.util.Set;

/**
 * The quantization traits of one operator.
 *
 * @param type the operator's name
 * @param kind what it is
 * @param dataInputs places of the inputs that carry activations; empty means all
 */
public record Op(String type, OpKind kind, Set<Integer> dataInputs) {
    public Op {
        dataInputs = Set.copyOf(dataInputs);
    }

    /** Whether input {@code i} carries activations (and not shapes, indices or limits). */
    public boolean isData(int i) {
        return dataInputs.isEmpty() || dataInputs.contains(i);
    }
}
