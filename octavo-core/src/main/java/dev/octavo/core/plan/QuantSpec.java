package dev.octavo.core.plan;

import java.util.OptionalInt;

/**
 * The intent of a quantization, without numbers.
 *
 * @param bits width of a code: 2–16 for weights and activations, 8–32 for biases
 * @param signed whether codes run below zero
 * @param symmetric whether code 0 (signed) or the middle code (unsigned) stands for 0.0 by design
 * @param axis the channel axis of a grid per channel; empty for one grid for the whole tensor
 */
public record QuantSpec(int bits, boolean signed, boolean symmetric, OptionalInt axis) {
    public QuantSpec {
        if (bits < 2 || bits > 32) {
            throw new IllegalArgumentException("2 to 32 bits expected, got " + bits);
        }
    }

    /** One grid for a whole tensor. */
    public static QuantSpec perTensor(int bits, boolean signed, boolean symmetric) {
        return new QuantSpec(bits, signed, symmetric, OptionalInt.empty());
    }

    /** One grid per channel along an axis. */
    public static QuantSpec perChannel(int bits, boolean signed, boolean symmetric, int axis) {
        return new QuantSpec(bits, signed, symmetric, OptionalInt.of(axis));
    }

    /** The least code: 0, or −2^(bits−1) when signed. */
    public int minCode() {
        return signed ? (int) -(1L << (bits - 1)) : 0;
    }

    /** The greatest code. */
    public int maxCode() {
        return (int) ((1L << (signed ? bits - 1 : Math.min(bits, 31))) - 1);
    }

    /** Whether there is a grid per channel. */
    public boolean isPerChannel() {
        return axis.isPresent();
    }

    /** {@code u8}, {@code s8 symmetric per-channel(0)} … */
    @Override
    public String toString() {
        return (signed ? "s" : "u")
                + bits
                + (symmetric ? " symmetric" : "")
                + (axis.isPresent() ? " per-channel(" + axis.getAsInt() + ")" : "");
    }
}
