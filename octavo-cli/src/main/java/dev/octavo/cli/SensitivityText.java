package dev.octavo.cli;

import dev.octavo.analysis.Csv;
import dev.octavo.analysis.compare.PairStats;
import dev.octavo.analysis.sensitivity.Measure;
import dev.octavo.analysis.sensitivity.OutputTally;
import dev.octavo.analysis.sensitivity.SensitiveSite;
import dev.octavo.analysis.sensitivity.SensitivityTable;
import dev.octavo.core.data.Metric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A sensitivity table as text, as a table of everything, and as facts.
 *
 * @param table the table
 * @param by what it is ranked by
 * @param weights of outputs
 */
record SensitivityText<M extends Metric<M>>(SensitivityTable<M> table, Measure by, Map<String, Double> weights) {
    private static final int NARROWEST = 12;

    /** For people: the worst rows, then the checks. */
    String text(int rows) {
        List<SensitiveSite<M>> ranked = table.ranked(by, weights);
        int shown = rows == 0 ? ranked.size() : Math.min(rows, ranked.size());
        int width = Math.max(
                NARROWEST,
                ranked.stream()
                        .limit(shown)
                        .mapToInt(r -> r.name().length())
                        .max()
                        .orElse(0));
        String line = "%-" + width + "s  %-10s %-12s %-7s %10s %9s %10s %9s%s%n";
        StringBuilder out = new StringBuilder();
        out.append(String.format(
                Locale.ROOT,
                line,
                "site",
                "kind",
                "op",
                "type",
                by + " alone",
                "SQNR dB",
                by + " left",
                "SQNR dB",
                ""));
        for (SensitiveSite<M> r : ranked.subList(0, shown)) {
            out.append(line(line, r.name(), r.kind().toString(), r.op(), r.dtype(), r.alone(), r.left()));
        }
        if (shown < ranked.size()) {
            out.append(String.format("... and %d more: --rows 0 prints all%n", ranked.size() - shown));
        }
        out.append(line(line, "all sites", "", "", "", table.quantized(), table.itself()));
        out.append(String.format(
                Locale.ROOT,
                "self-check: float against itself %s%n",
                number(
                        by == Measure.SQNR
                                ? Measure.L1.harm(table.itself().outputs(), weights)
                                : harm(table.itself()))));
        return out.toString();
    }

    private String line(
            String line, String name, String kind, String op, String dtype, OutputTally<M> alone, OutputTally<M> left) {
        return String.format(
                Locale.ROOT,
                line,
                name,
                kind,
                op,
                dtype,
                number(harm(alone)),
                number(-Measure.SQNR.harm(alone.outputs(), weights)),
                number(harm(left)),
                number(-Measure.SQNR.harm(left.outputs(), weights)),
                scores(alone));
    }

    private String scores(OutputTally<M> t) {
        StringBuilder out = new StringBuilder();
        t.metric().scores().forEach((k, v) -> {
            if (!k.equals("samples") && !k.startsWith("AP.") && !NuScenesText.isError(k)) { // those: in the table
                out.append(String.format(Locale.ROOT, "  %s %.2f %%", k, 100 * v));
            }
        });
        return out.toString();
    }

    private static String number(double x) {
        return Math.abs(x) >= 1000 || (x != 0 && Math.abs(x) < 1e-3)
                ? String.format(Locale.ROOT, "%.3g", x)
                : String.format(Locale.ROOT, "%.4f", x);
    }

    private double harm(OutputTally<M> t) {
        return by.harm(t.outputs(), weights);
    }

    /** Every figure, ranked; the checks are the last two. */
    List<Map<String, Object>> facts() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (SensitiveSite<M> r : table.ranked(by, weights)) {
            all.add(facts(r.name(), r.kind().toString(), r.op(), r.dtype(), r.alone(), r.left()));
        }
        all.add(facts("all sites", "", "", "", table.quantized(), table.itself()));
        all.add(facts("float against itself", "", "", "", table.itself(), table.quantized()));
        return all;
    }

    private Map<String, Object> facts(
            String name, String kind, String op, String dtype, OutputTally<M> alone, OutputTally<M> left) {
        Map<String, Object> c = new LinkedHashMap<>();
        c.put("site", name);
        c.put("kind", kind);
        c.put("op", op);
        c.put("dtype", dtype);
        put(c, "alone", alone);
        put(c, "left", left);
        return c;
    }

    private void put(Map<String, Object> c, String side, OutputTally<M> t) {
        for (Measure m : Measure.values()) {
            double harm = m.harm(t.outputs(), weights);
            switch (m) {
                case COSINE -> c.put(side + "_cosine", 1 - harm);
                case SQNR -> c.put(side + "_sqnr_db", -harm);
                default -> c.put(side + "_" + m, harm);
            }
        }
        if (t.outputs().size() > 1) {
            t.outputs().forEach((name, s) -> put(c, side + " " + name, s));
        }
        t.metric().scores().forEach((k, v) -> c.put(side + "_" + k, v));
    }

    private static void put(Map<String, Object> c, String name, PairStats s) {
        c.put(name + "_l1", s.l1());
        c.put(name + "_sqnr_db", s.sqnr());
    }

    /** The facts as comma-separated values. */
    String csv() {
        StringBuilder out = new StringBuilder();
        for (Map<String, Object> row : facts()) {
            if (out.isEmpty()) {
                out.append(Csv.line(List.copyOf(row.keySet())));
            }
            out.append(Csv.line(new ArrayList<>(row.values())));
        }
        return out.toString();
    }
}
