package dev.octavo.cli;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.onnx.OnnxWriter;
import dev.octavo.onnx.plan.PlanCodec;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.SweepResult;
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
        QuantizeOptions first = wanted.get(0).options();
        Timing timing = new Timing();
        Graph graph = ModelFile.read(model);
        if (graph.nodes().stream().anyMatch(n -> n.is("QuantizeLinear") || n.is("DequantizeLinear"))) {
            throw new ModelException(
                    model + " is quantized already", "give the float model; octavo evaluate scores a quantized one");
        }
        try (Dataset examples = data.open(false, OptionalInt.of(DEFAULT_SAMPLES), console)) {
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
            List<Map<String, Object>> results = new ArrayList<>();
            for (RangedOptions one : wanted) {
                results.add(write(one, prepared, seen, examples, console, timing));
            }
            if (common.json) {
                System.out.println(Json.text(results.size() == 1 ? results.get(0) : results));
            }
        }
        return Failures.DONE;
    }

    private SweepOptions sweep() {
        Path file = checkpoint.orElse(ModelFile.beside(output, ".evidence.part"));
        return SweepOptions.standard().withThreads(common.threads).withCheckpoint(file, Duration.ofSeconds(5));
    }

    private Map<String, Object> write(
            RangedOptions one, Prepared prepared, SweepResult seen, Dataset examples, Console console, Timing timing) {
        RangedPlan ranged = new Quantizer(one.options())
                .plan(prepared, seen.evidence(), one.options().activations(), examples, common.threads, console);
        Plan plan = ranged.plan();
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put("tool", new Main.Version().getVersion()[0]);
        provenance.put("model", String.valueOf(model.getFileName()));
        provenance.put("data", examples.fingerprint());
        provenance.put("samples", Long.toString(seen.evidence().samples()));
        provenance.put("range", ranged.text());
        provenance.put("scheme", one.options().scheme().toString());
        Plan signed = plan.withProvenance(provenance);
        Graph lowered = prepared.lower(signed);
        timing.lap("solve " + one.name());
        OnnxWriter.write(lowered, one.output());
        ModelFile.write(ModelFile.beside(one.output(), ".plan.json"), PlanCodec.write(signed));
        timing.lap("write " + one.name());
        Summary summary = Summary.of(model, one, ranged.text(), prepared, signed, lowered, seen, timing);
        ModelFile.write(ModelFile.beside(one.output(), ".summary"), summary.text());
        ModelFile.write(ModelFile.beside(one.output(), ".summary.json"), Json.text(summary.facts()) + "\n");
        if (!common.json && !common.quiet) {
            System.out.print(summary.text());
        }
        summary.problems().forEach(console::warn);
        return summary.facts();
    }
}
