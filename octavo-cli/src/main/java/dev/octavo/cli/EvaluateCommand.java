package dev.octavo.cli;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.evaluate.Evaluation;
import dev.octavo.tasks.metric.ClassificationMetric;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
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
            "  octavo evaluate model.int8.onnx --task classification --data pictures.yaml"
        })
final class EvaluateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "An ONNX model, float or quantized.")
    private Path model = Path.of("");

    @Option(
            names = "--task",
            required = true,
            paramLabel = "TASK",
            description = "What to score: classification (top-1 and top-5).")
    private Task task = Task.CLASSIFICATION;

    @Mixin
    private DataOptions data = new DataOptions();

    @Option(
            names = "--simulate",
            description = "Run every Q/DQ pair as it stands, in float (default: as ONNX Runtime optimizes it, a "
                    + "quantized model in integers).")
    private boolean simulate;

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        return switch (task) {
            case CLASSIFICATION -> classification();
        };
    }

    private int classification() {
        Console console = common.console();
        int atATime = threads.count(common);
        Graph graph = ModelFile.read(model);
        try (Dataset examples = data.openLabeled(common, console)) {
            Engine.Mode mode = simulate ? Engine.Mode.UNFUSED : Engine.Mode.OPTIMIZED;
            Evaluation<ClassificationMetric> result = Evaluation.run(
                    OrtEngine.INSTANCE, graph, mode, examples, ClassificationMetric.EMPTY, atATime, console);
            console.warnOfSkipped(result.skipped());
            print(result);
        }
        return Failures.DONE;
    }

    private void print(Evaluation<ClassificationMetric> result) {
        Map<String, Double> all = result.metric().scores();
        if (common.json) {
            Map<String, Object> scores = new LinkedHashMap<>();
            all.forEach((k, v) -> scores.put(k, k.startsWith("top") ? (Object) v : v.longValue()));
            if (!result.skipped().isEmpty()) {
                scores.put("skipped", result.skipped());
            }
            common.out().println(Json.text(scores));
        } else {
            common.out()
                    .println(String.format(
                            Locale.ROOT,
                            "top-1 %.2f %%, top-5 %.2f %% of %d samples",
                            100 * all.getOrDefault("top1", 0.0),
                            100 * all.getOrDefault("top5", 0.0),
                            result.metric().samples()));
            if (result.metric().notANumber() > 0) {
                common.out().println(result.metric().notANumber() + " samples gave NaN and count as wrong");
            }
        }
        common.out().flush();
    }
}
