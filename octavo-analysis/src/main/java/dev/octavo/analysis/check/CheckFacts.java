package dev.octavo.analysis.check;

import dev.octavo.analysis.check.CheckReport.DtypeTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A report as maps, lists, texts and numbers, for JSON. */
public final class CheckFacts {
    private CheckFacts() {}

    /** The facts, in the order of the report. */
    public static Map<String, Object> of(CheckReport r) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("graph", r.graph());
        m.put("target", r.target());
        m.put("source", r.source());
        m.put("findings", r.findings().stream().map(CheckFacts::finding).toList());
        m.put("forecast", r.forecast());
        m.put("fusions", r.fusions());
        m.put("shared", r.shared());
        m.put("inputTypes", types(r.inputs()));
        m.put("outputTypes", types(r.outputs()));
        m.put("sites", r.sites());
        m.put(
                "outputs",
                r.networkOutputs().stream()
                        .map(o -> Finding.numbers(
                                "name",
                                o.name(),
                                "dtype",
                                o.dtype(),
                                "giver",
                                o.giver(),
                                "product",
                                o.product().orElse("")))
                        .toList());
        m.put("islands", r.islands());
        m.put("constants", r.constants());
        m.put("ranges", r.ranges());
        List<Map<String, Object>> joins = new ArrayList<>();
        r.joins().forEach(j -> {
            Map<String, Object> one = Finding.numbers("node", j.node(), "parts", j.parts());
            j.bitsLost().ifPresent(b -> one.put("bitsLost", b));
            joins.add(one);
        });
        m.put("joins", joins);
        m.put("weights", r.weights());
        m.put("activations", r.activations());
        return m;
    }

    private static Map<String, Object> finding(Finding f) {
        return Finding.numbers(
                "kind",
                f.kind().label(),
                "where",
                f.where(),
                "weight",
                f.weight(),
                "what",
                f.what(),
                "numbers",
                f.numbers(),
                "why",
                f.why(),
                "fix",
                f.fix());
    }

    private static Map<String, Object> types(DtypeTable t) {
        Map<String, Object> rows = new LinkedHashMap<>();
        t.rows().forEach((operator, counts) -> {
            Map<String, Object> row = new LinkedHashMap<>();
            for (int i = 0; i < counts.size(); i++) {
                row.put(DtypeTable.COLUMNS.get(i), counts.get(i));
            }
            rows.put(operator, row);
        });
        return rows;
    }
}
