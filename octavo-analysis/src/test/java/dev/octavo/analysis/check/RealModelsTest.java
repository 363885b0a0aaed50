package dev.octavo.analysis.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.testing.RealData;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.rewrite.Witness;
import dev.octavo.quant.target.SchemeOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the check says of real networks is true, and it says nothing else. */
class RealModelsTest {
    private static final SchemeOptions PER_TENSOR =
            new SchemeOptions(8, 8, 32, false, true, false, SchemeOptions.Signs.UNSIGNED);

    /* The second column: what is found per channel; the third: what one grid per weight adds. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "imagenet/mobilenet_v2_1.0_224.onnx | | coarse-weight features.1.dw.conv.weight",
                "imagenet/mobilenet_v2_1.0_unbalanced_224.onnx | | coarse-weight features.9.dw.conv.weight; coarse-weight features.17.project.conv.weight",
                "imagenet/mobilenet_v1_0.25_224.onnx | coarse-output logits | coarse-weight",
                "imagenet/squeezenet_1.1.onnx | coarse-output logits | ",
                "cifar10/resnet20_cifar10.onnx | float-island layer2.0.pad | ",
                "cifar10/resnet32_cifar10.onnx | float-island layer2.0.pad | ",
                "cifar10/resnet56_cifar10.onnx | float-island layer2.0.pad | ",
                "transformer/convvit_cifar10.onnx | float-island /1/b.0/Div_1, /1/b.0/Erf; unfused /1/b.0/q/MatMul + /1/b.0/q/Add | ",
                "voc_detection/mobilenetv2_yolov3_nano_voc.onnx | coarse-output head0; coarse-output head1 | coarse-weight",
                "voc_segmentation/deeplabv3_mobilenet_v2_voc.onnx | coarse-output logits | coarse-weight",
            })
    void findsWhatIsThere(String model, String perChannel, String perTensor) {
        Optional<Path> data = RealData.folder("imagenet").map(p -> p.resolveSibling(model));
        if (data.isEmpty()) {
            return;
        }
        Preparation.Rewritten rewritten =
                Preparation.rewrite(OnnxReader.read(data.get()), OrtEngine.INSTANCE::inferTypes);
        List<String> channel = found(rewritten, QuantizeOptions.DEFAULT);
        assertThat(channel).isEqualTo(listed(perChannel));
        List<String> tensor = found(rewritten, QuantizeOptions.DEFAULT.withScheme(PER_TENSOR));
        System.out.println(model + " " + tensor);
    }

    private static List<String> listed(String text) {
        return text == null ? List.of() : List.of(text.split("; "));
    }

    private static List<String> found(Preparation.Rewritten rewritten, QuantizeOptions options) {
        Prepared p = Preparation.everywhere(rewritten, options, Witness.NONE);
        CheckReport r = ModelCheck.of(p, Optional.empty(), Map.of());
        assertThat(CheckText.of(r, 0)).doesNotContain("NaN", "Infinity");
        assertThat(r.forecast().speedup()).isBetween(1.05, 3.0);
        return r.findings().stream()
                .map(f -> f.kind().label() + " " + f.where())
                .toList();
    }
}
