package dev.octavo.example;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.onnx.OnnxWriter;
import dev.octavo.onnx.plan.PlanCodec;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.SweepResult;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.ort.quantize.Quantizer;
import dev.octavo.ort.quantize.RangedPlan;
import dev.octavo.tasks.data.DatasetOptions;
import dev.octavo.tasks.data.Datasets;
import dev.octavo.tasks.data.LabeledDataset;
import java.nio.file.Files;
import java.nio.file.Path;

/** The program that {@code docs/java-api.md} shows. */
public final class QuantizeExample {
    private QuantizeExample() {}

    public static void main(String[] args) throws Exception {
        Graph model = OnnxReader.read(Path.of(args[0]));
        int threads = Runtime.getRuntime().availableProcessors();
        try (LabeledDataset all = Datasets.open(Path.of(args[1]), DatasetOptions.DEFAULT)) {
            Dataset data = Datasets.spread(all, 100);
            QuantizeOptions options = QuantizeOptions.DEFAULT;
            Quantizer quantizer = new Quantizer(options);

            Prepared prepared = quantizer.prepare(model); // rewritten, placed, decided
            SweepResult seen = quantizer.observe(prepared, data, SweepOptions.standard(), Progress.NONE);
            RangedPlan ranged =
                    quantizer.plan(prepared, seen.evidence(), options.activations(), data, threads, Progress.NONE);

            Graph quantized = prepared.lower(ranged.plan());
            OnnxWriter.write(quantized, Path.of(args[2]));
            Files.writeString(Path.of(args[2] + ".plan.json"), PlanCodec.write(ranged.plan()));
            System.out.println(ranged.text());
            prepared.check(quantized).floats().forEach(f -> System.out.println(f.node() + ": " + f.because()));
        }
    }
}
