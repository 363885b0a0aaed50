package dev.octavo.quant.rewrite;

import java.util.List;

/**
 * Moves factors a little so that limits of single channels lie on codes of the tensor's grid: what is shifted by a whole
 * number of codes and back is the same code again.
 *
 * <pre>
 *   L_c = L/s_c = T·k/(2^b − 1)        k a whole number from 1 on
 * </pre>
 */
final class LimitSteps {
    private LimitSteps() {}

    /** Changes {@code s}, the factor of each channel, class by class. */
    static void snap(List<LimitPlan> limits, EqualizeProblem.Numbers numbers, double[] s, int bits) {
        if (bits == 0) {
            return;
        }
        int levels = (1 << bits) - 1;
        double[] moved = new double[s.length];
        java.util.Arrays.fill(moved, 1);
        for (LimitPlan p : limits) {
            if (p.isCommon()) {
                continue;
            }
            double top = p.top(s);
            for (int i : p.reached()) {
                int channel = p.limit().from()[i];
                double codes = p.own(s, i) / top * levels;
                if (numbers.isFree(channel) && codes < levels) {
                    moved[numbers.classOf(channel)] = codes / Math.max(1, Math.rint(codes));
                }
            }
        }
        for (int c = 0; c < s.length; c++) {
            s[c] *= moved[numbers.classOf(c)];
        }
    }
}
