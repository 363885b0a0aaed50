package dev.octavo.analysis.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;

/** Reports with everything in them, for tests of the page. */
final class Reports {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Reports() {}

    /** Of a chain of {@code n} layers, the first the worst, with every section. */
    static Report whole(int n) {
        return of(n, i -> String.format(Locale.ROOT, "layer.%04d.conv", i));
    }

    /** The same with other names. */
    static Report of(int n, IntFunction<String> names) {
        List<ReportSite> sites = new ArrayList<>();
        List<MapNode> map = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            sites.add(site(names.apply(i), i % 3 == 0 ? "Conv" : "Relu", i));
            map.add(new MapNode(names.apply(i), "Conv", i, 0, i == 0 ? List.of() : List.of(i - 1)));
        }
        return new Report(
                "quantized beside float",
                List.of("a warning"),
                Map.of("float model", "model.onnx"),
                List.of(
                        new Report.Scored("float", Map.of("top1", 0.75), Map.of()),
                        new Report.Scored(
                                "executed", Map.of("top1", 0.7), Map.of("top1", new Report.Band(-0.08, -0.01)))),
                map,
                sites,
                Optional.of(json("""
                        [{"site": "a", "kind": "both", "alone_l1": 2, "alone_sqnr_db": 9, "left_l1": 1, "left_sqnr_db": 20},
                         {"site": "b", "kind": "weight", "alone_l1": 3, "alone_sqnr_db": 5, "left_l1": 2, "left_sqnr_db": 10},
                         {"site": "all sites", "kind": "", "alone_l1": 4, "alone_sqnr_db": 4, "left_l1": 0, "left_sqnr_db": 150},
                         {"site": "float against itself", "kind": "", "alone_l1": 0, "alone_sqnr_db": 150, "left_l1": 4,
                          "left_sqnr_db": 4}]""")),
                Optional.of(json("""
                        {"float": {"top1": 0.75}, "suspects": [], "steps": [{"recipe": "plan: {}", "because": "it helps"}],
                         "evaluated": [{"stage": "all", "what": "int16", "measures": {"top1": 0.74, "int8": 0}, "shortfall": -1},
                                       {"stage": "all", "what": "int8", "measures": {"top1": 0.5, "int8": 1}, "shortfall": 1}],
                         "front": [{"stage": "all", "what": "int16", "measures": {"top1": 0.74, "int8": 0}, "shortfall": -1},
                                   {"stage": "all", "what": "int8", "measures": {"top1": 0.5, "int8": 1}, "shortfall": 1}],
                         "best": {"stage": "all", "what": "int16", "measures": {"top1": 0.74, "int8": 0}, "shortfall": -1}}""")),
                Optional.of(json("""
                        {"diagnoses": [{"site": "a", "kind": "weight", "cause": "rounding", "share": 0.5, "evidence": "numbers",
                                        "remedies": ["plan: { int16: [ a ] }"]}],
                         "ladder": [{"remedy": "", "recipe": "", "sqnr": 10, "scores": {}, "kept": true, "note": ""},
                                    {"remedy": "int16 for a", "recipe": "plan: {}", "sqnr": 20, "scores": {}, "kept": true,
                                     "note": ""}]}""")),
                List.of(
                        new Report.Entry(true, "fold-batch-norm: bn folded into conv"),
                        new Report.Entry(false, "equalize: y skipped, because it is an output")),
                "rewrite: [ equalize ]\n",
                List.of(
                        new Report.Picture(
                                "001.png",
                                "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")),
                Map.of("tool", "octavo"));
    }

    private static ReportSite site(String name, String op, int i) {
        return site(name, op, 5 + i % 40, 0.99);
    }

    static ReportSite site(String name, String op, double sqnr, double cosine) {
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("value", name);
        columns.put("op", op);
        columns.put("shape", "[1, 8, 4, 4]");
        columns.put("dtype", op.equals("Conv") ? "u8" : "s16");
        columns.put("scale", 0.02f);
        columns.put("cosine", cosine);
        columns.put("sqnr_db", sqnr);
        for (String side : List.of("float", "quantized")) {
            for (String what : List.of("min", "max", "mean", "variance")) {
                columns.put(side + "_" + what, 1.25);
            }
        }
        columns.put("max_atol_diff", 0.5);
        columns.put("max_qscale_diff", 25.0);
        columns.put("nan", Double.isNaN(sqnr) ? 3L : 0L);
        columns.put("alone_sqnr_db", "");
        List<Float> high = List.of(1f, 2f, 0.5f, 4f);
        List<Float> low = List.of(-1f, 0f, -0.5f, -4f);
        return new ReportSite(
                columns,
                "given by " + name,
                Optional.of(new ReportSite.GridLine(-2, 2, 4 / 255.0, 8)),
                Optional.of(0.25),
                Optional.of(new ReportSite.Bars(-4, 1, List.of(1L, 0L, 10L, 1000L, 500L, 20L, 3L, 1L))),
                Optional.of(new ReportSite.Ranges(1, low, high, low, high)),
                Optional.of(new ReportSite.Weights(1, high, high)),
                List.of(new float[] {0, 0.1f}, new float[] {1, 0.9f}, new float[] {2, Float.NaN}));
    }

    static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** As {@link #whole}, each value with as many bars, channels and points as there can be. */
    static Report large(int n) {
        Report few = whole(n);
        Random random = new Random(1);
        List<Float> channels = new ArrayList<>();
        List<float[]> points = new ArrayList<>();
        List<Long> bars = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            channels.add(Distributions.rounded((float) random.nextGaussian()));
        }
        for (int i = 0; i < 300; i++) {
            points.add(new float[] {channels.get(i % 256), channels.get((7 * i) % 256)});
        }
        for (int i = 0; i < 120; i++) {
            bars.add(10_000L * i);
        }
        return with(
                few,
                few.sites().stream()
                        .map(s -> new ReportSite(
                                s.columns(),
                                s.because(),
                                s.grid(),
                                s.clipped(),
                                Optional.of(new ReportSite.Bars(-4, 0.07, bars)),
                                Optional.of(new ReportSite.Ranges(2, channels, channels, channels, channels)),
                                Optional.of(new ReportSite.Weights(2, channels, channels)),
                                points))
                        .toList());
    }

    /** The same about other sites. */
    static Report with(Report r, List<ReportSite> sites) {
        return new Report(
                r.title(),
                r.warnings(),
                r.facts(),
                r.scores(),
                r.map(),
                sites,
                r.sensitivity(),
                r.tuned(),
                r.diagnosed(),
                r.journal(),
                r.recipe(),
                r.pictures(),
                r.environment());
    }
}
