package dev.octavo.onnx;

import java.util.OptionalLong;

/**
 * How to write a model.
 *
 * @param externalFromBytes tensors of at least so many bytes go into a data file beside the model; empty
 *     when only those do that came from one. A model that would exceed the 2 GB which ONNX allows gets a
 *     data file in any case.
 */
public record WriteOptions(OptionalLong externalFromBytes) {
    public WriteOptions {
        if (externalFromBytes.isPresent() && externalFromBytes.getAsLong() < 0) {
            throw new IllegalArgumentException("a number of bytes is >= 0, got " + externalFromBytes.getAsLong());
        }
    }

    /** One file, as long as the model fits into one. */
    public static WriteOptions standard() {
        return new WriteOptions(OptionalLong.empty());
    }

    /** Tensors of at least {@code thresholdBytes} go into a data file beside the model. */
    public static WriteOptions externalData(long thresholdBytes) {
        return new WriteOptions(OptionalLong.of(thresholdBytes));
    }
}
