package dev.octavo.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import dev.octavo.onnx.plan.PlanCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes one page on a quantized network: what it scores, where its error comes from, and how it was made. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        customSynopsis = "octavo report FLOAT QUANTIZED --data DATA -o REPORT.html [OPTIONS]",
        sortOptions = false,
        description = "Writes one page, without outside references, on a quantized network beside the float one.",
        footer = {
            "",
            "Looks at 16 examples unless --samples says otherwise; --task scores all. If QUANTIZED was made with a recipe",
            "that rewrites the network, give the same --recipe. Its plan and summary are read from beside it.",
            "",
            "  octavo report model.onnx model.int8.onnx --data pictures.yaml --task classification -o report.html"
        })
final class ReportCommand implements Callable<Integer> {
    private static final int DEFAULT_SAMPLES = 16;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Parameters(index = "0", paramLabel = "FLOAT", description = "The float ONNX model.")
    private Path truth = Path.of("");

    @Parameters(index = "1", paramLabel = "QUANTIZED", description = "A Q/DQ model made from it.")
    private Path quantized = Path.of("");

    @Option(
            names = {"-o", "--output"},
            paramLabel = "REPORT.html",
            required = true,
            description = "The page to write.")
    private Path output = Path.of("");

    @Mixin
    private DataOptions data = new DataOptions();

    @Mixin
    private TaskOptions task = new TaskOptions();

    @Option(
            names = "--recipe",
            paramLabel = "RECIPE.yaml",
            description = "The recipe of QUANTIZED: its rewrites are applied to FLOAT first.")
    private Optional<Path> recipe = Optional.empty();

    @Option(names = "--simulate", description = "Compare QUANTIZED in float, as its nodes say, not in integers.")
    private boolean simulate;

    @Option(
            names = "--sensitivity",
            paramLabel = "FILE",
            description = "Show this too: what octavo sensitivity --json printed (default: none).")
    private Optional<Path> sensitivity = Optional.empty();

    @Option(
            names = "--tune",
            paramLabel = "FILE",
            description = "Show this too: what octavo tune --json printed (default: none).")
    private Optional<Path> tune = Optional.empty();

    @Option(
            names = "--doctor",
            paramLabel = "FILE",
            description = "Show this too: what octavo doctor --json printed (default: none).")
    private Optional<Path> doctor = Optional.empty();

    @Option(
            names = "--pictures",
            paramLabel = "FOLDER",
            description = "Show its .png files too: what octavo evaluate --pictures wrote (default: none).")
    private Optional<Path> pictures = Optional.empty();

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        task.requireTaskForTestData(common);
        List<Path> inputs = new ArrayList<>(List.of(truth, quantized, data.required(common)));
        Stream.of(recipe, sensitivity, tune, doctor).flatMap(Optional::stream).forEach(inputs::add);
        ModelFile.requireWritable(output, inputs);
        Console console = common.console();
        int atATime = threads.count(common);
        Graph before = ModelFile.read(truth);
        Graph after = ModelFile.read(quantized);
        Optional<JsonNode> summary = beside(".summary.json").map(ReportCommand::json);
        try (Dataset examples = data.open(OptionalInt.of(DEFAULT_SAMPLES), common, console)) {
            FloatTruth real = FloatTruth.of(before, recipe, examples, console);
            Engine.Mode mode = simulate ? Engine.Mode.UNFUSED : Engine.Mode.OPTIMIZED;
            Optional<Plan> plan = beside(".plan.json").map(f -> PlanCodec.read(ModelFile.text(f)));
            List<ReportSite> sites =
                    new Findings(real.plain(), real.repaired(), after, plan).sites(examples, mode, atATime, console);
            Report report = new Report(
                    quantized.getFileName() + " beside " + truth.getFileName(),
                    List.of(),
                    facts(summary, examples, sites),
                    scores(before, after, atATime, console),
                    MapNode.of(real.repaired()),
                    sites,
                    sensitivity.map(ReportCommand::json),
                    tune.map(ReportCommand::json),
                    doctor.map(ReportCommand::json),
                    journal(summary),
                    recipe.map(ModelFile::text).orElse(""),
                    pictures.map(ReportCommand::pictures).orElse(List.of()),
                    environment(examples));
            ModelFile.write(output, ReportPage.html(report));
            if (common.json) {
                common.out().println(ReportPage.json(report));
            } else {
                common.out().println(output + ": " + sites.size() + " values");
            }
            common.out().flush();
            return Failures.DONE;
        }
    }

    private List<Report.Scored> scores(Graph before, Graph after, int atATime, Console console) {
        Optional<TestData> scored = task.open(data, common, console);
        if (scored.isEmpty()) {
            return List.of();
        }
        try (TestData test = scored.get()) {
            Proof proof = Proof.of(before, after, test, atATime, console);
            console.warnOfSkipped(proof.skipped());
            List<Report.Scored> scores = new ArrayList<>();
            for (String network : List.of(Proof.FLOAT, Proof.SIMULATED, Proof.EXECUTED)) {
                scores.add(new Report.Scored(network, proof.scores(network), proof.differences(network)));
            }
            return scores;
        }
    }

    private Map<String, String> facts(Optional<JsonNode> summary, Dataset examples, List<ReportSite> sites) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("float model", truth.toString());
        facts.put("quantized model", quantized + (simulate ? ", simulated in float" : ", executed in integers"));
        facts.put("compared on", examples.size() + " examples of " + data.required(common));
        summary.ifPresent(s -> {
            put(facts, s, "range", "range rule");
            put(facts, s, "weights", "weights");
            put(facts, s, "weightBits", "weight bits");
            put(facts, s, "activationBits", "activation bits");
            put(facts, s, "objective", "objective");
            if (s.has("integerNodes")) {
                facts.put(
                        "in integers",
                        String.format(
                                Locale.ROOT,
                                "%d of %d convolutions and matrix products, %.1f %% of the multiply-accumulates",
                                s.get("integerNodes").asInt(),
                                s.path("computeNodes").asInt(),
                                100 * s.path("integerMacShare").asDouble()));
            }
            if (s.has("bytesAfter")) {
                long from = s.path("bytesBefore").asLong();
                long to = s.get("bytesAfter").asLong();
                facts.put(
                        "size",
                        String.format(
                                Locale.ROOT,
                                "%.2f MB, was %.2f MB (%.0f %% of it)",
                                to / 1e6,
                                from / 1e6,
                                100.0 * to / Math.max(1, from)));
            }
            s.path("problems").forEach(p -> facts.merge("problems", p.asText(), (a, b) -> a + "; " + b));
        });
        sites.stream()
                .findFirst()
                .ifPresent(w -> facts.put(
                        "worst value",
                        String.format(
                                Locale.ROOT,
                                "%s, %.1f dB",
                                w.columns().get("value"),
                                ((Number) w.columns().getOrDefault("sqnr_db", Double.NaN)).doubleValue())));
        return facts;
    }

    private static void put(Map<String, String> facts, JsonNode summary, String key, String name) {
        if (summary.has(key)) {
            facts.put(name, summary.get(key).asText());
        }
    }

    private static List<Report.Entry> journal(Optional<JsonNode> summary) {
        List<Report.Entry> entries = new ArrayList<>();
        summary.ifPresent(s -> s.path("journal")
                .forEach(e -> entries.add(new Report.Entry(!e.asText().contains(" skipped, because "), e.asText()))));
        return entries;
    }

    private Map<String, String> environment(Dataset examples) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("tool", new Main.Version().getVersion()[0]);
        facts.put("Java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        facts.put("SHA-256 of " + truth.getFileName(), hash(truth));
        facts.put("SHA-256 of " + quantized.getFileName(), hash(quantized));
        facts.put("data", examples.fingerprint());
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

    private Optional<Path> beside(String extension) {
        return Optional.of(ModelFile.beside(quantized, extension)).filter(Files::exists);
    }

    private static JsonNode json(Path file) {
        try {
            return MAPPER.readTree(ModelFile.text(file));
        } catch (JsonProcessingException e) {
            throw new ModelException(
                    file + " is no JSON: " + e.getOriginalMessage(),
                    "give what the command printed with --json, and nothing else",
                    e);
        }
    }

    private static List<Report.Picture> pictures(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Report.Picture> pictures = new ArrayList<>();
            for (Path f :
                    files.filter(p -> p.toString().endsWith(".png")).sorted().toList()) {
                String base64 = Base64.getEncoder().encodeToString(Files.readAllBytes(f));
                pictures.add(new Report.Picture(String.valueOf(f.getFileName()), "data:image/png;base64," + base64));
            }
            if (pictures.isEmpty()) {
                throw new ModelException(folder + " has no .png files", "give what octavo evaluate --pictures wrote");
            }
            return pictures;
        } catch (IOException e) {
            throw new ModelException("cannot read the folder " + folder, "check the path of --pictures", e);
        }
    }
}
