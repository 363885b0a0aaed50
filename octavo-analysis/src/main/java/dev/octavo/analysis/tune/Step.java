package dev.octavo.analysis.tune;

import dev.octavo.analysis.doctor.Remedy;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.WithRoom;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A line of the recipe with the reason for it.
 *
 * @param name what to call it
 * @param place where in a recipe it stands
 * @param entry what stands there
 * @param change what it does to the options
 * @param because why
 */
public record Step(String name, Place place, String entry, UnaryOperator<QuantizeOptions> change, String because) {
    /** Parts of a recipe. */
    public enum Place {
        /** The list of rewrites. */
        REWRITE("rewrite: [ %s ]"),
        /** The scheme in general. */
        SCHEME("plan: { %s }"),
        /** Activations in general. */
        ACTIVATIONS("plan: { activations: { %s } }"),
        /** Weights in general. */
        WEIGHTS("plan: { weights: { %s } }"),
        /** Sites with 16 bits. */
        INT16("plan: { int16: [ %s ] }"),
        /** Sites with other widths. */
        BITS("plan: { bits: { %s } }"),
        /** Sites with the grid of another. */
        SAME_AS("plan: { same-as: { %s } }"),
        /** Sites with a grid of their own. */
        FIXED("plan: { fixed: { %s } }"),
        /** Sites with a range rule of their own. */
        RANGES("plan: { ranges: { %s } }"),
        /** Sites in float. */
        KEEP_FLOAT("plan: { keep-float: [ %s ] }"),
        /** The list of refinements. */
        REFINE("refine: [ %s ]");

        private final String form;

        Place(String form) {
            this.form = form;
        }
    }

    /** A remedy with its reason. */
    static Step of(Remedy r, String because) {
        return new Step(r.name(), Place.valueOf(r.section().name()), r.entry(), r.change(), because);
    }

    /** How a recipe says it, in one line. */
    public String recipe() {
        return String.format(place.form, entry);
    }

    /** The options with all steps applied, in their order; wide grids keep their room under any rule. */
    static QuantizeOptions apply(QuantizeOptions base, List<Step> steps) {
        QuantizeOptions o = base;
        for (Step s : steps) {
            o = s.change().apply(o);
        }
        return o.withActivations(WithRoom.like(base.activations(), WithRoom.bare(o.activations())));
    }
}
