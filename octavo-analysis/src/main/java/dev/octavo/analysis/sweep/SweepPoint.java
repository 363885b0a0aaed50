package dev.octavo.analysis.sweep;

import dev.octavo.ort.quantize.QuantizeOptions;
import java.util.OptionalInt;

/**
 * One experiment of a sweep: a quantization to make and measure.
 *
 * @param series which line of the plot it belongs to
 * @param x where on the horizontal axis it lies; the place in the order when the axis has names
 * @param label what to call the place on the axis: {@code 0.35}, {@code W4A8}, {@code percentile}
 * @param options how to quantize
 * @param samples number of calibration samples; all of them when empty
 * @param inputScale factor on every input of the network, 1 for none
 */
public record SweepPoint(
        String series, double x, String label, QuantizeOptions options, OptionalInt samples, double inputScale) {
    public SweepPoint {
        if (!(inputScale > 0) || Double.isInfinite(inputScale)) {
            throw new IllegalArgumentException("the input scale is a finite factor above 0, got " + inputScale);
        }
        if (samples.isPresent() && samples.getAsInt() < 1) {
            throw new IllegalArgumentException("calibration takes 1 sample or more, got " + samples.getAsInt());
        }
    }

    /** A point that calibrates on all samples as they are. */
    public static SweepPoint of(String series, double x, String label, QuantizeOptions options) {
        return new SweepPoint(series, x, label, options, OptionalInt.empty(), 1);
    }

    /** What tells this point from the others of its sweep. */
    public String key() {
        return series + " | " + label;
    }
}
