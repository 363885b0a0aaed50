package dev.octavo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.octavo.analysis.report.Report;
import dev.octavo.analysis.report.ReportSite;
import dev.octavo.core.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a summary, a proof and the machine tell a report. */
final class ReportFacts {
    /* What a summary says, and what to call it. */
    private static final Map<String, String> NAMES = new LinkedHashMap<>();

    static {
        NAMES.put("rangeChosen", "ranges");
        NAMES.put("weights", "weights");
        NAMES.put("weightBits", "weight bits");
        NAMES.put("activationBits", "activation bits");
        NAMES.put("objective", "objective");
        NAMES.put("data", "calibrated on");
        NAMES.put("placement", "placement");
    }

    private ReportFacts() {}

    /** How a network was quantized and what came of it, by its summary. */
    static Map<String, String> of(JsonNode summary) {
        Map<String, String> facts = new LinkedHashMap<>();
        NAMES.forEach((key, name) -> {
            if (summary.has(key)) {
                facts.put(name, summary.get(key).asText());
            }
        });
        if (summary.has("integerNodes")) {
            facts.put(
                    "in integers",
                    String.format(
                            Locale.ROOT,
                            "%d of %d convolutions and matrix products, %.1f %% of the multiply-accumulates",
                            summary.get("integerNodes").asInt(),
                            summary.path("computeNodes").asInt(),
                            100 * summary.path("integerMacShare").asDouble()));
        }
        if (summary.has("bytesAfter")) {
            long from = summary.path("bytesBefore").asLong();
            long to = summary.get("bytesAfter").asLong();
            facts.put(
                    "size",
                    String.format(
                            Locale.ROOT,
                            "%.2f MB, was %.2f MB (%.0f %% of it)",
                            to / 1e6,
                            from / 1e6,
                            100.0 * to / Math.max(1, from)));
        }
        summary.path("latency").forEach(t -> facts.put(latencyName(t), latency(t)));
        return facts;
    }

    private static String latencyName(JsonNode timing) {
        int threads = timing.path("threads").asInt();
        return "latency, " + threads + (threads == 1 ? " thread" : " threads");
    }

    private static String latency(JsonNode timing) {
        double real = timing.path("float").path("measuredMicros").asDouble();
        double quantized = timing.path("quantized").path("measuredMicros").asDouble();
        return String.format(
                Locale.ROOT,
                "%.2f ms, float %.2f ms (×%.2f)%s",
                quantized / 1e3,
                real / 1e3,
                real / quantized,
                timing.path("quiet").asBoolean(true) ? "" : ", on a busy machine");
    }

    /** A recipe of what a summary says, where no recipe is known; empty when there is no summary. */
    static String recipe(JsonNode summary) {
        if (!summary.has("weightBits")) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                """
                # By the summary; what was said with other options, as --keep-float, is not in it.
                plan:
                  objective: %s
                  activations: { bits: %d, range: %s }
                  weights: { bits: %d, per: %s }
                """,
                summary.path("objective").asText(),
                summary.path("activationBits").asInt(),
                summary.path("range").asText(),
                summary.path("weightBits").asInt(),
                summary.path("weights").asText().replace("per-", ""));
    }

    /** What a summary warns of. */
    static List<String> problems(JsonNode summary) {
        List<String> problems = new ArrayList<>();
        summary.path("problems").forEach(p -> problems.add(p.asText()));
        return problems;
    }

    /** The value with the most noise, for the head of a page. */
    static Optional<String> worst(List<ReportSite> sites) {
        return sites.stream()
                .findFirst()
                .map(w -> String.format(
                        Locale.ROOT,
                        "%s, %.1f dB",
                        w.columns().get("value"),
                        ((Number) w.columns().getOrDefault("sqnr_db", Double.NaN)).doubleValue()));
    }

    /** What a proof measured, as its facts or a summary have it; scores of single classes are left out. */
    static List<Report.Scored> scores(JsonNode proof) {
        List<Report.Scored> scores = new ArrayList<>();
        for (String network : List.of(Proof.FLOAT, Proof.SIMULATED, Proof.EXECUTED)) {
            JsonNode one = proof.path(network);
            Map<String, Double> all = new LinkedHashMap<>();
            one.properties().forEach(e -> {
                if (!e.getValue().isContainerNode() && !e.getKey().contains(".")) {
                    all.put(e.getKey(), number(e.getValue()));
                }
            });
            Map<String, Report.Band> difference = new LinkedHashMap<>();
            one.path("difference")
                    .properties()
                    .forEach(e -> difference.put(
                            e.getKey(),
                            new Report.Band(
                                    number(e.getValue().path("low")),
                                    number(e.getValue().path("high")))));
            if (!all.isEmpty()) {
                scores.add(new Report.Scored(network, all, difference));
            }
        }
        return scores;
    }

    /* What JSON has no number for is a text: NaN, Infinity. */
    private static double number(JsonNode n) {
        return n.isNumber() ? n.asDouble() : Double.parseDouble(n.asText("NaN"));
    }

    /** What passes did and left alone. */
    static List<Report.Entry> journal(JsonNode summary) {
        List<Report.Entry> entries = new ArrayList<>();
        summary.path("journal")
                .forEach(e -> entries.add(new Report.Entry(!e.asText().contains(" skipped, because "), e.asText())));
        return entries;
    }

    /** Versions, machine, and hashes of files. */
    static Map<String, String> environment(List<Path> files) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("tool", new Main.Version().getVersion()[0]);
        facts.put("Java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        facts.put(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                        + Runtime.getRuntime().availableProcessors() + " processors");
        files.forEach(f -> facts.put("SHA-256 of " + f.getFileName(), hash(f)));
        return facts;
    }

    private static String hash(Path file) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        } catch (IOException e) {
            throw new ModelException("cannot read " + file, "check the path", e);
        }
    }
}
