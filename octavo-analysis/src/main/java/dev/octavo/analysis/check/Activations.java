package dev.octavo.analysis.check;

import dev.octavo.analysis.check.CheckReport.ActivationRow;
import dev.octavo.analysis.check.Finding.Kind;
import dev.octavo.core.graph.Node;
import dev.octavo.core.op.Clip;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.quant.rewrite.BatchNormStatistics;
import dev.octavo.quant.rewrite.Rewrites;
import dev.octavo.quant.target.Group;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Activations whose channels differ in size, before any data: a folded batch normalisation left mean β and deviation
 * |γ| of each channel, which therefore reaches to about β ± 3|γ|.
 */
final class Activations {
    private static final double DEVIATIONS = 3;
    private static final double NARROW_BITS = 4;
    private static final double LEAST_SHARE = 0.25;
    private static final double LOST = 30;
    private static final double PER_SHARE = 60;
    private static final int FEW = 5;

    private Activations() {}

    static Section<ActivationRow> of(Subject s) {
        List<ActivationRow> rows = new ArrayList<>();
        for (Group g : s.groups()) {
            if (g.node().presentOutputs().isEmpty()) {
                continue;
            }
            Optional<BatchNormStatistics> known =
                    BatchNormStatistics.of(s.graph(), g.node().output().name());
            Optional<QuantSpec> spec = s.decided().given(g.output()).filter(q -> q.bits() <= 8 && !q.isPerChannel());
            if (known.isPresent() && spec.isPresent()) {
                rows.add(row(g, known.get()));
            }
        }
        List<ActivationRow> bad = rows.stream()
                .filter(r -> r.narrow() >= LEAST_SHARE * r.channels())
                .sorted(Comparator.comparingDouble((ActivationRow r) -> (double) r.narrow() / r.channels())
                        .reversed())
                .toList();
        return new Section<>(rows, bad.isEmpty() ? List.of() : List.of(finding(bad, rows.size())));
    }

    private static ActivationRow row(Group g, BatchNormStatistics known) {
        double[] reach = new double[known.channels()];
        double most = 0;
        for (int c = 0; c < reach.length; c++) {
            double low = known.mean().get(c) - DEVIATIONS * known.deviation().get(c);
            double high = known.mean().get(c) + DEVIATIONS * known.deviation().get(c);
            for (Node limit : g.limits()) {
                Optional<Clip> clip = Clip.of(limit);
                low = clip.isPresent() ? clamp(low, clip.get()) : low;
                high = clip.isPresent() ? clamp(high, clip.get()) : high;
            }
            reach[c] = Math.max(Math.abs(low), Math.abs(high));
            most = Math.max(most, reach[c]);
        }
        double least = most;
        int narrow = 0;
        for (double r : reach) {
            least = r > 0 ? Math.min(least, r) : least;
            narrow += r > 0 && r * Math.pow(2, NARROW_BITS) <= most ? 1 : 0;
        }
        double bits = most == 0 ? 0 : Math.log(most / least) / Math.log(2);
        return new ActivationRow(g.output().name(), reach.length, bits, narrow);
    }

    private static double clamp(double x, Clip c) {
        return Math.min(c.high(), Math.max(c.low(), x));
    }

    private static Finding finding(List<ActivationRow> bad, int of) {
        ActivationRow worst = bad.get(0);
        double share = (double) bad.size() / of * worst.narrow() / worst.channels();
        String values = bad.stream()
                .limit(FEW)
                .map(r -> Subject.quoted(r.value()))
                .collect(Collectors.joining(", ", "[ ", " ]"));
        List<String> fix = new ArrayList<>();
        if (Rewrites.names().contains("equalize")) {
            fix.add("rewrite: [ equalize ]");
        }
        fix.add("plan: { int16: " + values + " }");
        return new Finding(
                Kind.COARSE_ACTIVATION,
                worst.value(),
                String.format(
                        Locale.ROOT,
                        "in %d of %d values whose batch normalisation is known, a quarter or more of the channels are %.0f bits"
                                + " or more smaller than the largest; here %d of %d, %.1f bits apart",
                        bad.size(),
                        of,
                        NARROW_BITS,
                        worst.narrow(),
                        worst.channels(),
                        worst.spreadBits()),
                Finding.numbers(
                        "values",
                        bad.size(),
                        "narrow",
                        worst.narrow(),
                        "channels",
                        worst.channels(),
                        "spreadBits",
                        worst.spreadBits()),
                "an activation has one grid for all channels, and the small ones are rounded to a few codes; a grid per channel for"
                        + " weights does not help them",
                fix,
                LOST + PER_SHARE * share);
    }
}
