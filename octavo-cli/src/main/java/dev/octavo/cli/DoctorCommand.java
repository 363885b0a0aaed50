package dev.octavo.cli;

import dev.octavo.analysis.doctor.Diagnosis;
import dev.octavo.analysis.doctor.Doctor;
import dev.octavo.analysis.doctor.Remedy;
import dev.octavo.analysis.doctor.Treatment;
import dev.octavo.analysis.doctor.Trial;
import dev.octavo.analysis.sensitivity.NoTask;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Metric;
import dev.octavo.core.graph.Graph;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.LeastSquares;
import dev.octavo.tasks.metric.TaskMetric;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says why quantization harms, and what helps. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        customSynopsis = "octavo doctor FLOAT --data DATA [--recipe RECIPE.yaml] [--fix] [OPTIONS]",
        sortOptions = false,
        description = "Says of every sensitive site why it harms the outputs, with the numbers and with remedies.",
        footer = {
            "",
            "Works on 16 examples unless --samples says otherwise. --fix tries the remedies one at a time and keeps",
            "those that help: the task's score if there is a --task, else the noise of the outputs.",
            "",
            "  octavo doctor model.onnx --data pictures.yaml --weights per-tensor --fix"
        })
final class DoctorCommand implements Callable<Integer> {
    private static final int DEFAULT_SAMPLES = 16;

    @Parameters(paramLabel = "FLOAT", description = "A float ONNX model.")
    private Path model = Path.of("");

    @Mixin
    private DataOptions data = new DataOptions();

    @Mixin
    private TaskOptions task = new TaskOptions();

    @Option(names = "--fix", description = "Try the remedies and show what each gives.")
    private boolean fix;

    @Mixin
    private SchemeFlags flags = new SchemeFlags();

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        task.requireTaskForTestData(common);
        Console console = common.console();
        QuantizeOptions options = flags.options(
                        model, QuantizeOptions.DEFAULT.withActivations(new LeastSquares()), common)
                .get(0)
                .options();
        Graph graph = ModelFile.read(model);
        try (Dataset examples = data.open(OptionalInt.of(DEFAULT_SAMPLES), common, console)) {
            Optional<TestData> scored = task.open(data, common, console);
            if (scored.isPresent()) {
                try (TestData test = scored.get()) {
                    onTask(graph, options, examples, test.examples(), test.metric(), console);
                }
            } else {
                run(graph, options, examples, examples, new NoTask(), Optional.empty(), console);
            }
        }
        return Failures.DONE;
    }

    private <M extends TaskMetric<M>> void onTask(
            Graph graph, QuantizeOptions options, Dataset examples, Dataset test, TaskMetric<M> none, Console console) {
        @SuppressWarnings("unchecked") // A TaskMetric<M> is an M: its declaration says so.
        M empty = (M) none;
        run(graph, options, examples, test, empty, Optional.of(none.primary()), console);
    }

    private <M extends Metric<M>> void run(
            Graph graph,
            QuantizeOptions options,
            Dataset examples,
            Dataset test,
            M none,
            Optional<String> score,
            Console console) {
        Trial<M> trial = new Trial<>(graph, examples, test, none, threads.count(common));
        List<Diagnosis> found = new Doctor(trial, console).examine(options);
        List<Treatment.Rung> ladder =
                fix ? Treatment.fix(trial, options, found, score, console).ladder() : List.of();
        if (common.json) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("diagnoses", found.stream().map(DoctorCommand::facts).toList());
            facts.put("ladder", ladder);
            facts.put("unreadable", trial.unreadable());
            common.out().println(Json.text(facts));
        } else {
            found.forEach(d -> common.out().print(text(d)));
            ladder.forEach(r -> common.out().print(text(r)));
            if (!trial.unreadable().isEmpty()) {
                common.out()
                        .printf(
                                Locale.ROOT,
                                "%d samples could not be read and are in no number; the first: %s%n",
                                trial.unreadable().size(),
                                trial.unreadable().get(0));
            }
        }
        common.out().flush();
    }

    private static Map<String, Object> facts(Diagnosis d) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("site", d.site());
        facts.put("kind", d.kind());
        facts.put("cause", d.cause().toString());
        Map<String, Double> causes = new LinkedHashMap<>();
        d.blames().forEach(b -> causes.put(b.cause().toString(), b.share()));
        facts.put("causes", causes);
        facts.put("share", d.share());
        facts.put("evidence", d.evidence());
        facts.put("remedies", d.remedies().stream().map(Remedy::recipe).toList());
        return facts;
    }

    private static String text(Diagnosis d) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s (%s): %s%s",
                d.site(),
                d.kind(),
                d.causes(),
                d.share() > 0 ? String.format(Locale.ROOT, "; %.2g %% of the noise", 100 * d.share()) : ""));
        lines.add("  " + d.evidence());
        d.remedies().forEach(r -> lines.add("  remedy: " + r.recipe()));
        return String.join("\n", lines) + "\n";
    }

    private static String text(Treatment.Rung r) {
        if (!r.note().isEmpty()) {
            return "  " + r.remedy() + ": cannot be tried: " + r.note() + "\n";
        }
        StringBuilder scores = new StringBuilder();
        r.scores().forEach((k, v) -> {
            if (k.startsWith("top")) {
                scores.append(String.format(Locale.ROOT, "  %s %.2f %%", k, 100 * v));
            }
        });
        return String.format(Locale.ROOT, "%s %-40s %6.1f dB%s%n", r.kept() ? "+" : " ", r.remedy(), r.sqnr(), scores);
    }
}
