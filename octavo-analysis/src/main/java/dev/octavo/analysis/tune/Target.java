package dev.octavo.analysis.tune;

import dev.octavo.core.RecipeException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is to be reached: a score that may be so many points below that of the float network.
 *
 * @param score the name of the score, {@code top1}
 * @param loss in points, hundredths of the score; 0 or more
 */
public record Target(String score, double loss) {
    private static final Pattern FORM = Pattern.compile("([A-Za-z][\\w-]*)\\s*-\\s*([0-9]+(\\.[0-9]+)?)");
    private static final double POINT = 0.01;
    private static final double ROUNDING = 1e-9;

    /** Reads {@code top1 -0.5}. */
    public static Target parse(String text) {
        Matcher m = FORM.matcher(text.strip());
        if (!m.matches()) {
            throw new RecipeException("'" + text + "' is no target", "write a score and a loss in points: top1 -0.5");
        }
        return new Target(m.group(1), Double.parseDouble(m.group(2)));
    }

    /** By how much scores miss it, as a fraction; 0 or less when they reach it. */
    public double shortfall(Map<String, Double> truth, Map<String, Double> got) {
        Double before = truth.get(score);
        if (before == null) {
            throw new RecipeException(
                    "the task has no score '" + score + "'", "its scores are " + String.join(", ", truth.keySet()));
        }
        double after = got.getOrDefault(score, Double.NEGATIVE_INFINITY);
        double missing = before - loss * POINT - after;
        return Double.isNaN(missing) ? Double.POSITIVE_INFINITY : missing <= ROUNDING ? Math.min(0, missing) : missing;
    }
}
