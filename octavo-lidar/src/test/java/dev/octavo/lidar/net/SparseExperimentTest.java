package dev.octavo.lidar.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.RecipeException;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.lidar.net.SparseNet.Convolution;
import dev.octavo.lidar.sparse.Cells;
import dev.octavo.lidar.sparse.ConvGeometry;
import dev.octavo.lidar.sparse.SparseTensor;
import dev.octavo.lidar.sparse.Zyx;
import dev.octavo.ort.OrtEngine;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparseExperimentTest {
    private static final Zyx GRID = new Zyx(5, 9, 8);
    private static final int IN = 6;
    private static final int OUT = 4;

    /* Half of the cells, features whose channels differ in size by a factor of a hundred. */
    private static SparseTensor input(long seed) {
        Random random = new Random(seed);
        int[] bzyx = new int[4 * (int) GRID.volume()];
        int n = 0;
        for (int i = 0; i < GRID.volume(); i++) {
            if (random.nextBoolean()) {
                bzyx[4 * n + 1] = i / (GRID.y() * GRID.x());
                bzyx[4 * n + 2] = i / GRID.x() % GRID.y();
                bzyx[4 * n + 3] = i % GRID.x();
                n++;
            }
        }
        float[] x = new float[n * IN];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (random.nextGaussian() * (i % IN == 2 ? 100 : 1));
        }
        return SparseTensor.of(x, IN, Cells.of(java.util.Arrays.copyOf(bzyx, 4 * n), GRID, 1));
    }

    private static Convolution convolution(ConvGeometry g, long seed) {
        Random random = new Random(seed);
        float[] w = new float[OUT * g.offsets() * IN];
        for (int i = 0; i < w.length; i++) {
            w[i] = (float) random.nextGaussian() / (i % IN == 2 ? 100 : 1);
        }
        Zyx k = g.kernel();
        return new Convolution(
                "conv",
                SparseNet.INPUT,
                g,
                Optional.empty(),
                Tensor.ofFloats(Shape.of(OUT, k.z(), k.y(), k.x(), IN), w),
                Tensor.ofFloats(Shape.of(OUT), 0.5f, -0.5f, 0, 1),
                false,
                Optional.empty());
    }

    /** The seeds' hypothesis: at active cells a sparse convolution is the dense one over zeros elsewhere. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void atActiveCellsSparseIsDense(long seed) {
        SparseTensor x = input(seed);
        for (ConvGeometry g : List.of(
                ConvGeometry.submanifold(Zyx.all(3), Zyx.ONE),
                ConvGeometry.strided(Zyx.all(3), Zyx.all(2), Zyx.ONE),
                ConvGeometry.strided(new Zyx(3, 1, 1), new Zyx(2, 1, 1), Zyx.ZERO))) {
            Convolution c = convolution(g, seed);
            SparseGraph graph = SparseGraphBuilder.features(new SparseNet("one", IN, List.of(c)), Partition.NONE);
            SparseTensor y;
            try (SparseNetwork network = SparseNetwork.open(graph, 1, Mode.OPTIMIZED)) {
                y = network.features(x);
            }
            Tensor dense = dense(c, x);
            Shape s = dense.shape();
            float[] all = dense.floats();
            float[] rows = y.features().floats();
            Cells cells = y.cells();
            assertThat(cells.size()).isPositive();
            for (int row = 0; row < cells.size(); row++) {
                for (int o = 0; o < OUT; o++) {
                    long at = ((o * s.dim(2) + cells.z(row)) * s.dim(3) + cells.y(row)) * s.dim(4) + cells.x(row);
                    assertThat(rows[row * OUT + o]).isCloseTo(all[(int) at], within(2e-3f));
                }
            }
        }
    }

    /* ONNX Runtime's own convolution over the whole grid. */
    private static Tensor dense(Convolution c, SparseTensor x) {
        Graph graph = new Graph("dense");
        graph.setOpset("", 17);
        graph.addInput("x", new TensorType(DType.FLOAT, Shape.of(1, IN, GRID.z(), GRID.y(), GRID.x())));
        Zyx k = c.geometry().kernel();
        int offsets = c.geometry().offsets();
        float[] from = c.weight().floats(); // [out, k, in]
        float[] w = new float[from.length]; // [out, in, k]
        for (int i = 0; i < w.length; i++) {
            w[(i / IN / offsets * IN + i % IN) * offsets + i / IN % offsets] = from[i];
        }
        graph.addConstant("w", Tensor.ofFloats(Shape.of(OUT, IN, k.z(), k.y(), k.x()), w));
        graph.addConstant("b", c.bias());
        Zyx p = c.geometry().padding();
        Zyx s = c.geometry().stride();
        graph.addNode(NodeSpec.of("Conv", "conv")
                .inputs("x", "w", "b")
                .outputs("y")
                .attribute("strides", Attribute.Ints.of(s.z(), s.y(), s.x()))
                .attribute("pads", Attribute.Ints.of(p.z(), p.y(), p.x(), p.z(), p.y(), p.x())));
        graph.addOutput(graph.require("y"));
        float[] grid = new float[IN * (int) GRID.volume()];
        float[] rows = x.features().floats();
        Cells cells = x.cells();
        for (int row = 0; row < cells.size(); row++) {
            for (int i = 0; i < IN; i++) {
                grid[((i * GRID.z() + cells.z(row)) * GRID.y() + cells.y(row)) * GRID.x() + cells.x(row)] =
                        rows[row * IN + i];
            }
        }
        try (Engine.Session session = OrtEngine.INSTANCE.open(graph.freeze(), Mode.OPTIMIZED, 1)) {
            Tensor in = Tensor.ofFloats(Shape.of(1, IN, GRID.z(), GRID.y(), GRID.x()), grid);
            return Objects.requireNonNull(session.run(Map.of("x", in)).get("y"));
        }
    }

    @Test
    void theLossGrowsWithTheInputAndSmoothingTakesMostOfIt() {
        Convolution c = convolution(ConvGeometry.submanifold(Zyx.all(3), Zyx.ONE), 7);
        SparseExperiment e = SparseExperiment.of(new SparseNet("one", IN, List.of(c)), "conv", input(7), 1);
        double naive = e.loss(1, OptionalDouble.empty(), false);
        assertThat(naive).isPositive();
        // All of the grid scales with the input, the bias aside.
        assertThat(e.loss(10, OptionalDouble.empty(), false)).isCloseTo(10 * naive, within(0.5 * naive));
        assertThat(e.loss(1, OptionalDouble.of(0.5), false)).isLessThan(naive / 5);
        assertThat(e.loss(1, OptionalDouble.of(0.5), true)).isLessThan(naive / 3);
        // Weights alone decide at alpha 0: the channel of large inputs has small weights, and they become alike.
        assertThat(e.loss(1, OptionalDouble.of(0), false)).isLessThan(naive);
        assertThatThrownBy(() -> SparseExperiment.of(new SparseNet("one", IN, List.of(c)), "other", input(7), 1))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("no convolution 'other'");
    }

    @Test
    void layersDeeperInReadWhatTheNetworkGivesThem() {
        Convolution first = convolution(ConvGeometry.submanifold(Zyx.all(3), Zyx.ONE), 7);
        Convolution second = new Convolution(
                "second",
                "conv",
                ConvGeometry.strided(Zyx.all(3), Zyx.all(2), Zyx.ONE),
                Optional.empty(),
                Tensor.ofFloats(Shape.of(1, 3, 3, 3, OUT), new float[27 * OUT]),
                Tensor.ofFloats(Shape.of(1), 3),
                true,
                Optional.empty());
        SparseNet net = new SparseNet("two", IN, List.of(first, second));
        // Weights of zero: nothing to lose but the bias, and that is on the grid of sums.
        assertThat(SparseExperiment.of(net, "second", input(3), 1).loss(1, OptionalDouble.of(0.5), false))
                .isLessThan(1e-3);
    }
}
