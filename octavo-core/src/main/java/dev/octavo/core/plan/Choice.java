package dev.octavo.core.plan;

/** What a scheme decides for a site, each with its reason. */
public sealed interface Choice {
    /** Why, in words for the report. */
    String because();

    /** Quantize; the range is to be solved from evidence (or from the constant itself). */
    record Quantize(QuantSpec spec, String because) implements Choice {}

    /** Quantize on this very grid. */
    record Fixed(Grid grid, String because) implements Choice {}

    /** Use the grid of another site. */
    record SameAs(Site other, String because) implements Choice {}

    /**
     * The grid of another site written out once per channel: the same numbers in a form that keeps a runtime from
     * taking the reader for one that it may quantize by itself.
     *
     * @param axis the channel axis
     * @param channels how many channels
     */
    record PerChannelCopy(Site other, int axis, int channels, String because) implements Choice {}

    /**
     * A bias: its scale is the input's times the weight's, its zero point 0.
     *
     * @param bits 8–32; below 32 the bias is first rounded to a grid of so many bits of its own
     */
    record Bias(Site input, Site weight, int bits, String because) implements Choice {}

    /** Leave the site in float. */
    record KeepFloat(String because) implements Choice {}
}
