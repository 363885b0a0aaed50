package dev.octavo.cli;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.graph.Graph;
import dev.octavo.ort.SweepOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The main job: float ONNX in, int8 ONNX out. */
@Command(
        name = "quantize",
        mixinStandardHelpOptions = true,
        customSynopsis = "octavo quantize MODEL --data DATA -o OUT.onnx [OPTIONS]",
        sortOptions = false,
        description =
                "Quantizes a float ONNX model on some data and writes a Q/DQ model that ONNX Runtime runs in int8.",
        footer = {
            "",
            "Calibrates on 100 examples unless --samples says otherwise. Writes OUT.onnx, and beside it",
            "OUT.plan.json (every decision), OUT.summary (for people) and OUT.summary.json (for machines).",
            "",
            "  octavo quantize model.onnx --data pictures.yaml --task classification -o model.int8.onnx"
        })
final class QuantizeCommand implements Callable<Integer> {
    private static final int DEFAULT_SAMPLES = 100;

    @Parameters(paramLabel = "MODEL", description = "A float ONNX model.")
    private Path model = Path.of("");

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "OUT.onnx",
            description = "The quantized model to write.")
    private Path output = Path.of("");

    @Mixin
    private DataOptions data = new DataOptions();

    @Option(
            names = "--task",
            paramLabel = "TASK",
            description = "Measure the accuracy before and after on this task: classification, detection or "
                    + "segmentation (default: do not).")
    private Optional<Task> task = Optional.empty();

    @Option(
            names = "--test-data",
            paramLabel = "DATA",
            description = "What to measure the accuracy on; needs labels (default: all of --data).")
    private Optional<Path> testData = Optional.empty();

    @Option(
            names = "--test-samples",
            paramLabel = "N",
            description = "Measure on N examples, evenly spread (default: all).")
    private Optional<Integer> testSamples = Optional.empty();

    @Mixin
    private SchemeFlags flags = new SchemeFlags();

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "Where an interrupted run keeps its work, for the next one to go on from; removed at the end "
                    + "(default: OUT.evidence.part).")
    private Optional<Path> checkpoint = Optional.empty();

    @Option(
            names = "--checkpoint-every",
            paramLabel = "SECONDS",
            description = "How much work may be lost at most (default: 5).")
    private double checkpointEvery = 5;

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        if (task.isEmpty() && (testData.isPresent() || testSamples.isPresent())) {
            throw common.wrong("--test-data and --test-samples need --task", "add --task classification");
        }
        Timing timing = new Timing();
        Console console = common.console();
        if (!(checkpointEvery > 0) || checkpointEvery > 1e6) {
            throw common.wrong("--checkpoint-every is " + checkpointEvery, "give a number of seconds above 0");
        }
        SweepOptions sweep = SweepOptions.standard()
                .withThreads(threads.count(common))
                .withCheckpoint(
                        checkpoint.orElse(ModelFile.beside(output, ".evidence.part")),
                        Duration.ofNanos(Math.max(1, Math.round(checkpointEvery * 1e9))));
        List<RangedOptions> wanted = flags.options(output, common);
        requireWritable(wanted, sweep);
        Ahead ahead = Ahead.open(() -> data.open(OptionalInt.of(DEFAULT_SAMPLES), common, console));
        try {
            Graph graph = ModelFile.read(model);
            quantize(graph, wanted, sweep, ahead, timing, console);
        } finally {
            ahead.abandon();
        }
        return Failures.DONE;
    }

    private void quantize(
            Graph graph, List<RangedOptions> wanted, SweepOptions sweep, Ahead ahead, Timing timing, Console console) {
        try (Dataset examples = ahead.data()) {
            Optional<TestData> test =
                    task.map(t -> data.openFor(t, testData.orElse(data.data()), testSamples, common, console));
            timing.lap("read");
            try {
                QuantizeJob job = new QuantizeJob(model, graph, wanted, sweep, test);
                print(job.run(examples, timing, console), console);
            } finally {
                test.ifPresent(TestData::close);
            }
        }
    }

    private void requireWritable(List<RangedOptions> wanted, SweepOptions sweep) {
        List<Path> inputs = new java.util.ArrayList<>(List.of(model, data.data()));
        flags.recipe().ifPresent(inputs::add);
        testData.ifPresent(inputs::add);
        for (RangedOptions one : wanted) {
            ModelFile.requireWritable(one.output(), inputs);
            QuantizeJob.COMPANIONS.forEach(c -> ModelFile.requireWritable(ModelFile.beside(one.output(), c), inputs));
        }
        sweep.checkpoint().ifPresent(c -> ModelFile.requireWritable(c, inputs));
    }

    private void print(List<Summary> summaries, Console console) {
        List<Map<String, Object>> facts = summaries.stream().map(Summary::facts).toList();
        if (common.json) {
            common.out().println(Json.text(facts.size() == 1 ? facts.get(0) : facts));
        } else if (!common.quiet) {
            summaries.forEach(s -> common.out().print(s.text()));
        }
        common.out().flush();
        summaries.forEach(s -> s.problems().forEach(console::warn));
    }
}
