package dev.octavo.cli;

import dev.octavo.analysis.sweep.Scorer;
import dev.octavo.analysis.sweep.Sweep;
import dev.octavo.analysis.sweep.SweepFiles;
import dev.octavo.analysis.sweep.SweepLog;
import dev.octavo.analysis.sweep.SweepRow;
import dev.octavo.analysis.sweep.SweepRunner;
import dev.octavo.analysis.sweep.SweepTable;
import dev.octavo.analysis.sweep.Sweeps;
import dev.octavo.core.ModelException;
import dev.octavo.core.RecipeException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.lidar.pipeline.DenseLosses;
import dev.octavo.lidar.pipeline.DetectorModel;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.LeastSquares;
import dev.octavo.quant.range.RangeRules;
import dev.octavo.quant.recipe.Glob;
import java.io.IOException;
import java.nio.file.Files;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Varies one choice over many values and measures each. */
@Command(
        name = "sweep",
        mixinStandardHelpOptions = true,
        customSynopsis = {
            "octavo sweep MODEL --data DATA --over WHAT -o DIR [OPTIONS]",
            "octavo sweep detector.yaml --data NUSCENES --over parts|alpha|input-scale -o DIR [OPTIONS]"
        },
        sortOptions = false,
        description = "Varies one choice over many values and measures each: a table, plots and a page.",
        footer = {
            "",
            "WHAT is one of",
            "  alpha        SmoothQuant's migration strength (default: 0.05..0.95/0.05)",
            "  input-scale  factors on the input, with and without SmoothQuant (default: 1,2,5,10,20,30,40,50)",
            "  bits         widths of weights and activations (default: W16A16,W8A8,W4A8,... all in one)",
            "  ranges       range rules for activations (default: all)",
            "  samples      numbers of calibration samples (default: 1,2,5,10,20,50,100)",
            "  parts        parts of the network, each alone and left out; name them with --part NAME=GLOB",
            "  repairs      the rewrites and refinements of --recipe: none, one more at a time, all but each",
            "",
            "Of a detector: parts varies signs, parts and the list of --keep-float (or of the layers that lose most); alpha",
            "and input-scale are about the sparse convolution --layer.",
            "",
            "Writes DIR/WHAT.csv, a PNG per measure, and DIR/sweeps.html. Goes on where it was interrupted.",
            "",
            "  octavo sweep model.onnx --data pictures.yaml --over bits --task classification -o sweeps"
        })
final class SweepCommand implements Callable<Integer> {
    private static final int DEFAULT_SAMPLES = 100;
    private static final int DEFAULT_FRAMES = 16;

    /** What can be varied. */
    enum Over {
        ALPHA,
        INPUT_SCALE,
        BITS,
        RANGES,
        SAMPLES,
        PARTS,
        REPAIRS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @Parameters(paramLabel = "MODEL", description = "A float ONNX model, or a detector.yaml.")
    private Path model = Path.of("");

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "DIR",
            description = "The folder to write into.")
    private Path output = Path.of("");

    @Option(names = "--over", required = true, paramLabel = "WHAT", description = "What to vary, see below.")
    private String over = "";

    @Option(
            names = "--values",
            paramLabel = "VALUES",
            split = ",",
            hideParamSyntax = true,
            description = "The values to try: 1,2,5 or 0.05..0.95/0.05 or names (default: see below).")
    private List<String> values = List.of();

    @Option(
            names = "--part",
            paramLabel = "NAME=GLOB",
            description = "A part of the network by the names of its nodes; may be repeated.")
    private Map<String, String> parts = new LinkedHashMap<>();

    @Option(
            names = "--alpha",
            paramLabel = "A",
            description = "SmoothQuant's migration strength for input-scale (default: 0.5).")
    private double alpha = 0.5;

    @Mixin
    private DataOptions data = new DataOptions();

    @Mixin
    private TaskOptions task = new TaskOptions();

    @Option(
            names = "--error-samples",
            paramLabel = "N",
            description = "Compare the outputs with float on N calibration samples (default: 16).")
    private int errorSamples = 16;

    @Option(names = "--simulate", description = "Run every point in float instead of in integers.")
    private boolean simulate;

    @Option(
            names = "--layer",
            paramLabel = "NAME",
            description = "With a detector: the sparse convolution to smooth (default: conv1.0.conv1).")
    private String layer = "conv1.0.conv1";

    @Option(
            names = "--list-loss",
            paramLabel = "LOSS",
            description = "With a detector: list the layers of its dense part whose results lose more than this share "
                    + "(default: 0.1).")
    private double listLoss = DenseLosses.CUT;

    @Mixin
    private DetectorFlags detector = new DetectorFlags();

    @Mixin
    private SchemeFlags flags = new SchemeFlags();

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Override
    public Integer call() {
        if (!DetectorFlags.isDetector(model)) {
            task.requireTaskForTestData(common);
        }
        Console console = common.console();
        Over what = what();
        QuantizeOptions base = flags.options(
                        output, QuantizeOptions.DEFAULT.withActivations(new LeastSquares()), common)
                .get(0)
                .options();
        if (DetectorFlags.isDetector(model)) {
            SweepTable table = onDetector(what, base, console);
            print(table, SweepFiles.write(table, output, what.toString(), said()));
            return Failures.DONE;
        }
        Graph graph = ModelFile.read(model);
        Sweep sweep = sweep(what, base, graph);
        try (Dataset examples = data.open(OptionalInt.of(DEFAULT_SAMPLES), common, console)) {
            Optional<TestData> test = task.open(data, common, console);
            try {
                SweepTable table = run(sweep, graph, examples, test, console);
                List<Path> files = SweepFiles.write(table, output, what.toString(), said());
                print(table, files);
            } finally {
                test.ifPresent(TestData::close);
            }
        }
        return Failures.DONE;
    }

    private Over what() {
        for (Over o : Over.values()) {
            if (o.toString().equals(over)) {
                return o;
            }
        }
        throw common.wrong("there is nothing called '" + over + "' to vary", "see octavo sweep --help");
    }

    private Path listFile() {
        try {
            return Files.createDirectories(output).resolve("parts.list.yaml");
        } catch (IOException e) {
            throw new ModelException("cannot make the folder " + output, "give another one with -o", e);
        }
    }

    private SweepTable onDetector(Over what, QuantizeOptions base, Console console) {
        DetectorSweep sweep = new DetectorSweep(
                DetectorModel.read(model),
                detector.open(data.required(common), Optional.of(data.samples().orElse(DEFAULT_FRAMES)), common),
                base,
                simulate ? Engine.Mode.UNFUSED : Engine.Mode.OPTIMIZED,
                threads.count(common),
                console);
        return switch (what) {
            case PARTS ->
                sweep.parts(
                        detector.open(task.testData().orElse(data.required(common)), task.testSamples(), common),
                        listLoss,
                        listFile());
            case ALPHA -> sweep.alpha(layer, SweepValues.numbers(valuesOr("0.05..0.95/0.05"), common));
            case INPUT_SCALE ->
                sweep.inputScale(
                        layer,
                        SweepValues.numbers(valuesOr("1", "2", "5", "10", "20", "30", "40", "50"), common),
                        alpha);
            default ->
                throw common.wrong(
                        what + " cannot be varied of a detector",
                        "vary parts, alpha or input-scale, or give its dense part and a data set file of frames");
        };
    }

    private Sweep sweep(Over what, QuantizeOptions base, Graph graph) {
        try {
            return switch (what) {
                case ALPHA -> Sweeps.alpha(base, SweepValues.numbers(valuesOr("0.05..0.95/0.05"), common));
                case INPUT_SCALE ->
                    Sweeps.inputScale(
                            base,
                            SweepValues.numbers(valuesOr("1", "2", "5", "10", "20", "30", "40", "50"), common),
                            alpha);
                case BITS -> Sweeps.bits(base, values.isEmpty() ? Sweeps.WIDTH_NAMES : values);
                case RANGES ->
                    Sweeps.ranges(
                            base,
                            values.isEmpty() ? List.copyOf(RangeRules.names().keySet()) : values);
                case SAMPLES ->
                    Sweeps.samples(base, SweepValues.counts(valuesOr("1", "2", "5", "10", "20", "50", "100"), common));
                case PARTS -> Sweeps.parts(base, graph, globs());
                case REPAIRS -> Sweeps.repairs(base);
            };
        } catch (RecipeException e) {
            throw common.wrong(String.valueOf(e.getMessage()), e.fix());
        }
    }

    private List<String> valuesOr(String... unlessSaid) {
        return values.isEmpty() ? List.of(unlessSaid) : values;
    }

    private Map<String, List<Glob>> globs() {
        if (parts.isEmpty()) {
            throw common.wrong("no part of the network is named", "add --part backbone=\"backbone/**\"");
        }
        Map<String, List<Glob>> globs = new LinkedHashMap<>();
        parts.forEach((name, glob) -> globs.put(name, List.of(new Glob(glob))));
        return globs;
    }

    private SweepTable run(Sweep sweep, Graph graph, Dataset examples, Optional<TestData> test, Console console) {
        int atATime = threads.count(common);
        Optional<Scorer> scorer = test.map(t -> (g, mode) -> t.scores(g, mode, atATime));
        SweepRunner runner = new SweepRunner(
                new SweepRunner.Setup(
                        graph,
                        examples,
                        errorSamples,
                        simulate ? Engine.Mode.UNFUSED : Engine.Mode.OPTIMIZED,
                        scorer,
                        test.map(t -> t.task() + " " + t.examples().fingerprint())
                                .orElse("no task"),
                        atATime,
                        console),
                SweepLog.open(output.resolve("measured.jsonl")));
        String context = flags.recipe().map(ModelFile::text).orElse("");
        List<SweepRow> references = new ArrayList<>();
        if (scorer.isPresent()) {
            references.add(new SweepRow("float", 0, "-", runner.floatScores()));
        }
        if (!sweep.references().isEmpty()) {
            references.addAll(runner.run(sweep.references(), context));
        }
        List<SweepRow> rows = runner.run(sweep.points(), context);
        String title = sweep.title() + ": " + model.getFileName() + (simulate ? ", simulated" : ", executed");
        return new SweepTable(title, sweep.axis(), sweep.named(), rows, references);
    }

    /* The command as it was given, for the page. */
    private String said() {
        return "octavo sweep "
                + String.join(" ", command.commandLine().getParseResult().originalArgs());
    }

    private void print(SweepTable table, List<Path> files) {
        if (common.json) {
            List<Map<String, Object>> rows = new ArrayList<>();
            for (List<SweepRow> part : List.of(table.references(), table.rows())) {
                part.forEach(r -> {
                    Map<String, Object> row = new LinkedHashMap<>();
                    row.put("series", r.series());
                    row.put("label", r.label());
                    row.putAll(r.measures());
                    rows.add(row);
                });
            }
            common.out().println(Json.text(rows));
        } else if (!common.quiet) {
            common.out().print(table.csv());
            files.forEach(f -> common.out().println("wrote " + f));
        }
        common.out().flush();
    }
}
