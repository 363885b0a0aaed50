package dev.octavo.core.op;

import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import java.util.Optional;

/** What convolutions and matrix products have in common: an input, a weight, perhaps a bias. */
public sealed interface Weighted permits Conv, ConvTranspose, Gemm, MatMul {
    /** Place of the activation among the node's inputs. */
    int INPUT = 0;

    /** Place of the weight among the node's inputs. */
    int WEIGHT = 1;

    /** Place of the bias among the node's inputs. */
    int BIAS = 2;

    Node node();

    Value input();

    Value weight();

    Optional<Value> bias();

    /** The axis of the weight that runs over output channels: the one for per-channel scales. */
    int outputAxis();

    /** The axis of the weight that runs over input channels (of one group). */
    int inputAxis();

    /** The axis of the input activation that runs over channels; negative counts from the last. */
    int activationAxis();

    /** The axis of the output activation that runs over channels; negative counts from the last. */
    int resultAxis();

    /** Number of groups; 1 for matrix products. */
    int group();

    /** Whether the weight is a constant. */
    default boolean hasConstantWeight() {
        return weight().constant().isPresent();
    }

    /** The view of a node, if it is one of these. */
    static Optional<Weighted> of(Node n) {
        if (!n.domain().isEmpty()) {
            return Optional.empty();
        }
        return switch (n.type()) {
            case "Conv" -> Conv.of(n).map(Weighted.class::cast);
            case "ConvTranspose" -> ConvTranspose.of(n).map(Weighted.class::cast);
            case "Gemm" -> Gemm.of(n).map(Weighted.class::cast);
            case "MatMul" -> MatMul.of(n).map(Weighted.class::cast);
            default -> Optional.empty();
        };
    }
}
