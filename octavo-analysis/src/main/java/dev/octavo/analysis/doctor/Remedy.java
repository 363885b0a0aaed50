package dev.octavo.analysis.doctor;

import dev.octavo.ort.quantize.QuantizeOptions;
import java.util.function.UnaryOperator;

/**
 * Something that may help.
 *
 * @param name what to call it
 * @param section where in a recipe it stands
 * @param entry what stands there
 * @param change what it does to the options
 */
public record Remedy(String name, Section section, String entry, UnaryOperator<QuantizeOptions> change) {
    /** Parts of a recipe. */
    public enum Section {
        /** The list of rewrites. */
        REWRITE("rewrite: [ ", " ]"),
        /** The scheme in general. */
        SCHEME("plan: { ", " }"),
        /** Weights in general. */
        WEIGHTS("plan: { weights: { ", " } }"),
        /** Sites with 16 bits. */
        INT16("plan: { int16: [ ", " ] }"),
        /** Sites with other widths. */
        BITS("plan: { bits: { ", " } }"),
        /** Sites with the grid of another. */
        SAME_AS("plan: { same-as: { ", " } }"),
        /** Sites with a grid of their own. */
        FIXED("plan: { fixed: { ", " } }"),
        /** Sites in float. */
        KEEP_FLOAT("plan: { keep-float: [ ", " ] }"),
        /** The list of refinements. */
        REFINE("refine: [ ", " ]");

        private final String before;
        private final String after;

        Section(String before, String after) {
            this.before = before;
            this.after = after;
        }
    }

    /** How a recipe says it, in one line. */
    public String recipe() {
        return section.before + entry + section.after;
    }
}
