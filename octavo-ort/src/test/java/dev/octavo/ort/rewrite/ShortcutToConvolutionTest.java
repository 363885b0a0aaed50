package dev.octavo.ort.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.RealData;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.quant.rewrite.ShortcutToConvolution;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ShortcutToConvolutionTest {
    private static final String SLICE = "Slice(s{0,0}, e{9223372036854775807,100}, a{2,3}, t{2,2})";

    private static Rewriting given(String text) {
        return Rewriting.ofTyped(GraphText.parse(text), ShortcutToConvolution::new);
    }

    @Test
    void makesOneConvolutionOfSliceAndPad() {
        given("x[1,4,8,8] -> " + SLICE + " -> Pad(p{0,2,0,0,0,2,0,0}, 0.0) -> y")
                .becomes("Conv")
                .because("adds 32 weights")
                .keepsOutputs();
    }

    @Test
    void takesSlicesOneAfterTheOtherAndOddSizesAndPadsOnOneSide() {
        given("x[1,3,7,9] -> Slice(s{0}, e{100}, a{2}, t{2}) -> Slice(s2{0}, e2{100}, a2{-1}, t2{3})"
                        + " -> Pad(p{0,0,0,0,0,5,0,0}) -> y")
                .becomes("Conv")
                .keepsOutputs();
    }

    @Test
    void leavesAloneASliceThatSkipsTheFirstPixel() {
        given("x[1,4,8,8] -> Slice(s{1,0}, e{100,100}, a{2,3}, t{2,2}) -> Pad(p{0,2,0,0,0,2,0,0}, 0.0) -> y")
                .isUnchanged()
                .because("more than to take every n-th pixel");
    }

    @Test
    void leavesAloneASliceOfChannels() {
        given("x[1,4,8,8] -> Slice(s{0}, e{100}, a{1}, t{2}) -> Pad(p{0,2,0,0,0,2,0,0}, 0.0) -> y")
                .isUnchanged()
                .because("more than to take every n-th pixel");
    }

    @Test
    void leavesAloneASliceThatOthersRead() {
        given("x[1,4,8,8] -> " + SLICE + " -> s1; s1 -> Pad(p{0,2,0,0,0,2,0,0}, 0.0) -> y; s1 -> Relu -> z")
                .isUnchanged()
                .because("has readers besides");
    }

    @Test
    void leavesAloneAPadOfPixelsOrOfOtherNumbers() {
        given("x[1,4,8,8] -> " + SLICE + " -> Pad(p{0,0,1,1,0,0,1,1}, 0.0) -> y")
                .isUnchanged()
                .because("something else than channels");
        given("x[1,4,8,8] -> " + SLICE + " -> Pad(p{0,2,0,0,0,2,0,0}, 1.0) -> y")
                .isUnchanged();
    }

    @Test
    void doesAllShortcutsOfAResidualNetwork() throws IOException {
        Optional<Path> folder = RealData.folder("cifar10");
        if (folder.isEmpty()) {
            return;
        }
        Graph graph = OnnxReader.read(folder.get().resolve("resnet20_cifar10.onnx"));
        Rewriting r = Rewriting.ofTyped(graph, ShortcutToConvolution::new);
        assertThat(r.operators()).doesNotContain("Pad", "Slice");
        r.keepsOutputs();
    }
}
