package dev.octavo.quant.balance;

/**
 * The sizes of a layer's weights between output and input channels. With groups, output o meets the inputs
 * {@code firstInput(o)} and the following {@code perOutput}.
 *
 * @param outputs number of output channels
 * @param perOutput input channels that each of them reads
 * @param groups number of groups
 * @param taps elements per pair of channels
 * @param largest largest magnitude per pair, {@code [outputs][perOutput]}
 * @param power sum of squares per pair, {@code [outputs][perOutput]}
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere, and large
public record Magnitudes(int outputs, int perOutput, int groups, int taps, float[] largest, float[] power) {
    /** Number of input channels. */
    public int inputs() {
        return perOutput * groups;
    }

    /** The group of an output channel. */
    public int group(int output) {
        return output / (outputs / groups);
    }

    /** The first input channel that an output reads. */
    public int firstInput(int output) {
        return group(output) * perOutput;
    }

    /** Largest magnitude that leads to an output channel. */
    public double row(int output) {
        double m = 0;
        for (int j = 0; j < perOutput; j++) {
            m = Math.max(m, largest[output * perOutput + j]);
        }
        return m;
    }
}
