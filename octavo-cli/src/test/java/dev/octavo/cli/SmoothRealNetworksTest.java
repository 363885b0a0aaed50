package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.OutlierNetwork;
import dev.octavo.core.testing.RealData;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.DataWitness;
import dev.octavo.ort.quantize.Objective;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.ort.quantize.Quantizer;
import dev.octavo.quant.range.LeastSquares;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.rewrite.GraphPass;
import dev.octavo.quant.rewrite.Rewrites;
import dev.octavo.tasks.data.DatasetOptions;
import dev.octavo.tasks.data.Datasets;
import dev.octavo.tasks.data.LabeledDataset;
import dev.octavo.tasks.image.Normalize;
import dev.octavo.tasks.image.Preprocess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Smoothing on trained networks and real pictures, executed: it repairs, and does no harm where nothing is broken. */
class SmoothRealNetworksTest {
    private static final Preprocess PIXELS = Preprocess.NONE.normalize(
            Normalize.of(List.of(123.675f, 116.28f, 103.53f), List.of(58.395f, 57.12f, 57.375f)));

    /** Error of the executed outputs over their power, on pictures that nothing was calibrated on. */
    private static double error(Graph model, LabeledDataset all, List<GraphPass> passes)
            throws UnreadableSampleException {
        Dataset data = Datasets.spread(all, 32);
        QuantizeOptions options = QuantizeOptions.DEFAULT
                .withObjective(Objective.SIZE)
                .withActivations(new LeastSquares())
                .withRewrites(passes);
        Quantizer quantizer = new Quantizer(options);
        SweepOptions sweep = SweepOptions.standard();
        Prepared prepared = quantizer.prepare(model, DataWitness.of(model, data, sweep, Progress.NONE));
        Plan plan = prepared.solve(
                quantizer.observe(prepared, data, sweep, Progress.NONE).evidence());
        Dataset fresh = Datasets.spread(all, 97);
        double difference = 0;
        double power = 0;
        try (Engine.Session truth = OrtEngine.INSTANCE.open(model, Engine.Mode.OPTIMIZED, 1);
                Engine.Session quantized = OrtEngine.INSTANCE.open(prepared.lower(plan), Engine.Mode.OPTIMIZED, 1)) {
            for (int i = 0; i < fresh.size(); i++) {
                Map<String, Tensor> in = fresh.read(i).inputsFor(List.of("input"));
                float[] real =
                        Objects.requireNonNull(truth.run(in).get("logits")).floats();
                float[] got =
                        Objects.requireNonNull(quantized.run(in).get("logits")).floats();
                for (int k = 0; k < real.length; k++) {
                    difference += Math.pow((double) real[k] - got[k], 2);
                    power += (double) real[k] * real[k];
                }
            }
        }
        return difference / power;
    }

    private static List<GraphPass> smooth(String alpha) {
        return List.of(Rewrites.named("smooth-quant", new PassOptions(Map.of("alpha", List.of(alpha)))));
    }

    @Test
    void takesBackTheOutliersOfAResidualNetwork() throws IOException, UnreadableSampleException {
        Optional<Path> folder = RealData.folder("cifar10");
        if (folder.isEmpty()) {
            return;
        }
        Graph plain = OnnxReader.read(folder.get().resolve("resnet20_cifar10.onnx"));
        Graph outliers = OutlierNetwork.of(plain, 1);
        try (LabeledDataset all =
                Datasets.open(folder.get().resolve("train2000_jpg.zip"), DatasetOptions.DEFAULT.preprocess(PIXELS))) {
            double healthy = error(plain, all, List.of());
            double broken = error(outliers, all, List.of());
            assertThat(broken).isGreaterThan(5 * healthy);
            assertThat(error(outliers, all, smooth("search"))).isLessThan(1.5 * healthy);
            assertThat(error(plain, all, smooth("0.5"))).as("nothing to repair").isLessThan(1.1 * healthy);
        }
    }

    @Test
    void doesATransformerNoHarm() throws IOException, UnreadableSampleException {
        Optional<Path> folder = RealData.folder("transformer");
        Optional<Path> pictures = RealData.folder("cifar10");
        if (folder.isEmpty() || pictures.isEmpty()) {
            return;
        }
        Graph model = OnnxReader.read(folder.get().resolve("convvit_cifar10.onnx"));
        try (LabeledDataset all =
                Datasets.open(pictures.get().resolve("train2000_jpg.zip"), DatasetOptions.DEFAULT.preprocess(PIXELS))) {
            double healthy = error(model, all, List.of());
            assertThat(error(model, all, smooth("0.5"))).isLessThan(1.1 * healthy);
        }
    }
}
