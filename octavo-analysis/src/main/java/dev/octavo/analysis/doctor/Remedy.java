package dev.octavo.analysis.doctor;

import dev.octavo.ort.quantize.QuantizeOptions;
import java.util.function.UnaryOperator;

/**
 * Something that may help.
 *
 * @param name what to call it
 * @param recipe how a recipe says it
 * @param change what it does to the options
 */
public record Remedy(String name, String recipe, UnaryOperator<QuantizeOptions> change) {}
