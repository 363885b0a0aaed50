package dev.octavo.analysis.report;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One compared value with all that its page shows.
 *
 * @param columns every figure of the comparison by name, as {@code octavo compare} gives them
 * @param because why it is quantized as it is; empty when that is not known
 * @param grid its grid for the whole tensor, the first of a grid per channel
 * @param clipped the share of its float values that the grid clips; empty where there is no grid for the whole tensor
 * @param histogram of its float values
 * @param channels its ranges, channel by channel
 * @param weights the largest magnitudes of the weights that give it, by output channel
 * @param points pairs of a float value and the quantized one, of one sample
 */
public record ReportSite(
        Map<String, Object> columns,
        String because,
        Optional<GridLine> grid,
        Optional<Double> clipped,
        Optional<Bars> histogram,
        Optional<Ranges> channels,
        Optional<Weights> weights,
        List<float[]> points) {
    public ReportSite {
        points = List.copyOf(points);
    }

    /** The real values between which a grid lies, and its step. */
    public record GridLine(double low, double high, double step, int bits) {}

    /**
     * A histogram.
     *
     * @param low where the first bar begins
     * @param width of a bar
     * @param counts of values by bar
     */
    public record Bars(double low, double width, List<Long> counts) {
        public Bars {
            counts = List.copyOf(counts);
        }
    }

    /**
     * The least and the greatest value of each channel, and what they were before repairs.
     *
     * @param together so many channels share an entry, their least and greatest
     * @param lowBefore empty when nothing was repaired
     */
    public record Ranges(
            int together, List<Float> low, List<Float> high, List<Float> lowBefore, List<Float> highBefore) {
        public Ranges {
            low = List.copyOf(low);
            high = List.copyOf(high);
            lowBefore = List.copyOf(lowBefore);
            highBefore = List.copyOf(highBefore);
        }
    }

    /**
     * The largest magnitude of a weight by output channel, and what it was before repairs.
     *
     * @param together so many channels share an entry, their largest
     * @param before empty when nothing was repaired
     */
    public record Weights(int together, List<Float> largest, List<Float> before) {
        public Weights {
            largest = List.copyOf(largest);
            before = List.copyOf(before);
        }
    }
}
