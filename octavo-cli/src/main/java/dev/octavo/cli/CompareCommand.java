package dev.octavo.cli;

import dev.octavo.analysis.Csv;
import dev.octavo.analysis.compare.ComparedSite;
import dev.octavo.analysis.compare.LayerComparison;
import dev.octavo.core.ModelException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import java.nio.file.Path;
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

/** Compares a float network with a quantized one, value by value. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        customSynopsis = "octavo compare FLOAT QUANTIZED --data DATA [OPTIONS]",
        sortOptions = false,
        description = "Says value by value how far a quantized network is from the float one, worst first.",
        footer = {
            "",
            "Compares on 16 examples unless --samples says otherwise. QUANTIZED may come from another tool.",
            "If it was made with a recipe that rewrites the network, give the same --recipe.",
            "",
            "  octavo compare model.onnx model.int8.onnx --data pictures.yaml --csv layers.csv"
        })
final class CompareCommand implements Callable<Integer> {
    private static final int DEFAULT_SAMPLES = 16;
    private static final int DEFAULT_ROWS = 20;

    @Parameters(index = "0", paramLabel = "FLOAT", description = "The float ONNX model.")
    private Path truth = Path.of("");

    @Parameters(index = "1", paramLabel = "QUANTIZED", description = "A Q/DQ model made from it.")
    private Path quantized = Path.of("");

    @Mixin
    private DataOptions data = new DataOptions();

    @Option(
            names = "--recipe",
            paramLabel = "RECIPE.yaml",
            description = "The recipe of QUANTIZED: its rewrites are applied to FLOAT first.")
    private Optional<Path> recipe = Optional.empty();

    @Option(names = "--simulate", description = "Run QUANTIZED in float, as its nodes say, instead of in integers.")
    private boolean simulate;

    @Option(names = "--worst", description = "Compare on one example alone: the one whose outputs are furthest off.")
    private boolean worst;

    @Option(names = "--rows", paramLabel = "N", description = "Print the N worst values (default: 20; 0: all).")
    private int rows = DEFAULT_ROWS;

    @Option(
            names = "--csv",
            paramLabel = "FILE",
            description = "Write all values with all figures as a table (default: none).")
    private Optional<Path> csv = Optional.empty();

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        if (rows < 0) {
            throw common.wrong("--rows is " + rows, "give 0 or more");
        }
        Console console = common.console();
        int atATime = threads.count(common);
        csv.ifPresent(f -> ModelFile.requireWritable(f, List.of(truth, quantized, data.required(common))));
        Graph before = ModelFile.read(truth);
        Graph after = ModelFile.read(quantized);
        try (Dataset examples = data.open(OptionalInt.of(DEFAULT_SAMPLES), common, console)) {
            Engine.Mode mode = simulate ? Engine.Mode.UNFUSED : Engine.Mode.OPTIMIZED;
            LayerComparison comparison =
                    new LayerComparison(truth(before, examples, console).repaired(), after, mode);
            Dataset compared = examples;
            if (worst) {
                int index = comparison
                        .worstSample(examples, atATime, console)
                        .orElseThrow(() -> new ModelException("no example can be read", "check the data set"));
                console.say("the worst of " + examples.size() + " examples is " + examples.name(index));
                compared = new Single(examples, index);
            }
            print(comparison.run(compared, atATime, console));
        }
        return Failures.DONE;
    }

    private FloatTruth truth(Graph before, Dataset examples, Console console) {
        Optional<Plan> plan = ModelFile.plan(quantized);
        try (DataOptions.Recalled calibrated = data.recall(plan, before, examples, common)) {
            FloatTruth truth = FloatTruth.of(before, recipe, plan, calibrated.source(), console);
            truth.warnings().forEach(console::warn);
            return truth;
        }
    }

    /** One example of a data set. */
    private record Single(Dataset whole, int index) implements Dataset {
        @Override
        public int size() {
            return 1;
        }

        @Override
        public Sample read(int i) throws UnreadableSampleException {
            return whole.read(index);
        }

        @Override
        public String name(int i) {
            return whole.name(index);
        }

        @Override
        public String fingerprint() {
            return whole.fingerprint() + " #" + index;
        }
    }

    private void print(List<ComparedSite> sites) {
        csv.ifPresent(f -> ModelFile.write(f, table(sites)));
        if (common.json) {
            common.out()
                    .println(Json.text(sites.stream().map(ComparedSite::columns).toList()));
        } else {
            common.out().print(text(sites));
        }
        common.out().flush();
    }

    private String text(List<ComparedSite> sites) {
        int shown = rows == 0 ? sites.size() : Math.min(rows, sites.size());
        int width = sites.stream()
                .limit(shown)
                .mapToInt(s -> s.value().length())
                .max()
                .orElse(5);
        StringBuilder out = new StringBuilder();
        String line = "%-" + Math.max(5, width) + "s  %-18s %-6s %9s %9s %9s %9s %9s  %s%n";
        out.append(String.format(
                Locale.ROOT, line, "value", "op", "type", "SQNR dB", "alone dB", "cosine", "L1", "steps", "range"));
        for (ComparedSite s : sites.subList(0, shown)) {
            out.append(String.format(
                    Locale.ROOT,
                    line,
                    s.value(),
                    s.op(),
                    s.dtype(),
                    s.accumulated().notANumber() > 0
                            ? "NaN"
                            : String.format(Locale.ROOT, "%.1f", s.accumulated().sqnr()),
                    s.alone()
                            .map(a -> String.format(Locale.ROOT, "%.1f", a.sqnr()))
                            .orElse("-"),
                    String.format(Locale.ROOT, "%.5f", s.accumulated().cosine()),
                    String.format(Locale.ROOT, "%.3g", s.accumulated().l1()),
                    s.steps().map(x -> String.format(Locale.ROOT, "%.1f", x)).orElse("-"),
                    String.format(
                            Locale.ROOT,
                            "[%.3g, %.3g] in float, [%.3g, %.3g]",
                            s.accumulated().x().min(),
                            s.accumulated().x().max(),
                            s.accumulated().y().min(),
                            s.accumulated().y().max())));
        }
        if (shown < sites.size()) {
            out.append(String.format("... and %d more: --rows 0 prints all%n", sites.size() - shown));
        }
        return out.toString();
    }

    private static String table(List<ComparedSite> sites) {
        StringBuilder out = new StringBuilder();
        for (ComparedSite s : sites) {
            Map<String, Object> columns = s.columns();
            if (out.isEmpty()) {
                out.append(Csv.line(List.copyOf(columns.keySet())));
            }
            out.append(Csv.line(List.copyOf(columns.values())));
        }
        return out.toString();
    }
}
