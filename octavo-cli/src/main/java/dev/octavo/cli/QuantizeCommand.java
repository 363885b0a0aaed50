package dev.octavo.cli;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.onnx.OnnxWriter;
import dev.octavo.onnx.plan.PlanCodec;
import dev.octavo.ort.Parallel;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.SweepResult;
import dev.octavo.ort.cost.ExportCheck;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.ort.quantize.Quantizer;
import dev.octavo.ort.quantize.RangedPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The main job: float ONNX in, int8 ONNX out. */
@Command(
        name = "quantize",
        mixinStandardHelpOptions = true,
        description =
                "Quantizes a float ONNX model on some data and writes a Q/DQ model that ONNX Runtime runs in int8.",
        footer = "%nWrites OUT.onnx, beside it OUT.plan.json (every decision) and OUT.summary (for people; "
                + "OUT.summary.json for machines).")
final class QuantizeCommand implements Callable<Integer> {
    private static final int DEFAULT_SAMPLES = 100;

    @Parameters(paramLabel = "MODEL", description = "A float ONNX model.")
    private Path model = Path.of("");

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "OUT.onnx",
            description = "The quantized model to write.")
    private Path output = Path.of("");

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "Keep the sweep's work here and continue from it (default: OUT.evidence.part).")
    private java.util.Optional<Path> checkpoint = java.util.Optional.empty();

    @Mixin
    private SchemeFlags flags = new SchemeFlags();

    @Mixin
    private DataOptions data = new DataOptions();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        ModelFile.requireWritable(output, model);
        Console console = common.console();
        List<RangedOptions> wanted = flags.options(output);
        Timing timing = new Timing();
        Ahead ahead = Ahead.open(() -> data.open(false, OptionalInt.of(DEFAULT_SAMPLES), console));
        try {
            return quantize(wanted, ahead, console, timing);
        } finally {
            ahead.abandon();
        }
    }

    private int quantize(List<RangedOptions> wanted, Ahead ahead, Console console, Timing timing) {
        QuantizeOptions first = wanted.get(0).options();
        Graph graph = ModelFile.read(model);
        if (graph.nodes().stream().anyMatch(n -> n.is("QuantizeLinear") || n.is("DequantizeLinear"))) {
            throw new ModelException(
                    model + " is quantized already", "give the float model; octavo evaluate scores a quantized one");
        }
        try (Dataset examples = ahead.data()) {
            timing.lap("read");
            Quantizer quantizer = new Quantizer(first);
            Prepared prepared = quantizer.prepare(graph);
            timing.lap("prepare");
            SweepResult seen = quantizer.observe(prepared, examples, sweep(), console);
            seen.notes().forEach(console::say);
            EvaluateCommand.warnOfSkipped(
                    seen.skipped().stream()
                            .map(s -> s.sample() + ": " + s.reason())
                            .toList(),
                    console);
            timing.lap("observe");
            List<Callable<Result>> work = new ArrayList<>();
            wanted.forEach(one -> work.add(() -> write(one, prepared, seen, examples, console)));
            List<Result> results = Parallel.all(work, common.threads);
            timing.lap("solve and write");
            List<Map<String, Object>> facts = results.stream()
                    .map(r -> report(r, prepared, seen, console, timing))
                    .toList();
            if (common.json) {
                System.out.println(Json.text(results.size() == 1 ? facts.get(0) : facts));
            }
        }
        return Failures.DONE;
    }

    private SweepOptions sweep() {
        Path file = checkpoint.orElse(ModelFile.beside(output, ".evidence.part"));
        return SweepOptions.standard().withThreads(common.threads).withCheckpoint(file, Duration.ofSeconds(5));
    }

    /** One model written, and how it came about. */
    private record Result(RangedOptions options, RangedPlan plan, Graph lowered, ExportCheck check) {}

    private Result write(RangedOptions one, Prepared prepared, SweepResult seen, Dataset examples, Console console) {
        RangedPlan ranged = new Quantizer(one.options())
                .plan(prepared, seen.evidence(), one.options().activations(), examples, common.threads, console);
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put("tool", new Main.Version().getVersion()[0]);
        provenance.put("model", String.valueOf(model.getFileName()));
        provenance.put("data", examples.fingerprint());
        provenance.put("samples", Long.toString(seen.evidence().samples()));
        provenance.put("range", ranged.text());
        provenance.put("scheme", one.options().scheme().toString());
        Plan signed = ranged.plan().withProvenance(provenance);
        Graph lowered = prepared.lower(signed);
        OnnxWriter.write(lowered, one.output());
        ModelFile.write(ModelFile.beside(one.output(), ".plan.json"), PlanCodec.write(signed));
        ExportCheck check =
                ExportCheck.of(prepared.graph(), lowered, prepared.types(), prepared.integer(), prepared.obstacles());
        return new Result(one, ranged, lowered, check);
    }

    private Map<String, Object> report(Result r, Prepared prepared, SweepResult seen, Console console, Timing timing) {
        Summary summary = Summary.of(model, r.options(), r.plan(), prepared, r.lowered(), r.check(), seen, timing);
        Path file = r.options().output();
        ModelFile.write(ModelFile.beside(file, ".summary"), summary.text());
        ModelFile.write(ModelFile.beside(file, ".summary.json"), Json.text(summary.facts()) + "\n");
        if (!common.json && !common.quiet) {
            System.out.print(summary.text());
        }
        summary.problems().forEach(console::warn);
        return summary.facts();
    }
}
