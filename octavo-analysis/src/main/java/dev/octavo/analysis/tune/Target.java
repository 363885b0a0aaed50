package dev.octavo.analysis.tune;

import dev.octavo.core.RecipeException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is to be reached: a score of the task that may be so far below that of the float network, or an output that is
 * to agree with the float network's.
 *
 * <pre>
 *   top1 -0.5           half a point (0.005 of the score) below float
 *   miou -1%            one percent of float's score below it
 *   boxes cosine 0.999  the output 'boxes' has at least this cosine with float's; * is every output
 *   scores sqnr 30      at least so many dB of signal to noise
 *   scores l1 0.01      at most this mean absolute difference
 * </pre>
 *
 * @param kind what is compared
 * @param of the name of the score or of the output, or {@code *}
 * @param limit points, percent, cosine, dB or difference
 */
public record Target(Kind kind, String of, double limit) {
    /** Every output. */
    public static final String ALL = "*";

    private static final String NUMBER = "([0-9]+(?:\\.[0-9]+)?(?:[eE]-?[0-9]+)?)";
    private static final Pattern LOSS = Pattern.compile("([A-Za-z][\\w.-]*)\\s*-\\s*" + NUMBER + "\\s*(%?)");
    private static final Pattern AGREEMENT = Pattern.compile("(\\S+)\\s+(cosine|sqnr|l1)\\s+" + NUMBER);
    private static final double ROUNDING = 1e-7;
    private static final double LEAST = 1e-15;

    /** What is compared. */
    public enum Kind {
        /** A score, in points below float. */
        POINTS,
        /** A score, in percent of float's. */
        PERCENT,
        /** The cosine between an output and float's. */
        COSINE,
        /** An output's signal to quantization noise, dB. */
        SQNR,
        /** An output's mean absolute difference from float's. */
        L1
    }

    public Target {
        boolean possible = switch (kind) {
            case POINTS, PERCENT -> limit >= 0;
            case COSINE -> limit > 0 && limit < 1;
            case SQNR -> limit < 1000;
            case L1 -> limit > 0;
        };
        if (!possible || !Double.isFinite(limit)) {
            throw new RecipeException(
                    "'" + text(kind, of, limit) + "' cannot be reached or says nothing",
                    "a cosine is between 0 and 1, a difference above 0");
        }
    }

    /** A score that may be so many points below float's. */
    public static Target points(String score, double loss) {
        return new Target(Kind.POINTS, score, loss);
    }

    /** Every output with at least so many dB of signal to noise. */
    public static Target everyOutput(double decibels) {
        return new Target(Kind.SQNR, ALL, decibels);
    }

    /** Reads {@code top1 -0.5} or {@code boxes cosine 0.999}. */
    public static Target parse(String text) {
        Matcher loss = LOSS.matcher(text.strip());
        if (loss.matches()) {
            Kind kind = loss.group(3).isEmpty() ? Kind.POINTS : Kind.PERCENT;
            return new Target(kind, loss.group(1), Double.parseDouble(loss.group(2)));
        }
        Matcher agreement = AGREEMENT.matcher(text.strip());
        if (agreement.matches()) {
            return new Target(
                    Kind.valueOf(agreement.group(2).toUpperCase(Locale.ROOT)),
                    agreement.group(1),
                    Double.parseDouble(agreement.group(3)));
        }
        throw new RecipeException(
                "'" + text + "' is no target",
                "write a score and a loss in points, top1 -0.5, or an output and its agreement, boxes cosine 0.999");
    }

    /**
     * By how much measures miss it, in points of a score or dB of an output; 0 or less when they reach it.
     *
     * @param truth what was measured of the float network
     */
    public double shortfall(Map<String, Double> truth, Map<String, Double> got) {
        if (kind == Kind.POINTS || kind == Kind.PERCENT) {
            return shortfall(kind == Kind.PERCENT ? required(truth) : 1, required(truth), got);
        }
        String what = " " + kind.name().toLowerCase(Locale.ROOT);
        double worst = Double.NEGATIVE_INFINITY;
        for (String output : Measures.outputs(truth)) {
            if (of.equals(ALL) || of.equals(output)) {
                Double value = got.get(output + what);
                worst = Math.max(worst, value == null ? Double.POSITIVE_INFINITY : missing(value));
            }
        }
        if (worst == Double.NEGATIVE_INFINITY) {
            throw new RecipeException(
                    "the network has no output '" + of + "' in floats",
                    "its outputs are " + String.join(", ", Measures.outputs(truth)) + ", or * for all");
        }
        return Double.isNaN(worst) ? Double.POSITIVE_INFINITY : worst;
    }

    private double shortfall(double whole, double before, Map<String, Double> got) {
        double after = got.getOrDefault(of, Double.NEGATIVE_INFINITY);
        double missing = 100 * (before - after) / Math.max(LEAST, Math.abs(whole)) - limit;
        return Double.isNaN(missing) ? Double.POSITIVE_INFINITY : missing <= ROUNDING ? Math.min(0, missing) : missing;
    }

    private double required(Map<String, Double> truth) {
        Double before = truth.get(of);
        if (before == null) {
            throw new RecipeException(
                    "the task has no score '" + of + "'",
                    "its scores are " + String.join(", ", Measures.scores(truth).keySet())
                            + "; for an output write: NAME cosine 0.999");
        }
        return before;
    }

    private double missing(double value) {
        return switch (kind) {
            case COSINE -> 10 * Math.log10(Math.max(LEAST, 1 - value) / (1 - limit));
            case L1 -> 20 * Math.log10(Math.max(LEAST, value) / limit);
            default -> limit - value;
        };
    }

    private static String text(Kind kind, String of, double limit) {
        return switch (kind) {
            case POINTS -> of + " -" + limit;
            case PERCENT -> of + " -" + limit + "%";
            default -> of + " " + kind.name().toLowerCase(Locale.ROOT) + " " + limit;
        };
    }

    @Override
    public String toString() {
        return text(kind, of, limit);
    }
}
