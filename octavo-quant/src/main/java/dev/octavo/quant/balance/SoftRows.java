package dev.octavo.quant.balance;

/**
 * The largest scaled weight of each row, made smooth: the p-norm of |W[o, i]|·s_i, as the p-th root of a matrix product,
 *
 * <pre>
 *   R[o] = Σ_i (|W[o,i]| / row[o])^p · s_i^p            ln norm[o] = ln row[o] + ln(R[o]) / p
 * </pre>
 *
 * so that a step costs two passes over the weights and no powers.
 */
final class SoftRows {
    /** Large enough for the norm to be within a few percent of the maximum, small enough for quick convergence. */
    static final double P = 20;

    private final Magnitudes size;
    private final int[] in;
    private final double[] powers; // (|W| / row)^p
    private final double[] row; // ln
    private final double[] scaled;
    private final double[] sums;
    private double top;

    SoftRows(Magnitudes size, int[] in) {
        this.size = size;
        this.in = in;
        this.powers = new double[size.largest().length];
        this.row = new double[size.outputs()];
        this.scaled = new double[size.inputs()];
        this.sums = new double[size.outputs()];
        for (int o = 0; o < row.length; o++) {
            double largest = size.row(o);
            row[o] = Math.log(largest);
            for (int j = 0; j < size.perOutput() && largest > 0; j++) {
                int at = o * size.perOutput() + j;
                powers[at] = Math.pow(size.largest()[at] / largest, P);
            }
        }
    }

    /** ln of the norm of each row at these u; minus infinity for rows of zeros. */
    void at(double[] u, double[] norm) {
        top = Double.NEGATIVE_INFINITY;
        for (int c : in) {
            top = Math.max(top, u[c]);
        }
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = Math.exp(P * (u[in[i]] - top));
        }
        for (int o = 0; o < sums.length; o++) {
            int first = size.firstInput(o);
            int base = o * size.perOutput();
            double sum = 0;
            for (int j = 0; j < size.perOutput(); j++) {
                sum += powers[base + j] * scaled[first + j];
            }
            // A row whose weights all belong to much smaller factors underflows: it is far from being the largest.
            sums[o] = Math.max(sum, Double.MIN_NORMAL);
            norm[o] = row[o] + top + Math.log(sums[o]) / P;
        }
    }

    /** Spreads what each row weighs over its inputs, by their shares in its norm. */
    void spread(double[] weight, double[] perInput) {
        for (int o = 0; o < sums.length; o++) {
            double w = weight[o] / sums[o];
            if (!(w > 0)) {
                continue;
            }
            int first = size.firstInput(o);
            int base = o * size.perOutput();
            for (int j = 0; j < size.perOutput(); j++) {
                perInput[first + j] += w * powers[base + j];
            }
        }
        for (int i = 0; i < perInput.length; i++) {
            perInput[i] *= scaled[i];
        }
    }
}
