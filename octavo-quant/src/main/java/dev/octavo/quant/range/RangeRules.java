package dev.octavo.quant.range;

import dev.octavo.core.RecipeException;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** The range rules by the names that recipes use: a visible list. */
public final class RangeRules {
    /** Fraction that {@code percentile} keeps when nothing else is said. */
    public static final double DEFAULT_KEEP = 0.99999;

    private RangeRules() {}

    /** Names with one line each, for help texts. */
    public static Map<String, String> names() {
        TreeMap<String, String> m = new TreeMap<>();
        m.put("abs-max", "the largest magnitude on either side");
        m.put("min-max", "everything that was seen");
        m.put("moving-average", "the mean over samples of each sample's range");
        m.put("percentile", "all but the outermost values (keep: fraction, default " + DEFAULT_KEEP + ")");
        m.put("least-squares", "the least expected squared error of clipping and rounding");
        m.put("entropy", "the least Kullback-Leibler divergence");
        m.put("measured", "of all these, the ones that keep the network's outputs closest to float");
        return m;
    }

    /** The rule of that name; {@code keep} is for {@code percentile} alone. */
    public static RangeRule named(String name, OptionalDouble keep) {
        if (keep.isPresent() && !name.equals("percentile")) {
            throw new RecipeException("range rule '" + name + "' has no 'keep'", "keep belongs to percentile");
        }
        return switch (name) {
            case "abs-max" -> new AbsMax();
            case "min-max" -> new MinMax();
            case "moving-average" -> new MovingAverage();
            case "percentile" -> new Percentile(keep.orElse(DEFAULT_KEEP));
            case "least-squares" -> new LeastSquares();
            case "entropy" -> new Entropy();
            case "measured" -> new Measured();
            default ->
                throw new RecipeException(
                        "there is no range rule '" + name + "'", "one of " + String.join(", ", names().keySet()));
        };
    }

    /** Reads what {@link #nameOf} gives: a name, for a percentile perhaps followed by what it keeps. */
    public static RangeRule parse(String text) {
        String[] words = text.strip().split("\\s+", 2);
        try {
            return named(
                    words[0],
                    words.length == 1 ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(words[1])));
        } catch (NumberFormatException e) {
            throw new RecipeException("'" + words[1] + "' is no number", "write percentile 0.9999");
        }
    }

    /** The name of a rule; for a percentile with what it keeps. */
    public static String nameOf(RangeRule rule) {
        if (rule instanceof AbsMax) {
            return "abs-max";
        }
        if (rule instanceof MinMax) {
            return "min-max";
        }
        if (rule instanceof MovingAverage) {
            return "moving-average";
        }
        if (rule instanceof Percentile p) {
            return p.keep() == DEFAULT_KEEP ? "percentile" : "percentile " + p.keep();
        }
        if (rule instanceof LeastSquares) {
            return "least-squares";
        }
        if (rule instanceof Entropy) {
            return "entropy";
        }
        if (rule instanceof WithRoom w) {
            return nameOf(w.rule());
        }
        return rule instanceof Measured ? "measured" : rule.toString();
    }

    /** How a recipe says a rule: {@code range: percentile, keep: 0.9999}. */
    public static String recipeOf(RangeRule rule) {
        String room = rule instanceof WithRoom w ? ", room: " + w.factor() : "";
        RangeRule bare = WithRoom.bare(rule);
        String keep = bare instanceof Percentile p ? ", keep: " + p.keep() : "";
        return "range: " + (keep.isEmpty() ? nameOf(bare) : "percentile") + keep + room;
    }
}
