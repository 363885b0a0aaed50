package dev.octavo.analysis.sweep;

import dev.octavo.analysis.Csv;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * The result of a sweep.
 *
 * @param title what was varied on what, for people
 * @param axis the horizontal axis with its unit: {@code α}, {@code calibration samples}
 * @param named whether the places on the axis are names and no numbers
 * @param rows the points in order
 * @param references measures that do not depend on the axis, those of the float network first, by series; drawn as lines
 */
public record SweepTable(String title, String axis, boolean named, List<SweepRow> rows, List<SweepRow> references) {
    public SweepTable {
        rows = List.copyOf(rows);
        references = List.copyOf(references);
    }

    /** The names of all measures, in order of first mention. */
    public List<String> measures() {
        Set<String> names = new LinkedHashSet<>();
        all().forEach(r -> names.addAll(r.measures().keySet()));
        return List.copyOf(names);
    }

    /** The names of the series, in order of first mention. */
    public List<String> series() {
        Set<String> names = new LinkedHashSet<>();
        rows.forEach(r -> names.add(r.series()));
        return List.copyOf(names);
    }

    /** The rows of a series. */
    public List<SweepRow> of(String series) {
        return rows.stream().filter(r -> r.series().equals(series)).toList();
    }

    /** RFC 4180: a heading, then a line per point; numbers in full precision. */
    public String csv() {
        StringBuilder out = new StringBuilder();
        List<String> heading = new ArrayList<>(List.of("series", axis));
        heading.addAll(measures());
        out.append(Csv.line(heading));
        all().forEach(r -> out.append(Csv.line(cells(r, (measure, x) -> number(x)))));
        return out.toString();
    }

    /** The references, then the points. */
    List<SweepRow> all() {
        List<SweepRow> all = new ArrayList<>(references);
        all.addAll(rows);
        return all;
    }

    /** Series, place and measures of a row as text; a measure that it lacks is empty. */
    List<String> cells(SweepRow r, BiFunction<String, Double, String> text) {
        List<String> cells = new ArrayList<>(List.of(r.series(), r.label()));
        for (String m : measures()) {
            cells.add(r.measure(m).isPresent() ? text.apply(m, r.measure(m).getAsDouble()) : "");
        }
        return cells;
    }

    private static String number(double x) {
        return x == Math.rint(x) && Math.abs(x) < 1e15 ? Long.toString((long) x) : String.format(Locale.ROOT, "%s", x);
    }
}
