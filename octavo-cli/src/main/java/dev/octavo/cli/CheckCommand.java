package dev.octavo.cli;

import dev.octavo.analysis.check.CheckFacts;
import dev.octavo.analysis.check.CheckReport;
import dev.octavo.analysis.check.CheckText;
import dev.octavo.analysis.check.ModelCheck;
import dev.octavo.core.ModelException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.Evidence;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.DataWitness;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.ort.quantize.Quantizer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what will go wrong with a network in integers. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        customSynopsis = "octavo check MODEL [QUANTIZED] [OPTIONS]",
        sortOptions = false,
        description =
                "Says what will go wrong with a model in integers, before any data are seen, and what to do about it.",
        footer = {
            "",
            "Without QUANTIZED the plan that quantize would make is checked, with it the one that the Q/DQ model has.",
            "Nothing is measured unless --measure says so: the forecast is then by rules, or what was measured before.",
            "",
            "  octavo check model.onnx --known reference_points=-100:1"
        })
final class CheckCommand implements Callable<Integer> {
    private static final int DEFAULT_SAMPLES = 16;
    private static final int DEFAULT_ROWS = 10;

    @Parameters(index = "0", paramLabel = "MODEL", description = "The float ONNX model.")
    private Path model = Path.of("");

    @Parameters(index = "1", arity = "0..1", paramLabel = "QUANTIZED", description = "A Q/DQ model made from it.")
    private Optional<Path> quantized = Optional.empty();

    @Option(
            names = "--data",
            paramLabel = "DATA",
            description = "Look at ranges in these data too (default: none; what the graph itself tells).")
    private Optional<Path> data = Optional.empty();

    @Option(names = "--samples", paramLabel = "N", description = "Use N examples, evenly spread (default: 16).")
    private Optional<Integer> samples = Optional.empty();

    @Mixin
    private PreprocessFlags preprocess = new PreprocessFlags();

    @Option(
            names = "--known",
            paramLabel = "NAME=LOW:HIGH",
            description = "A range that you know of an input or value; may be repeated.")
    private Map<String, String> known = new TreeMap<>();

    @Option(names = "--measure", description = "Measure where integers pay on this machine, as quantize does.")
    private boolean measure;

    @Option(names = "--rows", paramLabel = "N", description = "Print N rows of each table (default: 10; 0: all).")
    private int rows = DEFAULT_ROWS;

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
        Map<String, Range> told = told();
        Console console = common.console();
        SweepOptions sweep = SweepOptions.standard().withThreads(threads.count(common));
        QuantizeOptions options = flags.options(Path.of("check.onnx"), QuantizeOptions.DEFAULT, common)
                .get(0)
                .options();
        Graph graph = ModelFile.read(model);
        if (graph.nodes().stream().anyMatch(n -> n.is("QuantizeLinear"))) {
            throw new ModelException(
                    model + " is quantized already", "give the float model first, then the quantized one");
        }
        Optional<Graph> after = quantized.map(ModelFile::read);
        CheckReport report;
        if (data.isPresent()) {
            try (Dataset examples = DataOptions.open(
                    data.get(),
                    samples,
                    OptionalInt.of(DEFAULT_SAMPLES),
                    preprocess.options(data.get(), common),
                    common,
                    console)) {
                Quantizer quantizer = new Quantizer(options);
                DataWitness witness = DataWitness.of(graph, examples, sweep, console);
                Prepared p = measure ? quantizer.prepare(graph, witness) : quantizer.withoutMeasuring(graph, witness);
                report = report(
                        graph,
                        p,
                        after,
                        Optional.of(
                                quantizer.observe(p, examples, sweep, console).evidence()),
                        told);
            }
        } else {
            Quantizer quantizer = new Quantizer(options);
            Prepared p = measure ? quantizer.prepare(graph) : quantizer.withoutMeasuring(graph);
            report = report(graph, p, after, Optional.empty(), told);
        }
        common.out()
                .print(
                        common.json
                                ? Json.text(CheckFacts.of(report)) + System.lineSeparator()
                                : CheckText.of(report, rows));
        common.out().flush();
        return Failures.DONE;
    }

    private static CheckReport report(
            Graph model, Prepared p, Optional<Graph> after, Optional<Evidence> evidence, Map<String, Range> told) {
        return after.isPresent()
                ? ModelCheck.of(after.get(), model, p, evidence, told)
                : ModelCheck.of(p, evidence, told);
    }

    private Map<String, Range> told() {
        Map<String, Range> told = new TreeMap<>();
        known.forEach((name, text) -> {
            String[] ends = text.split(":", -1);
            try {
                if (ends.length == 2) {
                    told.put(name, new Range(Double.parseDouble(ends[0]), Double.parseDouble(ends[1])));
                }
            } catch (IllegalArgumentException e) {
                throw common.wrong(
                        "--known " + name + "=" + text + " is no range: " + e.getMessage(), "write NAME=LOW:HIGH");
            }
            if (!told.containsKey(name)) {
                throw common.wrong("--known " + name + "=" + text + " is no range", "write NAME=LOW:HIGH");
            }
        });
        return told;
    }
}
