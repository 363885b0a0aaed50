package dev.octavo.analysis.check;

import dev.octavo.analysis.check.CheckReport.ActivationRow;
import dev.octavo.analysis.check.CheckReport.DtypeTable;
import dev.octavo.analysis.check.CheckReport.HeldConstant;
import dev.octavo.analysis.check.CheckReport.Island;
import dev.octavo.analysis.check.CheckReport.WeightRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** A report as text for people: findings first, then a table per section. */
public final class CheckText {
    private final CheckReport r;
    private final int most;
    private final StringBuilder out = new StringBuilder();

    private CheckText(CheckReport r, int most) {
        this.r = r;
        this.most = most;
    }

    /**
     * The text.
     *
     * @param most rows per table; 0 for all
     */
    public static String of(CheckReport report, int most) {
        CheckText t = new CheckText(report, most);
        t.findings();
        t.forecast();
        t.structure();
        t.types("input types", report.inputs());
        t.types("output types", report.outputs());
        t.precision();
        t.constants();
        t.weights();
        t.activations();
        t.sites();
        return t.out.toString();
    }

    private void line(String format, Object... args) {
        out.append(String.format(Locale.ROOT, format, args).stripTrailing()).append('\n');
    }

    private void findings() {
        line("%s for %s, by %s", r.graph().isEmpty() ? "the network" : r.graph(), r.target(), r.source());
        line("%s", heading(r.findings().size()));
        int number = 1;
        for (Finding f : r.findings()) {
            line("");
            line("%2d. [%.0f] %s  %s", number++, f.weight(), f.kind().label(), f.where());
            line("    what: %s", f.what());
            line("    why:  %s", f.why());
            f.fix().forEach(x -> line("    fix:  %s", x));
        }
        line("");
    }

    private static String heading(int n) {
        return n == 0 ? "no findings" : n == 1 ? "1 finding" : n + " findings, the weightiest first";
    }

    private void forecast() {
        line("FORECAST  %s", r.forecast().text());
    }

    private <R> void table(String title, List<R> rows, Function<R, String> text) {
        line("");
        line("%s%s", title.toUpperCase(Locale.ROOT), rows.isEmpty() ? "  none" : "  " + rows.size());
        int shown = most == 0 ? rows.size() : Math.min(most, rows.size());
        rows.subList(0, shown).forEach(x -> line("  %s", text.apply(x)));
        if (shown < rows.size()) {
            line("  ... and %d more: --rows 0 prints all", rows.size() - shown);
        }
    }

    private void structure() {
        table(
                "could be fused",
                r.fusions(),
                u -> String.join(" + ", u.nodes()) + "  (" + u.pattern() + "): " + u.between());
        table(
                "called more than once",
                r.shared(),
                x -> x.calls() + " calls of " + String.join(", ", x.values()) + ": " + String.join("; ", x.gives()));
        table("float between integers", r.islands(), CheckText::island);
    }

    private static String island(Island i) {
        List<String> nodes = i.nodes();
        String names = String.join(", ", nodes.subList(0, Math.min(4, nodes.size())))
                + (nodes.size() > 4 ? " and " + (nodes.size() - 4) + " more" : "");
        return String.format(
                Locale.ROOT,
                "%s: %d values in, %d out, about %.0f µs; %s",
                names,
                i.entering().size(),
                i.leaving().size(),
                i.micros(),
                i.because());
    }

    private void types(String title, DtypeTable t) {
        line("");
        int width = Math.max(
                8, t.rows().keySet().stream().mapToInt(String::length).max().orElse(8));
        String row = "  %-" + width + "s %7s %7s %7s %7s";
        line("%s", title.toUpperCase(Locale.ROOT));
        List<Object> head = new ArrayList<>(List.of("operator"));
        head.addAll(DtypeTable.COLUMNS);
        line(row, head.toArray());
        t.rows().forEach((k, v) -> line(row, k, v.get(0), v.get(1), v.get(2), v.get(3)));
        line(row, "total", t.total(0), t.total(1), t.total(2), t.total(3));
    }

    private void precision() {
        table(
                "outputs of the network",
                r.networkOutputs(),
                o -> o.name() + "  " + o.dtype() + ", given by " + o.giver()
                        + o.product().map(p -> ", product " + p).orElse(""));
        table(
                "known ranges",
                r.ranges(),
                k -> String.format(
                        Locale.ROOT, "%s  [%.4g, %.4g] by %s  %s", k.value(), k.low(), k.high(), k.from(), k.fixed()));
        table(
                "joins",
                r.joins(),
                j -> j.node() + "  "
                        + (j.bitsLost().isPresent()
                                ? String.format(
                                        Locale.ROOT,
                                        "%.1f bits apart: ",
                                        j.bitsLost().getAsDouble())
                                : "")
                        + String.join(", ", j.parts()));
    }

    private void constants() {
        table(
                "constants that act on activations",
                r.constants().stream()
                        .sorted(Comparator.comparingDouble(HeldConstant::coarse).reversed())
                        .toList(),
                c -> String.format(
                        Locale.ROOT,
                        "%s  %s in %s, magnitudes %.3g-fold apart, %.0f %% off by over a tenth",
                        c.value(),
                        c.dtype(),
                        String.join(", ", c.operators()),
                        c.spread(),
                        100 * c.coarse()));
    }

    private void weights() {
        table(
                "weights, the worst first",
                r.weights().stream()
                        .sorted(Comparator.comparingDouble(WeightRow::sqnr))
                        .toList(),
                w -> String.format(
                        Locale.ROOT,
                        "%s  %s, %.1f dB, worst channel %.1f dB; channels %.1f bits apart%s%s",
                        w.value(),
                        w.dtype(),
                        w.sqnr(),
                        w.worstChannel(),
                        w.spreadBits(),
                        w.dead() > 0 ? ", " + w.dead() + " dead" : "",
                        w.lost() > 0 ? ", " + w.lost() + " lost" : ""));
    }

    private void activations() {
        table(
                "channels of activations, by batch normalisations",
                r.activations().stream()
                        .sorted(Comparator.comparingInt(ActivationRow::narrow).reversed())
                        .toList(),
                a -> String.format(
                        Locale.ROOT,
                        "%s  %d of %d channels have 4 of 8 bits or fewer; %.1f bits apart",
                        a.value(),
                        a.narrow(),
                        a.channels(),
                        a.spreadBits()));
    }

    private void sites() {
        table(
                "plan",
                r.sites(),
                p -> p.site() + "  " + p.dtype() + (p.axis() >= 0 ? " axis " + p.axis() : "")
                        + (p.rule().isEmpty() ? "" : ", " + p.rule()) + ": " + p.because());
    }
}
