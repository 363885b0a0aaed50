package dev.octavo.tasks.metric;

/** From a curve of precision over recall to one number, its average precision. */
public enum Interpolation {
    /** The area under the curve made monotone: Pascal VOC from 2010 on. */
    AREA(0),
    /** The mean at recall 0, 0.1 … 1 of the best precision at that recall or more: Pascal VOC up to 2009. */
    ELEVEN_POINT(10),
    /**
     * The same at recall 0, 0.01 … 1: COCO. Its evaluation code has these as multiples of the number nearest to 0.01, and so
     * have we: some lie a last bit above the fraction, and a recall of just that fraction does not reach them.
     */
    HUNDRED_ONE_POINT(100);

    private final int steps;

    Interpolation(int steps) {
        this.steps = steps;
    }

    /**
     * The average.
     *
     * @param recall ascending, after each right detection
     * @param precision the best from there on, so descending
     * @param n how many there are
     */
    double average(double[] recall, double[] precision, int n) {
        double sum = 0;
        if (this == AREA) {
            for (int i = 0; i < n; i++) {
                sum += (recall[i] - (i == 0 ? 0 : recall[i - 1])) * precision[i];
            }
            return sum;
        }
        int i = 0;
        double step = 1.0 / steps;
        for (int s = 0; s <= steps; s++) {
            double at = this == HUNDRED_ONE_POINT && s < steps ? s * step : (double) s / steps;
            while (i < n && recall[i] < at) {
                i++;
            }
            sum += i < n ? precision[i] : 0;
        }
        return sum / (steps + 1);
    }
}
