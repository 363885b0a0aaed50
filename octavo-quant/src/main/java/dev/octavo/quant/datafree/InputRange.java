package dev.octavo.quant.datafree;

import java.util.List;

/**
 * What is known of an input of the network before any data: the range of each channel, such as that of pixels 0..255
 * after their normalisation. Within it the values are taken to be spread evenly, which pictures nearly are: their
 * pixels have a mean near the middle and a deviation of 0.27 to 0.3 of the range, evenly spread ones 0.29.
 *
 * @param axis the channel axis
 * @param low least value of each channel
 * @param high greatest value of each channel
 */
public record InputRange(int axis, List<Double> low, List<Double> high) {
    public InputRange {
        low = List.copyOf(low);
        high = List.copyOf(high);
        if (low.isEmpty() || low.size() != high.size() || axis < 0) {
            throw new IllegalArgumentException("a low and a high end for each channel expected");
        }
        for (int c = 0; c < low.size(); c++) {
            if (!(low.get(c) <= high.get(c))) {
                throw new IllegalArgumentException(
                        "channel " + c + " has the range [" + low.get(c) + ", " + high.get(c) + "]");
            }
        }
    }

    Law law() {
        return Law.uniform(
                axis,
                low.stream().mapToDouble(Double::doubleValue).toArray(),
                high.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
