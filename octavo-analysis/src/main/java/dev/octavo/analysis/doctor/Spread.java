package dev.octavo.analysis.doctor;

import dev.octavo.core.op.Weighted;
import dev.octavo.core.stat.ChannelStats;
import dev.octavo.quant.lower.TapSums;
import java.util.Arrays;
import java.util.List;

/**
 * How channels differ that share a grid.
 *
 * <pre>
 *   gain = s² · Σ_c g_c / Σ_c g_c · s_c²      s the step of the common grid, s_c that of a grid for channel c alone,
 *                                             g_c = Σ W[·, c, ·]² what the layers behind make of noise in channel c
 * </pre>
 *
 * @param ratio the largest channel over the middle one
 * @param dead channels below a thousandth of the largest
 * @param channels how many there are
 * @param gain how many times less noise a grid per channel would bring behind the next layers; 1 at least
 */
record Spread(double ratio, int dead, int channels, double gain) {
    static final Spread NONE = new Spread(1, 0, 0, 1);
    private static final double DEAD = 1e-3;

    /** Of what was seen of an activation's channels. */
    static Spread of(ChannelStats s, List<Weighted> readers) {
        double[] max = new double[s.channels()];
        double[] span = new double[s.channels()];
        double low = 0;
        double high = 0;
        for (int c = 0; c < max.length; c++) {
            max[c] = s.maxAbs(c);
            span[c] = Math.max(0, (double) s.max(c)) - Math.min(0, (double) s.min(c));
            low = Math.min(low, s.min(c));
            high = Math.max(high, s.max(c));
        }
        double[] matters = matters(max.length, readers);
        double common = 0;
        double own = 0;
        for (int c = 0; c < max.length; c++) {
            common += matters[c] * (high - low) * (high - low);
            own += matters[c] * span[c] * span[c];
        }
        return of(max, own > 0 ? Math.max(1, common / own) : 1);
    }

    /** Of the magnitudes of channels. */
    static Spread of(double[] max, double gain) {
        double[] sorted = max.clone();
        Arrays.sort(sorted);
        double largest = sorted[sorted.length - 1];
        double middle = sorted[sorted.length / 2];
        int dead = (int) Arrays.stream(sorted).filter(m -> m <= DEAD * largest).count();
        return new Spread(middle > 0 ? largest / middle : Double.POSITIVE_INFINITY, dead, max.length, gain);
    }

    private static double[] matters(int channels, List<Weighted> readers) {
        double[] sum = new double[channels];
        boolean known = false;
        for (Weighted w : readers) {
            TapSums taps = TapSums.of(w, w.weight().constant().orElseThrow().floats());
            for (int r = 0; r < taps.squares().length; r++) {
                if (taps.input()[r] < channels) {
                    sum[taps.input()[r]] += taps.squares()[r];
                    known = true;
                }
            }
        }
        if (!known) {
            Arrays.fill(sum, 1);
        }
        return sum;
    }
}
