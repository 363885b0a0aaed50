package dev.octavo.quant.target;

import dev.octavo.core.RecipeException;
import dev.octavo.core.plan.QuantSpec;

/**
 * The common intents of a scheme.
 *
 * @param weightBits 2–16
 * @param activationBits 2–16
 * @param biasBits 8–32
 * @param perChannel whether weights have a grid per output channel
 * @param symmetricWeights whether weights are symmetric about 0
 * @param symmetricActivations whether activations are symmetric about 0
 * @param signs which activations are signed
 */
public record SchemeOptions(
        int weightBits,
        int activationBits,
        int biasBits,
        boolean perChannel,
        boolean symmetricWeights,
        boolean symmetricActivations,
        Signs signs) {

    /** Whether activations run below zero on their grids. */
    public enum Signs {
        /** Unsigned codes for all; negative reals lie below the zero point. */
        UNSIGNED,
        /** Signed codes for all. */
        SIGNED,
        /** Unsigned where the values cannot be negative, signed elsewhere. */
        AUTO
    }

    /** 8 bits, weights symmetric per channel, activations unsigned asymmetric. */
    public static final SchemeOptions DEFAULT = new SchemeOptions(8, 8, 32, true, true, false, Signs.UNSIGNED);

    public SchemeOptions {
        check("weights", weightBits, 2, 16);
        check("activations", activationBits, 2, 16);
        check("bias", biasBits, 8, 32);
    }

    private static void check(String what, int bits, int least, int most) {
        if (bits < least || bits > most) {
            throw new RecipeException(
                    what + " of " + bits + " bits are not possible", what + " take " + least + " to " + most + " bits");
        }
    }

    /** The intent for a weight whose output channels lie on {@code axis}. */
    public QuantSpec weight(int axis) {
        return perChannel
                ? QuantSpec.perChannel(weightBits, true, symmetricWeights, axis)
                : QuantSpec.perTensor(weightBits, true, symmetricWeights);
    }

    /** The intent for an activation. */
    public QuantSpec activation(boolean canBeNegative) {
        boolean signed = signs == Signs.SIGNED || (signs == Signs.AUTO && canBeNegative);
        return QuantSpec.perTensor(activationBits, signed, symmetricActivations);
    }
}
