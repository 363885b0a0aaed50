package dev.octavo.ort.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SmoothInputsTest {
    static List<Shape> shapes() {
        return List.of(
                Shape.of(1, 3, 224, 224),
                Shape.of(1, 32, 32, 3),
                Shape.of(1, 64, 9, 8),
                Shape.of(1, 4000, 4),
                Shape.of(1, 7),
                Shape.of(1, 2, 16, 16, 16));
    }

    private static float[] of(Shape shape, long seed) {
        Graph g = new Graph("inputs");
        TensorType type = new TensorType(DType.FLOAT, shape);
        g.addInput("x", type);
        Tensor x = Objects.requireNonNull(
                SmoothInputs.of(g, Map.of("x", type), seed).get("x"));
        assertThat(x.shape()).isEqualTo(shape);
        return x.floats();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void areTheSameForTheSameSeedAndOthersForAnother(Shape shape) {
        assertThat(of(shape, 1)).isEqualTo(of(shape, 1)).isNotEqualTo(of(shape, 2));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void haveVarianceOne(Shape shape) {
        float[] x = of(shape, 3);
        double squares = 0;
        for (float v : x) {
            squares += (double) v * v / x.length;
        }
        assertThat(squares).isCloseTo(1, within(1e-3));
    }

    @Test
    void areAlikeInNeighbouringPixels() {
        float[] x = of(Shape.of(1, 3, 224, 224), 1);
        double alongRow = 0;
        double alongColumn = 0;
        double far = 0;
        for (int i = 0; i + 224 * 112 + 112 < x.length; i++) {
            alongRow += (double) x[i] * x[i + 1] / x.length;
            alongColumn += (double) x[i] * x[i + 224] / x.length;
            far += (double) x[i] * x[i + 224 * 112 + 112] / x.length;
        }
        assertThat(alongRow).isGreaterThan(0.6);
        assertThat(alongColumn).isGreaterThan(0.6);
        assertThat(Math.abs(far)).isLessThan(0.3);
    }
}
