package dev.octavo.cli;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.onnx.OnnxWriter;
import dev.octavo.onnx.plan.PlanCodec;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.SweepResult;
import dev.octavo.ort.quantize.Objective;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.ort.quantize.Quantizer;
import dev.octavo.quant.range.RangeRules;
import dev.octavo.quant.target.SchemeOptions;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The main job. */
@Command(name = "quantize", mixinStandardHelpOptions = true, description = "Float ONNX in, int8 Q/DQ ONNX out.")
final class QuantizeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "A float ONNX model.")
    private Path model = Path.of("");

    @Option(names = {"-o", "--output"}, required = true, paramLabel = "OUT.onnx", description = "The quantized model.")
    private Path output = Path.of("");

    @Option(names = "--range", defaultValue = QuantizeOptions.DEFAULT_RANGE)
    private String range = QuantizeOptions.DEFAULT_RANGE;

    @Option(names = "--weights", defaultValue = "per-channel")
    private String weights = "per-channel";

    @Option(names = "--objective", defaultValue = "balanced")
    private Objective objective = Objective.BALANCED;

    @Option(names = "--no-bias-correction")
    private boolean noBiasCorrection;

    @Mixin
    private DataOptions data = new DataOptions();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        ModelFile.requireWritable(output, model);
        Console console = common.console();
        long t0 = System.nanoTime();
        Graph graph = ModelFile.read(model);
        SchemeOptions s = SchemeOptions.DEFAULT;
        QuantizeOptions options = QuantizeOptions.DEFAULT
                .withActivations(RangeRules.named(range, OptionalDouble.empty()))
                .withObjective(objective)
                .withScheme(new SchemeOptions(8, 8, 32, weights.equals("per-channel"), s.symmetricWeights(), false, s.signs()));
        if (noBiasCorrection) {
            options = options.withoutBiasCorrection();
        }
        Quantizer quantizer = new Quantizer(options);
        try (Dataset examples = data.open(false, OptionalInt.of(100), console)) {
            Prepared prepared = quantizer.prepare(graph);
            System.err.println("prepared " + (System.nanoTime() - t0) / 1e9 + " " + prepared.integer().size() + " of " + (prepared.integer().size() + prepared.obstacles().size()) + " " + prepared.placement().map(p -> p.why() + p.floatMicros() + p.chosenMicros() + p.everywhereMicros()));
            SweepResult seen = quantizer.observe(prepared, examples, SweepOptions.standard().withThreads(common.threads), console);
            System.err.println("observed " + (System.nanoTime() - t0) / 1e9);
            Plan plan = prepared.solve(seen.evidence());
            System.err.println("solved " + (System.nanoTime() - t0) / 1e9);
            OnnxWriter.write(prepared.lower(plan), output);
            ModelFile.write(ModelFile.beside(output, ".plan.json"), PlanCodec.write(plan));
            System.err.println("written " + (System.nanoTime() - t0) / 1e9);
        }
        return Failures.DONE;
    }
}
