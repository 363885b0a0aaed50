package dev.octavo.analysis.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.analysis.check.Finding.Kind;
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

    /* The second column: what is found with a grid per channel; the third: weights that one grid for all spoils. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "imagenet/mobilenet_v2_1.0_224.onnx | | features.1.dw.conv.weight",
                "imagenet/mobilenet_v2_1.0_unbalanced_224.onnx | coarse-activation features.15.expand.relu6_out | features.9.dw.conv.weight; features.17.project.conv.weight",
                "imagenet/mobilenet_v1_0.25_224.onnx | coarse-output logits | conv1.weight",
                "imagenet/squeezenet_1.1.onnx | coarse-output logits | conv11.weight",
                "cifar10/resnet20_cifar10.onnx | float-island layer2.0.pad | layer3.2.conv1.weight",
                "cifar10/resnet32_cifar10.onnx | float-island layer2.0.pad | layer3.0.conv2.weight",
                "cifar10/resnet56_cifar10.onnx | float-island layer2.0.pad | layer3.4.conv1.weight",
                "transformer/convvit_cifar10.onnx | float-island /1/b.0/Div_1, /1/b.0/Erf; unfused /1/b.0/q/MatMul + /1/b.0/q/Add | 0.bl.2.conv1.weight",
                "voc_detection/mobilenetv2_yolov3_nano_voc.onnx | coarse-output head0; coarse-output head1 | l55.conv.weight",
                "voc_segmentation/deeplabv3_mobilenet_v2_voc.onnx | coarse-output logits | Conv.weight",
            })
    void findsWhatIsThere(String model, String perChannel, String perTensor) {
        Optional<Path> data = RealData.folder("imagenet").map(p -> p.resolveSibling(model));
        if (data.isEmpty()) {
            return;
        }
        Preparation.Rewritten rewritten =
                Preparation.rewrite(OnnxReader.read(data.get()), OrtEngine.INSTANCE::inferTypes);
        CheckReport channel = check(rewritten, QuantizeOptions.DEFAULT);
        assertThat(channel.findings().stream().map(f -> f.kind().label() + " " + f.where()))
                .isEqualTo(listed(perChannel));
        CheckReport tensor = check(rewritten, QuantizeOptions.DEFAULT.withScheme(PER_TENSOR));
        assertThat(tensor.findings(Kind.COARSE_WEIGHT).stream().map(Finding::where))
                .isEqualTo(listed(perTensor));
        assertThat(tensor.findings())
                .hasSize(channel.findings().size() + listed(perTensor).size());
        boolean unbalanced = model.contains("unbalanced");
        double weight = tensor.findings(Kind.COARSE_WEIGHT).get(0).weight();
        assertThat(weight).isBetween(unbalanced ? 60.0 : 20.0, unbalanced ? 95.0 : 50.0);
    }

    private static List<String> listed(String text) {
        return text == null ? List.of() : List.of(text.split("; "));
    }

    private static CheckReport check(Preparation.Rewritten rewritten, QuantizeOptions options) {
        Prepared p = Preparation.everywhere(rewritten, options, Witness.NONE);
        CheckReport r = ModelCheck.of(p, Optional.empty(), Map.of());
        assertThat(CheckText.of(r, 0)).doesNotContain("NaN", "Infinity");
        assertThat(r.forecast().speedup()).isBetween(1.05, 3.0);
        return r;
    }
}
