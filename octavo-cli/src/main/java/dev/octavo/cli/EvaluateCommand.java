package dev.octavo.cli;

import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.evaluate.AllOutputs;
import dev.octavo.tasks.metric.TaskMetric;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Scores a model on a task. */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        customSynopsis = "octavo evaluate MODEL --task TASK --data DATA [OPTIONS]",
        sortOptions = false,
        description = "Scores a float or quantized model on a task's own metric.",
        footer = {
            "",
            "Scores all examples unless --samples says otherwise.",
            "",
            "  octavo evaluate model.int8.onnx --task classification --data pictures.yaml",
            "  octavo evaluate detector.yaml --task nuscenes --data nuscenes --results boxes.json",
            "  octavo evaluate model.onnx --against model.int8.onnx --task detection --data pictures.yaml --pictures out"
        })
final class EvaluateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "An ONNX model, float or quantized, or a detector.yaml.")
    private Path model = Path.of("");

    @Option(
            names = "--task",
            required = true,
            paramLabel = "TASK",
            description = "What to score: classification (top-1 and top-5), detection (mAP), segmentation (mIoU) or "
                    + "nuscenes (NDS and mAP, of a detector for point clouds).")
    private Task task = Task.CLASSIFICATION;

    @Mixin
    private DataOptions data = new DataOptions();

    @Option(
            names = "--simulate",
            description = "Run every Q/DQ pair as it stands, in float (default: as ONNX Runtime optimizes it, a "
                    + "quantized model in integers).")
    private boolean simulate;

    @Option(
            names = "--against",
            paramLabel = "OTHER.onnx",
            description =
                    "Score this model too, on the same samples, and say how much it differs " + "(default: none).")
    private Optional<Path> against = Optional.empty();

    @Option(
            names = "--worst",
            paramLabel = "N",
            description = "With --against: name the N samples that differ most (default: 10).")
    private int worst = 10;

    @Option(
            names = "--pictures",
            paramLabel = "DIR",
            description = "With --against: draw those samples into this folder: the annotation, the model, the other "
                    + "(default: do not).")
    private Optional<Path> pictures = Optional.empty();

    @Option(
            names = "--results",
            paramLabel = "OUT.json",
            description = "With a detector: write its boxes in the form of nuScenes (default: do not).")
    private Optional<Path> results = Optional.empty();

    @Mixin
    private DetectorFlags detector = new DetectorFlags();

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        if (pictures.isPresent() && (against.isEmpty() || task == Task.CLASSIFICATION || task == Task.NUSCENES)) {
            throw common.wrong(
                    "--pictures shows where two detectors or segmenters differ",
                    "add --against OTHER.onnx and --task detection or segmentation");
        }
        if (worst < 0) {
            throw common.wrong("--worst is " + worst, "give 0 or more");
        }
        Console console = common.console();
        int atATime = threads.count(common);
        if (DetectorFlags.isDetector(model)) {
            requireForDetector();
            new DetectorEvaluation(
                            model,
                            detector.open(data.required(common), data.samples(), common),
                            simulate ? Engine.Mode.UNFUSED : Engine.Mode.OPTIMIZED,
                            atATime,
                            results)
                    .run(common, console);
            return Failures.DONE;
        }
        if (results.isPresent() || detector.isGiven()) {
            throw common.wrong("--results and --scenes are for a detector", "give detector.yaml as MODEL");
        }
        Graph graph = ModelFile.read(model);
        try (TestData examples = data.openFor(task, common, console)) {
            if (against.isPresent()) {
                compare(graph, ModelFile.read(against.get()), examples, atATime, console);
            } else {
                score(graph, examples, atATime, console);
            }
        }
        common.out().flush();
        return Failures.DONE;
    }

    private void requireForDetector() {
        if (task != Task.NUSCENES) {
            throw common.wrong(model + " is a detector for point clouds", "score it with --task nuscenes");
        }
        if (against.isPresent()) {
            throw common.wrong("--against compares models", "evaluate each detector, or compare their dense.onnx");
        }
    }

    private void score(Graph graph, TestData examples, int atATime, Console console) {
        Engine.Mode mode = simulate ? Engine.Mode.UNFUSED : Engine.Mode.OPTIMIZED;
        String title = simulate ? "evaluate (simulated)" : "evaluate";
        List<String> inputs = graph.requiredInputs().stream().map(Value::name).toList();
        try (Engine.Session session = OrtEngine.INSTANCE.open(graph, mode, 1)) {
            var result = examples.score(title, session, inputs, atATime, console);
            console.warnOfSkipped(result.skipped());
            print(result.metric(), result.skipped());
        }
    }

    private void compare(Graph graph, Graph other, TestData examples, int atATime, Console console) {
        Engine.Mode mode = simulate ? Engine.Mode.UNFUSED : Engine.Mode.OPTIMIZED;
        List<String> inputs = graph.requiredInputs().stream().map(Value::name).toList();
        Engine engine = OrtEngine.INSTANCE;
        try (AllOutputs both = Against.networks(engine.open(graph, mode, 1), engine.open(other, mode, 1))) {
            Against pair = new Against(examples, both, inputs);
            Against.Result result = pair.compare(atATime, worst, console);
            console.warnOfSkipped(result.skipped());
            List<Path> drawn = pictures.map(p -> pair.draw(result.changed(), p)).orElse(List.of());
            if (common.json) {
                Map<String, Object> facts = new LinkedHashMap<>(result.facts());
                facts.put("pictures", drawn.stream().map(Path::toString).toList());
                common.out().println(Json.text(facts));
            } else {
                common.out().println(Against.MODEL + " " + model + ", " + Against.OTHER + " " + against.get());
                result.lines().forEach(common.out()::println);
                drawn.forEach(p -> common.out().println("drawn: " + p));
            }
        }
    }

    private void print(TaskMetric<?> metric, List<String> skipped) {
        if (common.json) {
            Map<String, Object> facts = ScoreText.facts(metric);
            if (!skipped.isEmpty()) {
                facts.put("skipped", skipped);
            }
            common.out().println(Json.text(facts));
            return;
        }
        common.out().println(metric.samples() + " samples; in brackets, where 95 % of such sets of samples would lie");
        ScoreText.lines(metric).forEach(common.out()::println);
        double wrong = metric.scores().getOrDefault("nan", 0.0);
        if (wrong > 0) {
            common.out().println((long) wrong + " samples gave NaN and count as wrong");
        }
    }
}
