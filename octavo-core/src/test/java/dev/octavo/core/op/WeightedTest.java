package dev.octavo.core.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Node;
import dev.octavo.core.testing.GraphText;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightedTest {
    /** Axes: output and input channels of the weight, channels of the activation and of the result. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x[1,4,8,8] -> Conv(w[6,2,3,3], b[6]; group=2) -> y | 0 1 1 1 | 2",
                "x[1,4,8,8] -> ConvTranspose(w[4,3,2,2]; group=2) -> y | 1 0 1 1 | 2",
                "x[2,4] -> Gemm(w[4,6], b[6]) -> y | 1 0 -1 -1 | 1",
                "x[2,4] -> Gemm(w[6,4]; transB=1) -> y | 0 1 -1 -1 | 1",
                "x[4,2] -> Gemm(w[4,6]; transA=1) -> y | 1 0 0 -1 | 1",
                "x[2,4] -> MatMul(w[4,6]) -> y | 1 0 -1 -1 | 1",
                "x[5,2,4] -> MatMul(w[5,4,6]) -> y | 2 1 -1 -1 | 1"
            })
    void knowsWhereTheChannelsLie(String text, String axes, int group) {
        Weighted w = Weighted.of(only(text)).orElseThrow();

        List<Integer> found = List.of(w.outputAxis(), w.inputAxis(), w.activationAxis(), w.resultAxis());
        assertThat(found.toString().replaceAll("[\\[\\],]", "")).isEqualTo(axes);
        assertThat(w.group()).isEqualTo(group);
        assertThat(w.bias().isPresent()).isEqualTo(text.contains("b[6]"));
        assertThat(w.hasConstantWeight()).isTrue();
    }

    @Test
    void otherOperatorsAndOtherDomainsAreNone() {
        assertThat(Weighted.of(only("x[1,4] -> Relu -> y"))).isEmpty();
        assertThat(Weighted.of(only("x[1,4] -> other::Gemm(w[4,4]) -> y"))).isEmpty();
        assertThat(OpCatalog.of(only("x[1,4] -> other::Gemm(w[4,4]) -> y")).kind())
                .isEqualTo(OpKind.KEEPS_FLOAT);
        assertThat(OpCatalog.of(only("x[1,4] -> Mystery -> y")).kind()).isEqualTo(OpKind.KEEPS_FLOAT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x[1,4,8,8] -> Conv(w[8,1,3,3]; group=4) -> y | true",
                "x[1,4,8,8] -> Conv(w[4,2,3,3]; group=2) -> y | false",
                "x[1,1,8,8] -> Conv(w[4,1,3,3]) -> y | false"
            })
    void depthwiseMeansOneChannelPerFilter(String text, boolean expected) {
        assertThat(Conv.of(only(text)).orElseThrow().isDepthwise()).isEqualTo(expected);
    }

    @Test
    void anAttributeOfAnotherTypeIsTheModelsFault() {
        assertThatThrownBy(() -> Conv.of(only("x[1,4,8,8] -> Conv(w[4,4,3,3]; group=two) -> y")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("attribute group of conv_1 should be Int, is Text");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x[1,4] -> Relu -> y | 0 | Infinity",
                "x[1,4] -> Clip(0, 6) -> y | 0 | 6",
                "x[1,4] -> Clip(_, 6) -> y | -Infinity | 6",
                "x[1,4] -> Clip(-1) -> y | -1 | Infinity",
                "x[1,4] -> Clip(; min=-0.5 max=2.5) -> y | -0.5 | 2.5"
            })
    void limitsComeFromInputsOrAttributes(String text, float low, float high) {
        Clip c = Clip.of(only(text)).orElseThrow();

        assertThat(c.low()).isEqualTo(low);
        assertThat(c.high()).isEqualTo(high);
    }

    @Test
    void computedLimitsAreNone() {
        assertThat(Clip.of(GraphText.parse("m[1] -> Identity -> low; x[1,4] -> Clip(low) -> y")
                        .nodes()
                        .get(1)))
                .isEmpty();
    }

    private static Node only(String text) {
        return GraphText.parse(text).nodes().get(0);
    }
}
