package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.RealData;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.ort.EvidenceSweep;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.DataWitness;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.channel.ChannelMap;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.rewrite.GraphPass;
import dev.octavo.quant.rewrite.GraphPass.Keeps;
import dev.octavo.quant.rewrite.Rewrites;
import dev.octavo.quant.rewrite.ScaleChannels;
import dev.octavo.quant.target.SchemeOptions;
import dev.octavo.tasks.data.DatasetOptions;
import dev.octavo.tasks.data.Datasets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every rewrite that recipes name, on every real model: what keeps the outputs keeps them, and the quantized network
 * does not become worse, whether there was something to repair or not.
 */
class RepairsOnRealModelsTest {
    private static final int CALIBRATION = 6;
    private static final int COMPARED = 3;

    private static final QuantizeOptions PER_TENSOR = QuantizeOptions.DEFAULT
            .withActivations(new MinMax())
            .withScheme(new SchemeOptions(8, 8, 32, false, true, false, SchemeOptions.Signs.UNSIGNED));

    /* So many dB between two quantizations say nothing on so few samples. */
    private static final double NOISE = 1.5;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "imagenet/mobilenet_v2_1.0_224.onnx | imagenet/images_even500.zip | center-crop: 224, mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]",
                "imagenet/mobilenet_v2_1.0_unbalanced_224.onnx | imagenet/images_even500.zip | center-crop: 224, mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]",
                "imagenet/mobilenet_v1_0.25_224.onnx | imagenet/images_even500.zip | center-crop: 224, mean: 127.5, std: 127.5",
                "imagenet/squeezenet_1.1.onnx | imagenet/images_even500.zip | center-crop: 224, mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]",
                "cifar10/resnet20_cifar10.onnx | cifar10/train2000_jpg.zip | mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]",
                "cifar10/resnet32_cifar10.onnx | cifar10/train2000_jpg.zip | mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]",
                "cifar10/resnet56_cifar10.onnx | cifar10/train2000_jpg.zip | mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]",
                "transformer/convvit_cifar10.onnx | cifar10/train2000_jpg.zip | mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]",
                "voc_detection/mobilenetv2_yolov3_nano_voc.onnx | voc_detection/voc2007_test_198.zip | resize: [320, 320], std: 255",
                "voc_segmentation/deeplabv3_mobilenet_v2_voc.onnx | imagenet/images_even500.zip | resize: [513, 513], mean: 127.5, std: 127.5",
            })
    void noRewriteMakesARealModelWorse(String model, String pictures, String preprocess, @TempDir Path folder)
            throws IOException {
        Optional<Path> data = RealData.folder("imagenet").map(p -> p.resolveSibling(""));
        if (data.isEmpty()) {
            return;
        }
        Graph graph = OnnxReader.read(data.get().resolve(model));
        Path file = Files.writeString(
                folder.resolve("data.yaml"),
                "images: " + data.get().resolve(pictures) + "\nlabels: none\npreprocess: { " + preprocess + " }\n");
        try (Dataset few = Datasets.spread(Datasets.open(file, DatasetOptions.DEFAULT), CALIBRATION)) {
            Trial trial = new Trial(graph, few);
            double plain = trial.decibels(List.of());
            List<String> worse = new ArrayList<>();
            for (String name : Rewrites.names()) {
                if (Rewrites.isStandard(name)) {
                    continue; // part of every quantization, the plain one too
                }
                GraphPass pass = Rewrites.named(name, options(name)).forWidths(PER_TENSOR.widths());
                if (pass.keeps() == Keeps.OUTPUTS && trial.drift(pass) > 2e-3) {
                    worse.add(name + " moves the float outputs by " + trial.drift(pass));
                }
                double repaired = trial.decibels(List.of(pass));
                if (!(repaired > plain - NOISE)) {
                    worse.add(name + ": " + repaired + " dB, without it " + plain + " dB");
                }
            }
            assertThat(worse).isEmpty();
        }
    }

    /** Residual streams unbalanced too: a network that computes the same, and that 8 bits break until it is equalized. */
    @Test
    void equalizationBringsBackAnUnbalancedResidualStream(@TempDir Path folder) throws IOException {
        Optional<Path> data = RealData.folder("imagenet");
        if (data.isEmpty()) {
            return;
        }
        Graph network = OnnxReader.read(data.get().resolve("mobilenet_v2_1.0_unbalanced_224.onnx"));
        Graph broken = network.copy();
        ChannelMap map = ChannelMap.of(broken, OrtEngine.INSTANCE.inferTypes(broken));
        ScaleChannels.apply(broken, map, factors(map));
        Path file = Files.writeString(
                folder.resolve("data.yaml"),
                "images: " + data.get().resolve("images_even500.zip")
                        + "\nlabels: none\npreprocess: { center-crop: 224, mean: 120, std: 58 }\n");
        try (Dataset few = Datasets.spread(Datasets.open(file, DatasetOptions.DEFAULT), CALIBRATION)) {
            Trial trial = new Trial(broken, few);
            assertThat(new Trial(network, few).error(trial.truth)).isLessThan(1e-6);
            assertThat(trial.decibels(List.of())).isLessThan(2);
            GraphPass equalize = Rewrites.named("equalize", PassOptions.NONE).forWidths(PER_TENSOR.widths());
            assertThat(trial.decibels(List.of(equalize))).isGreaterThan(12);
        }
    }

    private static double[] factors(ChannelMap map) {
        Random random = new Random(1);
        double[] s = new double[map.classes().size()];
        for (int c = 0; c < s.length; c++) {
            double factor = Math.exp(random.nextGaussian() * 1.2);
            int root = map.classes().find(c);
            s[root] = map.classes().pinned(root).isPresent() ? 1 : factor;
        }
        for (int c = 0; c < s.length; c++) {
            s[c] = s[map.classes().find(c)];
        }
        return s;
    }

    /* Without being told to look, replace-relu6 replaces what the network lives by, and says how much that changes. */
    private static PassOptions options(String pass) {
        return pass.equals("replace-relu6") ? new PassOptions(Map.of("mode", List.of("rare"))) : PassOptions.NONE;
    }

    /** A model with its data and what float gives. */
    private static final class Trial {
        private final Graph graph;
        private final Dataset data;
        private final DataWitness witness;
        private final List<Map<String, Tensor>> samples;
        private final List<Map<String, Tensor>> truth;

        Trial(Graph graph, Dataset data) {
            this.graph = graph;
            this.data = data;
            this.witness = DataWitness.of(graph, data, SweepOptions.standard(), Progress.NONE);
            this.samples = witness.samples(COMPARED);
            this.truth = outputs(graph);
        }

        /* Signal to noise of the executed outputs, weights per tensor. */
        double decibels(List<GraphPass> passes) {
            QuantizeOptions options = PER_TENSOR.withRewrites(passes);
            Prepared prepared = Preparation.everywhere(
                    Preparation.rewrite(graph, passes, witness, OrtEngine.INSTANCE::inferTypes), options, witness);
            var evidence = EvidenceSweep.collect(
                            prepared.graph(),
                            prepared.fingerprint(),
                            prepared.request(),
                            data,
                            SweepOptions.standard(),
                            Progress.NONE)
                    .evidence();
            return -10 * Math.log10(Math.max(1e-15, error(outputs(prepared.lower(prepared.solve(evidence))))));
        }

        /* How far a rewrite moves the outputs of the float network: root of the relative squared difference. */
        double drift(GraphPass pass) {
            Graph rewritten = Preparation.rewrite(graph, List.of(pass), witness, OrtEngine.INSTANCE::inferTypes)
                    .graph();
            return Math.sqrt(error(outputs(rewritten)));
        }

        private double error(List<Map<String, Tensor>> got) {
            double noise = 0;
            double power = 0;
            for (int i = 0; i < truth.size(); i++) {
                for (Map.Entry<String, Tensor> e : truth.get(i).entrySet()) {
                    float[] real = e.getValue().floats();
                    float[] other = java.util.Objects.requireNonNull(got.get(i).get(e.getKey()))
                            .floats();
                    for (int k = 0; k < real.length; k++) {
                        noise += ((double) real[k] - other[k]) * ((double) real[k] - other[k]);
                        power += (double) real[k] * real[k];
                    }
                }
            }
            return noise / power;
        }

        private List<Map<String, Tensor>> outputs(Graph network) {
            assertThat(network.outputs().stream().map(Value::name))
                    .isEqualTo(graph.outputs().stream().map(Value::name).toList());
            try (Engine.Session session = OrtEngine.INSTANCE.open(network, Engine.Mode.OPTIMIZED, 2)) {
                return samples.stream().map(session::run).toList();
            }
        }
    }
}
