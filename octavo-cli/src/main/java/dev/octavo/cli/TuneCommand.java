package dev.octavo.cli;

import dev.octavo.analysis.doctor.Trial;
import dev.octavo.analysis.sweep.SweepLog;
import dev.octavo.analysis.tune.Target;
import dev.octavo.analysis.tune.Tuner;
import dev.octavo.core.RecipeException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.onnx.Fingerprint;
import dev.octavo.onnx.OnnxWriter;
import dev.octavo.onnx.plan.PlanCodec;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.LeastSquares;
import dev.octavo.tasks.metric.TaskMetric;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Finds the fewest wide sites with which a network keeps its accuracy. */
@Command(
        name = "tune",
        mixinStandardHelpOptions = true,
        customSynopsis = "octavo tune MODEL --data DATA --task TASK --target \"top1 -0.5\" -o OUT.onnx [OPTIONS]",
        sortOptions = false,
        description = "Searches the most integers of 8 bits with which a network keeps its accuracy on a task.",
        footer = {
            "",
            "All in 16 bits, all in 8, repairs one at a time, then as few sites in 16 bits as it takes.",
            "Writes OUT.onnx, and beside it OUT.recipe.yaml (a reason on each line), OUT.plan.json and OUT.tune.jsonl",
            "(every measurement: the same command goes on from there). Ends with code 4 when a target is missed.",
            "",
            "  octavo tune model.onnx --data pictures.yaml --task classification --target \"top1 -0.5\" -o tuned.onnx"
        })
final class TuneCommand implements Callable<Integer> {
    private static final int DEFAULT_SAMPLES = 32;
    private static final double NANOS = 1e9;

    @Parameters(paramLabel = "MODEL", description = "A float ONNX model.")
    private Path model = Path.of("");

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "OUT.onnx",
            description = "The quantized model to write; the best so far is always there.")
    private Path output = Path.of("");

    @Mixin
    private DataOptions data = new DataOptions();

    @Option(
            names = "--task",
            required = true,
            paramLabel = "TASK",
            description = "What to score: classification, detection or segmentation.")
    private Task task = Task.CLASSIFICATION;

    @Option(
            names = "--target",
            paramLabel = "\"SCORE -POINTS\"",
            description = "What may be lost against float; may be repeated (default: top1 -0.5).")
    private List<String> targets = List.of("top1 -0.5");

    @Mixin
    private TestOptions test = new TestOptions();

    @Option(
            names = "--budget",
            paramLabel = "SECONDS",
            description = "Begin no measurement after so long (default: no limit).")
    private Optional<Double> budget = Optional.empty();

    @Mixin
    private SchemeFlags flags = new SchemeFlags();

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        Console console = common.console();
        List<Target> wanted = targets();
        if (budget.filter(b -> !(b > 0)).isPresent()) {
            throw common.wrong("--budget is " + budget.get(), "give a number of seconds above 0");
        }
        long start = System.nanoTime();
        BooleanSupplier inTime = () -> !Thread.currentThread().isInterrupted()
                && budget.map(b -> System.nanoTime() - start < b * NANOS).orElse(true);
        QuantizeOptions options = flags.options(
                        output, QuantizeOptions.DEFAULT.withActivations(new LeastSquares()), common)
                .get(0)
                .options();
        List<Path> inputs = new ArrayList<>(List.of(model, data.required(common)));
        flags.recipe().ifPresent(inputs::add);
        test.data().ifPresent(inputs::add);
        for (String companion : List.of(".onnx", ".recipe.yaml", ".plan.json", ".tune.jsonl")) {
            ModelFile.requireWritable(ModelFile.beside(output, companion), inputs);
        }
        Graph graph = ModelFile.read(model);
        try (Dataset examples = data.open(OptionalInt.of(DEFAULT_SAMPLES), common, console);
                TestData scored = test.open(task, data, common, console)) {
            return tune(graph, options, wanted, examples, scored.examples(), scored.metric(), inTime, console);
        }
    }

    private <M extends TaskMetric<M>> int tune(
            Graph graph,
            QuantizeOptions options,
            List<Target> wanted,
            Dataset examples,
            Dataset test,
            TaskMetric<M> none,
            BooleanSupplier inTime,
            Console console) {
        @SuppressWarnings("unchecked") // A TaskMetric<M> is an M: its declaration says so.
        M empty = (M) none;
        Trial<M> trial = new Trial<>(graph, examples, test, empty, threads.count(common));
        String identity = Fingerprint.of(graph) + " " + examples.fingerprint() + " " + test.fingerprint() + " " + task;
        SweepLog log = SweepLog.open(ModelFile.beside(output, ".tune.jsonl"));
        console.begin("tune", 0);
        Tuner.Result result = new Tuner<>(
                        trial,
                        new Tuner.Setup(
                                graph,
                                options,
                                wanted,
                                log,
                                identity,
                                inTime,
                                (made, text) -> keep(made, text, examples),
                                console))
                .run();
        console.end();
        return print(result);
    }

    private List<Target> targets() {
        try {
            return targets.stream().map(Target::parse).toList();
        } catch (RecipeException e) {
            throw common.wrong(String.valueOf(e.getMessage()), e.fix());
        }
    }

    /* Each file is written aside and renamed: whatever happens, whole files lie there. */
    private void keep(Trial.Made made, String recipe, Dataset examples) {
        Plan plan = made.plan()
                .withProvenance(Map.of(
                        "tool", new Main.Version().getVersion()[0],
                        "model", String.valueOf(model.getFileName()),
                        "data", examples.fingerprint(),
                        "samples", Integer.toString(examples.size())));
        OnnxWriter.write(made.lowered(), output);
        ModelFile.write(ModelFile.beside(output, ".plan.json"), PlanCodec.write(plan));
        ModelFile.write(ModelFile.beside(output, ".recipe.yaml"), recipe);
    }

    private int print(Tuner.Result result) {
        TuneText text = new TuneText(result);
        if (common.json) {
            common.out().println(Json.text(text.facts()));
        } else {
            common.out().print(text.text());
        }
        common.out().flush();
        boolean reached = result.best().filter(b -> b.result().reached()).isPresent();
        return reached && result.suspects().isEmpty() ? Failures.DONE : Failures.TARGET_MISSED;
    }
}
