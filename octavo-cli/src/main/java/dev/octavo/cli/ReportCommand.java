package dev.octavo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.octavo.analysis.report.Report;
import dev.octavo.analysis.report.ReportPage;
import dev.octavo.core.ModelException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
            "Looks at 16 examples unless --samples says otherwise; --task scores all, and shows those that changed most.",
            "If QUANTIZED was made with a recipe that rewrites the network, give the same --recipe and --data. Its plan",
            "and summary are read from beside it.",
            "",
            "  octavo report model.onnx model.int8.onnx --data pictures.yaml --task classification -o report.html"
        })
final class ReportCommand implements Callable<Integer> {
    static final int DEFAULT_SAMPLES = 16;
    static final int DEFAULT_PICTURES = 6;

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
            paramLabel = "N",
            description = "With --task: show the N samples that changed most (default: 6; 0: none).")
    private int pictures = DEFAULT_PICTURES;

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        task.requireTaskForTestData(common);
        if (pictures < 0) {
            throw common.wrong("--pictures is " + pictures, "give 0 or more");
        }
        List<Path> inputs = new ArrayList<>(List.of(truth, quantized, data.required(common)));
        Stream.of(recipe, sensitivity, tune, doctor).flatMap(Optional::stream).forEach(inputs::add);
        ModelFile.requireWritable(output, inputs);
        Console console = common.console();
        int atATime = threads.count(common);
        ReportJob.Attached attached = new ReportJob.Attached(
                attached(sensitivity, "sensitivity"), attached(tune, "tune"), attached(doctor, "doctor"));
        Graph before = ModelFile.read(truth);
        try (Dataset examples = data.open(OptionalInt.of(DEFAULT_SAMPLES), common, console);
                DataOptions.Recalled calibrated = data.recall(ModelFile.plan(quantized), before, examples, common)) {
            Optional<TestData> test = task.open(data, common, console);
            try {
                Report report = new ReportJob(
                                new ReportJob.Subject(truth, quantized, recipe),
                                simulate ? Engine.Mode.UNFUSED : Engine.Mode.OPTIMIZED,
                                atATime,
                                console)
                        .make(
                                before,
                                new ReportJob.Data(
                                        examples, String.valueOf(data.required(common)), test, true, pictures),
                                calibrated.source(),
                                attached);
                ReportJob.write(report, output);
                print(report);
            } finally {
                test.ifPresent(TestData::close);
            }
        }
        return Failures.DONE;
    }

    /* Each command's file under its own option: another one would show an empty section. */
    private Optional<JsonNode> attached(Optional<Path> file, String command) {
        Optional<JsonNode> json = file.map(ReportJob::json);
        boolean fits = json.map(j -> switch (command) {
                    case "sensitivity" -> j.isArray() && j.path(0).has("alone_l1");
                    case "tune" -> j.path("evaluated").isArray();
                    default -> j.path("diagnoses").isArray();
                })
                .orElse(true);
        if (!fits) {
            throw new ModelException(
                    file.orElseThrow() + " is not what octavo " + command + " --json prints",
                    "make it with: octavo " + command + " ... --json > " + command + ".json");
        }
        return json;
    }

    private void print(Report report) {
        if (common.json) {
            common.out().println(ReportPage.json(report));
        } else {
            common.out()
                    .println(output + ": " + report.sites().size() + " values"
                            + (report.pictures().isEmpty()
                                    ? ""
                                    : ", " + report.pictures().size() + " pictures"));
        }
        common.out().flush();
    }
}
