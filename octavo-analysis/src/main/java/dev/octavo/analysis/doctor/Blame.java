package dev.octavo.analysis.doctor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How much of a site's own error has one cause.
 *
 * @param cause why
 * @param share of the site's squared error, 0 to 1
 */
public record Blame(Cause cause, double share) {
    /* Less than this of a site's error is not worth a word. */
    private static final double LEAST = 0.01;

    /**
     * Powers of error by cause as shares of their sum, the largest first; what is below a hundredth is left out.
     *
     * @param powers at least one, none negative
     */
    static List<Blame> of(Map<Cause, Double> powers) {
        double all = powers.values().stream().mapToDouble(Double::doubleValue).sum();
        List<Blame> blames = new ArrayList<>();
        powers.forEach((c, p) -> blames.add(new Blame(c, all > 0 ? p / all : 0)));
        blames.sort(Comparator.comparingDouble(b -> -b.share()));
        List<Blame> some = blames.stream().filter(b -> b.share() >= LEAST).toList();
        return some.isEmpty() ? blames.subList(0, 1) : some;
    }

    /** A tally of powers, with no cause yet. */
    static Map<Cause, Double> tally() {
        return new EnumMap<>(Cause.class);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s %.0f %%", cause, 100 * share);
    }
}
