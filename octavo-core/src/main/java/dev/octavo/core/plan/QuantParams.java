package dev.octavo.core.plan;

/**
 * The affine grid of one tensor or one channel: {@code real = scale · (code − zeroPoint)}.
 *
 * @param scale real units per code; finite and positive
 * @param zeroPoint the code that stands for exactly 0.0
 */
public record QuantParams(float scale, int zeroPoint) {
    public QuantParams {
        if (!(scale > 0f) || Float.isInfinite(scale)) {
            throw new IllegalArgumentException("scale must be a finite number > 0, got " + scale
                    + " (a channel that is all zeros takes scale 1: use QuantParams.forRange)");
        }
    }

    /**
     * The grid that covers a range. The range is widened to contain 0, so that 0.0 has a code. A range
     * that is nothing but 0 takes scale 1.
     *
     * <pre>
     *   symmetric signed      scale = max(|low|, |high|) / maxCode,          zeroPoint = 0
     *   symmetric unsigned    low ≥ 0: scale = high / maxCode, zeroPoint = 0;  else the middle code
     *   asymmetric            scale = (high − low) / (maxCode − minCode),    zeroPoint = minCode − low/scale, rounded
     * </pre>
     */
    public static QuantParams forRange(Range range, QuantSpec spec) {
        double low = Math.min(0.0, range.low());
        double high = Math.max(0.0, range.high());
        double magnitude = Math.max(-low, high);
        if (magnitude == 0) {
            return new QuantParams(1f, Math.max(0, spec.minCode()));
        }
        if (spec.symmetric() && spec.signed()) {
            return new QuantParams(usable(magnitude / spec.maxCode()), 0);
        }
        if (spec.symmetric() && low == 0) {
            return new QuantParams(usable(high / spec.maxCode()), 0);
        }
        if (spec.symmetric()) {
            int middle = (spec.maxCode() + 1) / 2;
            return new QuantParams(usable(magnitude / (spec.maxCode() - middle)), middle);
        }
        float scale = usable((high - low) / ((double) spec.maxCode() - spec.minCode()));
        double zero = Math.rint(spec.minCode() - low / scale);
        return new QuantParams(scale, (int) Math.max(spec.minCode(), Math.min(spec.maxCode(), zero)));
    }

    /**
     * The grid of values that a limit follows: where its upper end lies above the limit by up to a hundredth, through
     * rounding of scale or zero point, with a scale so much smaller that it does not. A runtime that compares the two then
     * sees that saturation does what the limit does.
     */
    public QuantParams endingAt(float limit, QuantSpec spec) {
        int codes = spec.maxCode() - zeroPoint;
        if (codes <= 0 || !(limit > 0) || !(codes * scale > limit) || codes * scale > limit * 1.01f) {
            return this;
        }
        float smaller = limit / codes;
        while (codes * smaller > limit) {
            smaller = Math.nextDown(smaller);
        }
        return new QuantParams(smaller, zeroPoint);
    }

    /* Below the least normal float, division by the scale overflows in float arithmetic. */
    private static float usable(double scale) {
        return (float) Math.max(Float.MIN_NORMAL, Math.min(Float.MAX_VALUE, scale));
    }

    /** The code of a real value as ONNX QuantizeLinear computes it, saturated to the spec's codes. */
    public int code(float real, QuantSpec spec) {
        // ONNX QuantizeLinear: divide in float, round half to even, add the zero point, saturate.
        // Math.round would send 0.5 to 1; multiplying by 1/scale decides ties differently; a cast to
        // an integer before adding the zero point could overflow for huge inputs.
        double code = Math.rint(real / scale) + zeroPoint;
        return (int) Math.max(spec.minCode(), Math.min(spec.maxCode(), code));
    }

    /** The real value of a code, in float arithmetic as ONNX DequantizeLinear computes it. */
    public float real(int code) {
        return (code - zeroPoint) * scale;
    }

    /** The real value that {@code real} becomes on this grid. */
    public float snapped(float real, QuantSpec spec) {
        return real(code(real, spec));
    }
}
