package dev.octavo.lidar.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightLayoutTest {
    private static final Zyx KERNEL = new Zyx(3, 1, 2);

    @ParameterizedTest
    @EnumSource
    void everyLayoutIsRecognisedWhereShapesTellAndConvertsToTheSameNumbers(WeightLayout layout) {
        Shape shape = layout.shape(KERNEL, 4, 5);
        assertThat(WeightLayout.recognise(List.of(unknown(shape, 4, 5)))).isEqualTo(layout);
        float[] stored = new float[(int) shape.elements()];
        for (int k = 0; k < 6; k++) {
            for (int i = 0; i < 4; i++) {
                for (int o = 0; o < 5; o++) {
                    int at = switch (layout) {
                        case SPCONV_2 -> (o * 6 + k) * 4 + i;
                        case SPCONV_1 -> (k * 4 + i) * 5 + o;
                        case SPCONV_2_NATIVE -> (k * 5 + o) * 4 + i;
                    };
                    stored[at] = 100 * o + 10 * k + i;
                }
            }
        }
        Tensor w = layout.toSpconv2(Tensor.ofFloats(shape, stored));
        assertThat(w.shape()).isEqualTo(Shape.of(5, 3, 1, 2, 4));
        assertThat(w.floats()[(3 * 6 + 2) * 4 + 1]).isEqualTo(321f);
    }

    @Test
    void equalChannelsAreNotGuessedButAnotherWeightOfTheFileTells() {
        WeightLayout.Unknown square = unknown(Shape.of(3, 1, 2, 4, 4), 4, 4);
        assertThat(WeightLayout.candidates(square))
                .containsExactlyInAnyOrder(WeightLayout.SPCONV_1, WeightLayout.SPCONV_2_NATIVE);
        assertThatThrownBy(() -> WeightLayout.recognise(List.of(square)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("alike");
        assertThat(WeightLayout.recognise(List.of(square, unknown(Shape.of(3, 1, 2, 4, 7), 4, 7))))
                .isEqualTo(WeightLayout.SPCONV_1);
        assertThat(WeightLayout.recognise(List.of(square, unknown(Shape.of(3, 1, 2, 7, 4), 4, 7))))
                .isEqualTo(WeightLayout.SPCONV_2_NATIVE);
    }

    @Test
    void aShapeOfNoLayoutAndTwoLayoutsInOneFileAreRefused() {
        assertThatThrownBy(() -> WeightLayout.recognise(List.of(unknown(Shape.of(1, 2, 3, 4, 5), 4, 5))))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("no layout");
        assertThatThrownBy(() -> WeightLayout.recognise(
                        List.of(unknown(Shape.of(3, 1, 2, 4, 5), 4, 5), unknown(Shape.of(5, 3, 1, 2, 4), 4, 5))))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("the weights before it");
    }

    private static WeightLayout.Unknown unknown(Shape shape, int in, int out) {
        return new WeightLayout.Unknown("conv.weight", shape, KERNEL, in, out);
    }
}
