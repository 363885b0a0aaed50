package dev.octavo.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.octavo.analysis.report.Findings;
import dev.octavo.analysis.report.MapNode;
import dev.octavo.analysis.report.Report;
import dev.octavo.analysis.report.ReportPage;
import dev.octavo.analysis.report.ReportSite;
import dev.octavo.core.ModelException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the report of a quantized network beside the float one; its plan and summary are read from beside it.
 *
 * @param subject what the report is about
 * @param mode whether the quantized network is executed in integers or simulated in float
 * @param threads examples at a time
 */
record ReportJob(Subject subject, Engine.Mode mode, int threads, Console console) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** The files of a report. */
    record Subject(Path truth, Path quantized, Optional<Path> recipe) {}

    /**
     * What to look at.
     *
     * @param examples to compare on
     * @param text what to call them
     * @param test to score and to draw
     * @param score whether to measure the accuracy anew; otherwise it is what the summary says
     * @param pictures at most so many of what changed
     */
    record Data(Dataset examples, String text, Optional<TestData> test, boolean score, int pictures) {}

    /** What other commands found. */
    record Attached(Optional<JsonNode> sensitivity, Optional<JsonNode> tune, Optional<JsonNode> doctor) {
        static final Attached NONE = new Attached(Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Makes it; {@code source} is what the network was calibrated on. */
    Report make(Graph before, Data data, Calibration source, Attached attached) {
        Path file = subject.quantized();
        Graph after = ModelFile.read(file);
        Optional<Plan> plan = ModelFile.plan(file);
        FloatTruth truth = FloatTruth.of(before, subject.recipe(), plan, source, console);
        JsonNode summary = Optional.of(ModelFile.beside(file, ".summary.json"))
                .filter(Files::exists)
                .map(ReportJob::json)
                .orElse(MissingNode.getInstance());
        List<ReportSite> sites = new Findings(truth.plain(), truth.repaired(), after, plan)
                .sites(data.examples(), mode, threads, console);
        List<String> warnings = new ArrayList<>(truth.warnings());
        truth.warnings().forEach(console::warn);
        warnings.addAll(ReportFacts.problems(summary));
        return new Report(
                file.getFileName() + " beside " + subject.truth().getFileName(),
                warnings,
                facts(summary, data, sites),
                scores(before, after, data, summary),
                MapNode.of(truth.repaired()),
                sites,
                attached.sensitivity(),
                attached.tune(),
                attached.doctor(),
                ReportFacts.journal(summary),
                subject.recipe().map(ModelFile::text).orElseGet(() -> ReportFacts.recipe(summary)),
                data.test()
                        .map(t -> ResultPictures.of(t, before, after, mode, data.pictures(), threads, console))
                        .orElse(List.of()),
                environment(data));
    }

    /** Makes the page. */
    static void write(Report report, Path page) {
        ModelFile.write(page, ReportPage.html(report));
    }

    private Map<String, String> facts(JsonNode summary, Data data, List<ReportSite> sites) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("float model", subject.truth().toString());
        facts.put(
                "quantized model",
                subject.quantized()
                        + (mode == Engine.Mode.UNFUSED ? ", simulated in float" : ", executed in integers"));
        facts.put(
                "compared on",
                data.examples().size()
                        + (data.examples().size() == 1 ? " example of " : " examples of ")
                        + data.text());
        facts.putAll(ReportFacts.of(summary));
        ReportFacts.worst(sites).ifPresent(w -> facts.put("worst value", w));
        return facts;
    }

    private List<Report.Scored> scores(Graph before, Graph after, Data data, JsonNode summary) {
        if (!data.score() || data.test().isEmpty()) {
            return ReportFacts.scores(summary.path("accuracy"));
        }
        Proof proof = Proof.of(before, after, data.test().get(), threads, console);
        console.warnOfSkipped(proof.skipped());
        return ReportFacts.scores(MAPPER.valueToTree(proof.facts()));
    }

    private Map<String, String> environment(Data data) {
        Map<String, String> facts = ReportFacts.environment(List.of(subject.truth(), subject.quantized()));
        facts.put("data", data.examples().fingerprint());
        return facts;
    }

    /** What a command printed with {@code --json}. */
    static JsonNode json(Path file) {
        try {
            return MAPPER.readTree(ModelFile.text(file));
        } catch (JsonProcessingException e) {
            throw new ModelException(
                    file + " is no JSON from line "
                            + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + " on",
                    "give what the command printed with --json, and nothing else",
                    e);
        }
    }
}
