package dev.octavo.cli;

import dev.octavo.analysis.sensitivity.Measure;
import dev.octavo.analysis.sensitivity.NoTask;
import dev.octavo.analysis.sensitivity.Sensitivity;
import dev.octavo.analysis.sensitivity.SensitivityTable;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Metric;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Plan;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.SweepResult;
import dev.octavo.ort.quantize.DataWitness;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.ort.quantize.Quantizer;
import dev.octavo.quant.range.LeastSquares;
import dev.octavo.tasks.metric.TaskMetric;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what each quantized site alone costs at the outputs. */
@Command(
        name = "sensitivity",
        mixinStandardHelpOptions = true,
        customSynopsis = "octavo sensitivity MODEL --data DATA [OPTIONS]",
        sortOptions = false,
        description = "Quantizes each site alone, and leaves each site alone in float, and says what that does to the "
                + "outputs, worst first.",
        footer = {
            "",
            "Measures on 16 examples unless --samples says otherwise, simulated, with every site quantized that has",
            "an integer kernel. The last lines check the table itself.",
            "",
            "  octavo sensitivity model.onnx --data pictures.yaml --csv sites.csv",
            "  octavo sensitivity detector.onnx --data pictures.yaml --output box=2 --output score=1"
        })
final class SensitivityCommand implements Callable<Integer> {
    private static final int DEFAULT_SAMPLES = 16;
    private static final int DEFAULT_ROWS = 20;

    @Parameters(paramLabel = "MODEL", description = "A float ONNX model.")
    private Path model = Path.of("");

    @Mixin
    private DataOptions data = new DataOptions();

    @Option(
            names = "--task",
            paramLabel = "TASK",
            description = "Score each row on this task too: classification (default: only compare outputs).")
    private Optional<Task> task = Optional.empty();

    @Option(
            names = "--by",
            paramLabel = "l1|atol|cosine|sqnr",
            description = "What of the outputs to rank by (default: l1).")
    private Measure by = Measure.L1;

    @Option(
            names = "--output",
            paramLabel = "NAME=WEIGHT",
            description = "Rank by this output, with this weight; may be repeated (default: all outputs alike).")
    private Map<String, Double> outputs = new LinkedHashMap<>();

    @Option(names = "--rows", paramLabel = "N", description = "Print the N worst (default: 20; 0: all).")
    private int rows = DEFAULT_ROWS;

    @Option(
            names = "--csv",
            paramLabel = "FILE",
            description = "Write all rows with all figures as a table (default: none).")
    private Optional<Path> csv = Optional.empty();

    @Mixin
    private SchemeFlags flags = new SchemeFlags();

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        if (rows < 0) {
            throw common.wrong("--rows is " + rows, "give 0 or more");
        }
        csv.ifPresent(f -> ModelFile.requireWritable(f, List.of(model, data.required(common))));
        Console console = common.console();
        QuantizeOptions options = flags.options(
                        model, QuantizeOptions.DEFAULT.withActivations(new LeastSquares()), common)
                .get(0)
                .options();
        Graph graph = ModelFile.read(model);
        requireOutputs(graph);
        if (task.isPresent()) {
            try (TestData test = data.openFor(task.get(), common, console)) {
                onTask(graph, options, test.examples(), test.metric(), console);
            }
        } else {
            try (Dataset examples = data.open(OptionalInt.of(DEFAULT_SAMPLES), common, console)) {
                measure(graph, options, examples, new NoTask(), console);
            }
        }
        return Failures.DONE;
    }

    private <M extends TaskMetric<M>> void onTask(
            Graph graph, QuantizeOptions options, Dataset examples, TaskMetric<M> none, Console console) {
        @SuppressWarnings("unchecked") // A TaskMetric<M> is an M: its declaration says so.
        M empty = (M) none;
        measure(graph, options, examples, empty, console);
    }

    private void requireOutputs(Graph graph) {
        List<String> known = graph.outputs().stream().map(Value::name).toList();
        outputs.forEach((name, weight) -> {
            if (!known.contains(name)) {
                throw common.wrong("the model has no output '" + name + "'", "its outputs are " + known);
            }
            if (!(weight >= 0)) {
                throw common.wrong("the weight of '" + name + "' is " + weight, "give 0 or more");
            }
        });
        if (!outputs.isEmpty() && outputs.values().stream().noneMatch(w -> w > 0)) {
            throw common.wrong("no output has a weight above 0", "give one of " + known + " a weight");
        }
    }

    private <M extends Metric<M>> void measure(
            Graph graph, QuantizeOptions options, Dataset examples, M none, Console console) {
        int atATime = threads.count(common);
        SweepOptions sweep = SweepOptions.standard().withThreads(atATime);
        DataWitness witness = DataWitness.of(graph, examples, sweep, console);
        Prepared prepared = Preparation.everywhere(
                Preparation.rewrite(graph, options.rewritesForGrids(), witness, OrtEngine.INSTANCE::inferTypes),
                options,
                witness);
        Quantizer quantizer = new Quantizer(options);
        SweepResult seen = quantizer.observe(prepared, examples, sweep, console);
        Plan plan = quantizer
                .plan(prepared, seen.evidence(), options.activations(), examples, atATime, console)
                .plan();
        SensitivityTable<M> table =
                new Sensitivity(prepared.graph(), prepared.types(), plan, atATime).run(examples, none, console);
        console.warnOfSkipped(table.skipped());
        SensitivityText<M> text = new SensitivityText<>(table, by, outputs);
        csv.ifPresent(f -> ModelFile.write(f, text.csv()));
        if (common.json) {
            common.out().println(Json.text(text.facts()));
        } else {
            common.out().print(text.text(rows));
        }
        common.out().flush();
    }
}
