package dev.octavo.cli;

import dev.octavo.core.RecipeException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.evaluate.Evaluation;
import dev.octavo.tasks.metric.ClassificationMetric;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Scores a model on a task. */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        description = "Scores a float or quantized model on a task's own metric.")
final class EvaluateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "An ONNX model, float or quantized.")
    private Path model = Path.of("");

    @Option(names = "--task", required = true, description = "classification: top-1 and top-5.")
    private String task = "";

    @Option(
            names = "--simulate",
            description = "Run every Q/DQ pair as it stands, in float, instead of ONNX Runtime's integer kernels.")
    private boolean simulate;

    @Mixin
    private DataOptions data = new DataOptions();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        if (!task.equals("classification")) {
            throw new RecipeException("there is no task '" + task + "'", "the tasks are: classification");
        }
        Console console = common.console();
        Graph graph = ModelFile.read(model);
        try (Dataset examples = data.open(true, OptionalInt.empty(), console)) {
            Engine.Mode mode = simulate ? Engine.Mode.UNFUSED : Engine.Mode.OPTIMIZED;
            Evaluation<ClassificationMetric> result = Evaluation.run(
                    new OrtEngine(), graph, mode, examples, ClassificationMetric.EMPTY, common.threads, console);
            warnOfSkipped(result.skipped(), console);
            print(result);
        }
        return Failures.DONE;
    }

    static void warnOfSkipped(List<String> skipped, Console console) {
        if (!skipped.isEmpty()) {
            console.warn(skipped.size() + " examples could not be read and were left out:");
            skipped.stream().limit(10).forEach(s -> console.warn("  " + s));
        }
    }

    private void print(Evaluation<ClassificationMetric> result) {
        Map<String, Object> scores = new LinkedHashMap<>();
        result.metric().scores().forEach((k, v) -> scores.put(k, k.equals("samples") ? (Object) v.longValue() : v));
        if (!result.skipped().isEmpty()) {
            scores.put("skipped", result.skipped());
        }
        if (common.json) {
            System.out.println(Json.text(scores));
            return;
        }
        long samples = result.metric().scores().getOrDefault("samples", 0.0).longValue();
        result.metric().scores().forEach((k, v) -> {
            if (!k.equals("samples")) {
                System.out.printf(Locale.ROOT, "%s %.2f %% of %d samples%n", k, 100 * v, samples);
            }
        });
    }
}
