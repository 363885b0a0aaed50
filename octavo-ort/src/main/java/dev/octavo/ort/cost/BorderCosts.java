package dev.octavo.ort.cost;

/**
 * What turning a tensor into codes and back costs, layout changes included, in proportion to its size.
 *
 * @param quantizeMicros per conversion from float, whatever the size
 * @param quantizePerElement microseconds per element on top
 * @param dequantizeMicros per conversion into float
 * @param dequantizePerElement microseconds per element on top
 */
record BorderCosts(
        double quantizeMicros, double quantizePerElement, double dequantizeMicros, double dequantizePerElement) {
    /** Measured on an x64 processor with one thread; for when nothing was measured here. */
    static final BorderCosts BUILT_IN = new BorderCosts(5, 0.20e-3, 5, 0.24e-3);

    double quantize(double elements) {
        return quantizeMicros + quantizePerElement * elements;
    }

    double dequantize(double elements) {
        return dequantizeMicros + dequantizePerElement * elements;
    }

    /**
     * The line {@code fixed + perElement · x} through points of unlike size: the one whose relative errors have the
     * least squares. Neither number is below 0.
     *
     * @return fixed, per element
     */
    static double[] line(double[] elements, double[] micros) {
        double w = 0;
        double wx = 0;
        double wxx = 0;
        double wy = 0;
        double wxy = 0;
        for (int i = 0; i < elements.length; i++) {
            double weight = 1 / Math.max(1, micros[i] * micros[i]);
            w += weight;
            wx += weight * elements[i];
            wxx += weight * elements[i] * elements[i];
            wy += weight * micros[i];
            wxy += weight * elements[i] * micros[i];
        }
        double determinant = w * wxx - wx * wx;
        if (!(determinant > 0)) {
            return new double[] {w > 0 ? wy / w : 0, 0};
        }
        double slope = Math.max(0, (w * wxy - wx * wy) / determinant);
        return new double[] {Math.max(0, (wy - slope * wx) / w), slope};
    }
}
