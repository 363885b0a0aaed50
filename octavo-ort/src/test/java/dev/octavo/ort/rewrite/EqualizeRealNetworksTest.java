package dev.octavo.ort.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.RealData;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.quant.Journal;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.rewrite.Equalize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real networks compute after equalization what they computed before, whether it finds something to do or not. */
class EqualizeRealNetworksTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "imagenet/mobilenet_v1_0.25_224.onnx",
                "imagenet/mobilenet_v2_1.0_unbalanced_224.onnx",
                "imagenet/squeezenet_1.1.onnx",
                "cifar10/resnet20_cifar10.onnx",
                "transformer/convvit_cifar10.onnx",
                "voc_detection/mobilenetv2_yolov3_nano_voc.onnx",
                "voc_segmentation/deeplabv3_mobilenet_v2_voc.onnx"
            })
    void computesWhatItComputed(String model) throws IOException {
        Optional<Path> folder = RealData.folder(model.substring(0, model.indexOf('/')));
        if (folder.isEmpty()) {
            return;
        }
        Graph graph = OnnxReader.read(folder.get().resolveSibling(model));
        Journal journal = new Journal();
        Preparation.standardRewrites().forEach(p -> p.apply(graph, journal));
        Graph after = graph.copy();
        Equalize pass = new Equalize(new PassOptions(Map.of("weights", List.of("per-tensor"))));

        pass.apply(after, RandomInputs.shapesOnly(), journal);

        assertThat(journal.entries()).anyMatch(e -> e.pass().equals("equalize"));
        assertThat(EqualizeTest.difference(graph, after, input(graph))).isLessThan(1e-3);
    }

    private static Map<String, Tensor> input(Graph graph) {
        Value in = graph.requiredInputs().get(0);
        Shape shape = java.util.Objects.requireNonNull(
                        OrtEngine.INSTANCE.inferTypes(graph).get(in.name()))
                .shape();
        Random random = new Random(4);
        float[] x = new float[Math.toIntExact(shape.elements())];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return Map.of(in.name(), Tensor.ofFloats(shape, x));
    }
}
