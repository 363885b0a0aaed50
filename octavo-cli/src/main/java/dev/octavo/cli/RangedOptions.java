package dev.octavo.cli;

import dev.octavo.ort.quantize.QuantizeOptions;
import java.nio.file.Path;

/**
 * One result that was asked for.
 *
 * @param name of the range rule
 * @param options how to quantize
 * @param output the file to write
 * @param mayRepair whether rewrites that nobody asked for may be tried, should 8 bits break the network
 * @param repair what came of that
 */
record RangedOptions(String name, QuantizeOptions options, Path output, boolean mayRepair, Repaired repair) {
    RangedOptions(String name, QuantizeOptions options, Path output, boolean mayRepair) {
        this(name, options, output, mayRepair, Repaired.NOTHING);
    }

    /**
     * What was tried unasked.
     *
     * @param recipe what repeats it, as the text of a recipe; empty when nothing was kept
     * @param note for people; empty when nothing was tried
     */
    record Repaired(String recipe, String note) {
        static final Repaired NOTHING = new Repaired("", "");
    }

    /** The same, and nothing is tried unasked. */
    RangedOptions withoutRepair() {
        return new RangedOptions(name, options, output, false, repair);
    }

    /** The same with other options. */
    RangedOptions with(QuantizeOptions others) {
        return new RangedOptions(name, others, output, mayRepair, repair);
    }

    /** The same, with what came of trying. */
    RangedOptions with(Repaired tried) {
        return new RangedOptions(name, options, output, mayRepair, tried);
    }
}
