package dev.octavo.cli;

import dev.octavo.analysis.doctor.Trial;
import dev.octavo.analysis.sensitivity.NoTask;
import dev.octavo.analysis.sweep.SweepLog;
import dev.octavo.analysis.tune.Budget;
import dev.octavo.analysis.tune.Evaluated;
import dev.octavo.analysis.tune.Target;
import dev.octavo.analysis.tune.Tuner;
import dev.octavo.core.RecipeException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Metric;
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
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Finds the fewest wide sites with which a network keeps its accuracy. */
@Command(
        name = "tune",
        mixinStandardHelpOptions = true,
        customSynopsis = "octavo tune MODEL --data DATA [--task TASK] [--target \"top1 -0.5\"] -o OUT.onnx [OPTIONS]",
        sortOptions = false,
        description = "Searches the most integers of 8 bits with which a network keeps its accuracy on a task.",
        footer = {
            "",
            "All in 16 bits, all in 8, repairs one at a time, then as few sites in 16 bits as it takes.",
            "Writes OUT.onnx, and beside it OUT.recipe.yaml (a reason on each line), OUT.plan.json and OUT.tune.jsonl",
            "(every measurement: the same command goes on from there). Ends with code 4 when a target is missed.",
            "",
            "  octavo tune model.onnx --data pictures.yaml --task classification --target \"top1 -0.5\" -o tuned.onnx",
            "  octavo tune model.onnx --data scenes.npz --target \"boxes cosine 0.999\" --target \"scores sqnr 30\" -o t.onnx"
        })
final class TuneCommand implements Callable<Integer> {
    private static final int DEFAULT_SAMPLES = 32;
    private static final double NANOS = 1e9;
    private static final double DEFAULT_DECIBELS = 20;
    private static final double DEFAULT_POINTS = 0.5;

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
            paramLabel = "TASK",
            description = "What to score: classification, detection or segmentation (default: how far outputs agree "
                    + "with float).")
    private Optional<Task> task = Optional.empty();

    @Option(
            names = "--target",
            paramLabel = "TARGET",
            description = "What to reach; all of them if repeated. \"SCORE -POINTS\" or \"SCORE -PERCENT%%\" against "
                    + "float, \"OUTPUT cosine|sqnr|l1 LIMIT\" of an output or of * for all (default: half a point of "
                    + "the task's first score; without a task \"* sqnr 20\").")
    private List<String> targets = List.of();

    @Mixin
    private TestOptions test = new TestOptions();

    @Option(
            names = "--top",
            paramLabel = "PERCENT",
            description = "When 8 bits are not enough, first try 16 bits for this share of the sites, the most "
                    + "sensitive ones (default: search at once).")
    private Optional<Double> top = Optional.empty();

    @Option(
            names = "--cost",
            paramLabel = "macs|latency",
            description = "What is to be as little as possible: multiply-accumulates that are not in 8 bits, or the "
                    + "time that the target takes, measured on this machine (default: macs).")
    private Tuner.Cost cost = Tuner.Cost.MACS;

    @Option(
            names = "--budget",
            paramLabel = "SECONDS",
            description = "Begin nothing that may end later than this (default: no limit).")
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
        if (top.filter(t -> !(t > 0 && t <= 100)).isPresent()) {
            throw common.wrong("--top is " + top.get(), "give a percentage above 0, at most 100");
        }
        if (budget.filter(b -> !(b > 0)).isPresent()) {
            throw common.wrong("--budget is " + budget.get(), "give a number of seconds above 0");
        }
        targets();
        long start = System.nanoTime();
        Budget time = seconds -> !Thread.currentThread().isInterrupted()
                && budget.map(b -> (System.nanoTime() - start) / NANOS + seconds <= b)
                        .orElse(true);
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
        Job job = new Job(graph, options, time, console);
        if (task.isEmpty()) {
            try (Dataset examples = data.open(OptionalInt.of(DEFAULT_SAMPLES), common, console);
                    Dataset others = test.open(data, common, console)) {
                return tune(job, examples, others, new NoTask(), List.of(Target.everyOutput(DEFAULT_DECIBELS)));
            }
        }
        try (Dataset examples = data.open(OptionalInt.of(DEFAULT_SAMPLES), common, console);
                TestData scored = test.open(task.get(), data, common, console)) {
            return tune(job, examples, scored.examples(), scored.metric());
        }
    }

    /** What is the same with and without a task. */
    private record Job(Graph graph, QuantizeOptions options, Budget time, Console console) {}

    private <M extends TaskMetric<M>> int tune(Job job, Dataset examples, Dataset test, TaskMetric<M> none) {
        @SuppressWarnings("unchecked") // A TaskMetric<M> is an M: its declaration says so.
        M empty = (M) none;
        List<Target> half = ScoreText.keys(none.scores()).stream()
                .limit(1)
                .map(score -> Target.points(score, DEFAULT_POINTS))
                .toList();
        return tune(job, examples, test, empty, half);
    }

    private <M extends Metric<M>> int tune(Job job, Dataset examples, Dataset test, M none, List<Target> unlessSaid) {
        Trial<M> trial = new Trial<>(job.graph(), examples, test, none, threads.count(common));
        String identity = Fingerprint.of(job.graph()) + " " + examples.fingerprint() + " " + test.fingerprint() + " "
                + task.map(Task::toString).orElse("outputs");
        SweepLog log = SweepLog.open(ModelFile.beside(output, ".tune.jsonl"));
        List<Target> wanted = targets.isEmpty() ? unlessSaid : targets();
        Tuner.Setup setup = new Tuner.Setup(
                job.graph(),
                job.options(),
                wanted,
                cost,
                top.map(t -> OptionalDouble.of(t / 100)).orElse(OptionalDouble.empty()),
                log,
                identity,
                job.time(),
                new Files(examples, wanted, job.console()),
                job.console());
        return print(new Tuner<>(trial, setup).run(), wanted);
    }

    /** Each file is written aside and renamed: whatever happens, whole files lie there. */
    private final class Files implements Tuner.Keeper {
        private final Dataset examples;
        private final List<Target> wanted;
        private final Console console;

        Files(Dataset examples, List<Target> wanted, Console console) {
            this.examples = examples;
            this.wanted = wanted;
            this.console = console;
        }

        @Override
        public void keep(Trial.Made made, String recipe) {
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

        @Override
        public boolean holds() {
            return java.nio.file.Files.exists(output);
        }

        @Override
        public void measured(Evaluated e) {
            console.say(TuneText.line(e, wanted));
        }
    }

    private List<Target> targets() {
        try {
            return targets.stream().map(Target::parse).toList();
        } catch (RecipeException e) {
            throw common.wrong(String.valueOf(e.getMessage()), e.fix());
        }
    }

    private int print(Tuner.Result result, List<Target> wanted) {
        TuneText text = new TuneText(result, wanted);
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
