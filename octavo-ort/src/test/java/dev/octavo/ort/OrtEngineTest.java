package dev.octavo.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.octavo.core.ModelException;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Engine.Session;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.RandomGraphs;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class OrtEngineTest {
    private static final OrtEngine ENGINE = OrtEngine.INSTANCE;

    static LongStream seeds() {
        return LongStream.range(0, 20);
    }

    @Test
    void computesWhatTheGraphSays() {
        Graph graph = GraphText.parse("a[2,3] -> Add(b[2,3]) -> Relu -> y; a -> Neg -> z");
        Tensor a = Tensor.ofFloats(Shape.of(2, 3), 1, -2, 3, -4, 5, -6);
        float[] b = graph.require("b").constant().orElseThrow().floats();
        try (Session session = ENGINE.open(graph, Mode.UNFUSED, 1)) {
            Map<String, Tensor> out = session.run(Map.of("a", a));
            assertThat(List.copyOf(out.keySet())).isEqualTo(List.of("y", "z"));
            float[] y = get(out, "y").floats();
            for (int i = 0; i < 6; i++) {
                assertThat(y[i]).isEqualTo(Math.max(0, a.floats()[i] + b[i]));
            }
            assertThat(get(out, "z").floats()).containsExactly(-1, 2, -3, 4, -5, 6);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT", "DOUBLE", "INT8", "UINT8", "INT16", "INT32", "INT64", "BOOL", "FLOAT16", "BFLOAT16"})
    void passesTensorsOfThisTypeInAndOut(DType dtype) {
        Graph graph = identity(dtype);
        byte[] bytes = new byte[(int) dtype.bytesFor(6)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (dtype == DType.BOOL ? i % 2 : 17 * i + 3);
        }
        Tensor x = Tensor.of(dtype, Shape.of(2, 3), Storage.of(ByteBuffer.wrap(bytes)));
        try (Session session = ENGINE.open(graph, Mode.UNFUSED, 1)) {
            assertThat(get(session.run(Map.of("x", x)), "y")).isEqualTo(x);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"UINT16", "UINT32", "UINT64", "STRING"})
    void saysWhichTypesCannotPass(DType dtype) {
        assertThatThrownBy(() -> ENGINE.open(identity(dtype), Mode.UNFUSED, 1))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("'x' holds " + dtype);
    }

    @Test
    void uint16MayOccurInside() {
        Graph graph = GraphText.parse("x[1,4] -> Cast(; to=4) -> c; c -> Cast(; to=1) -> y");
        try (Session session = ENGINE.open(graph, Mode.UNFUSED, 1)) {
            Tensor x = Tensor.ofFloats(Shape.of(1, 4), 1, 2, 3, 65535);
            assertThat(get(session.run(Map.of("x", x)), "y")).isEqualTo(x);
        }
    }

    @Test
    void namesInputAndShapesWhenASampleDoesNotFit() {
        Graph graph = GraphText.parse("x[?,3,8,8] -> Conv(w[4,3,3,3]) -> y");
        try (Session session = ENGINE.open(graph, Mode.OPTIMIZED, 1)) {
            assertThatThrownBy(() -> session.run(Map.of("x", SeededData.gaussian(Shape.of(1, 3, 8, 9), 1))))
                    .isInstanceOf(ModelException.class)
                    .hasMessage("the sample has the shape [1, 3, 8, 9] for the input 'x', which takes [?, 3, 8, 8]");
            assertThatThrownBy(() -> session.run(Map.of())).hasMessageContaining("no tensor for the input 'x'");
            assertThatThrownBy(() -> session.run(Map.of("x", Tensor.ofLongs(Shape.of(1), 1))))
                    .hasMessageContaining("has INT64 for the input 'x', which takes FLOAT");
            Tensor x = SeededData.gaussian(Shape.of(1, 3, 8, 8), 1);
            assertThatThrownBy(() -> session.run(Map.of("x", x, "z", x))).hasMessageContaining("no input 'z'");
            assertThat(get(session.run(Map.of("x", x)), "y").shape()).isEqualTo(Shape.of(1, 4, 6, 6));
        }
    }

    @Test
    void namesTheNodeOfAnUnknownOperator() {
        Graph graph = new Graph("exotic");
        graph.setOpset("", 17);
        graph.setOpset("acme", 1);
        graph.addInput("x", new TensorType(DType.FLOAT, Shape.of(1, 4)));
        graph.addNode(
                NodeSpec.of("Frobnicate", "middle").domain("acme").inputs("x").outputs("y"));
        graph.addOutput(graph.require("y"));
        for (Runnable use :
                List.<Runnable>of(() -> ENGINE.open(graph, Mode.OPTIMIZED, 1), () -> ENGINE.inferTypes(graph))) {
            assertThatThrownBy(use::run)
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("'middle' is a acme.Frobnicate")
                    .hasMessageContaining("cannot run");
        }
        Graph noKernel = GraphText.parse("x[1,4] -> Frobnicate(; name=last) -> y");
        assertThatThrownBy(() -> ENGINE.open(noKernel, Mode.OPTIMIZED, 1))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("'last' is a Frobnicate (operator set 17)");
    }

    @Test
    void saysWhereARunFailed() {
        Graph graph = GraphText.parse("x[?,?] -> Reshape(s{3,-1}; name=fold) -> y");
        try (Session session = ENGINE.open(graph, Mode.UNFUSED, 1)) {
            assertThatThrownBy(() -> session.run(Map.of("x", SeededData.gaussian(Shape.of(2, 2), 1))))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("fold");
        }
    }

    @Test
    void infersShapesForABatchOfOne() {
        Graph graph =
                GraphText.parse("x[?,3,8,8] -> Conv(w[4,3,3,3]) -> c; c -> GlobalAveragePool -> p -> Flatten -> y");
        Map<String, TensorType> types = ENGINE.inferTypes(graph);
        assertThat(types)
                .containsEntry("x", new TensorType(DType.FLOAT, Shape.of(1, 3, 8, 8)))
                .containsEntry("c", new TensorType(DType.FLOAT, Shape.of(1, 4, 6, 6)))
                .containsEntry("y", new TensorType(DType.FLOAT, Shape.of(1, 4)))
                .containsEntry("w", new TensorType(DType.FLOAT, Shape.of(4, 3, 3, 3)));
        assertThat(graph.require("x").type().orElseThrow().shape()).isEqualTo(Shape.of(-1, 3, 8, 8));
    }

    @Test
    void observesWhatCannotBeInferred() {
        // The shape is computed with arithmetic that inference does not follow.
        Graph graph = GraphText.parse(
                "x[?,2,4] -> ReduceMax(; keepdims=0) -> m -> Cast(; to=7) -> k -> Add(one{8}) -> s; x -> Reshape(s) -> r"
                        + " -> Relu -> y");
        assertThat(ENGINE.inferTypes(graph)).containsEntry("y", new TensorType(DType.FLOAT, Shape.of(8)));
    }

    @Test
    void leavesOpenWhatDependsOnAnOpenInput() {
        Graph graph = GraphText.parse("x[?,3,?,?] -> Conv(w[4,3,3,3]) -> y");
        assertThat(ENGINE.inferTypes(graph))
                .containsEntry("y", new TensorType(DType.FLOAT, Shape.of(1, 4, Shape.UNKNOWN, Shape.UNKNOWN)));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void knowsEveryShapeOfARandomGraphAndRunsItAlikeInBothModes(long seed) {
        Graph graph = RandomGraphs.of(seed);
        Map<String, TensorType> types = ENGINE.inferTypes(graph);
        graph.nodes()
                .forEach(n -> n.presentOutputs()
                        .forEach(v -> assertThat(Objects.requireNonNull(types.get(v.name()))
                                        .shape()
                                        .isKnown())
                                .isTrue()));
        Map<String, Tensor> inputs = new HashMap<>();
        graph.requiredInputs()
                .forEach(v -> inputs.put(
                        v.name(),
                        SeededData.gaussian(
                                Objects.requireNonNull(types.get(v.name())).shape(), seed)));
        try (Session plain = ENGINE.open(graph, Mode.UNFUSED, 1);
                Session fused = ENGINE.open(graph, Mode.OPTIMIZED, 2)) {
            Map<String, Tensor> expected = plain.run(inputs);
            Map<String, Tensor> actual = fused.run(inputs);
            expected.forEach((name, tensor) -> {
                assertThat(tensor.shape())
                        .isEqualTo(Objects.requireNonNull(types.get(name)).shape());
                float[] e = tensor.floats();
                float[] a = get(actual, name).floats();
                for (int i = 0; i < e.length; i++) {
                    assertThat(a[i]).isCloseTo(e[i], within(1e-4f * (1 + Math.abs(e[i]))));
                }
            });
        }
    }

    @Test
    void aSessionServesSeveralThreads() {
        Graph graph = GraphText.parse("x[1,8,16,16] -> Conv(w[8,8,3,3]) -> Relu -> y");
        try (Session session = ENGINE.open(graph, Mode.OPTIMIZED, 1)) {
            List<Tensor> alone = IntStream.range(0, 32)
                    .mapToObj(i -> get(session.run(Map.of("x", SeededData.gaussian(Shape.of(1, 8, 16, 16), i))), "y"))
                    .toList();
            List<Tensor> together = IntStream.range(0, 32)
                    .parallel()
                    .mapToObj(i -> get(session.run(Map.of("x", SeededData.gaussian(Shape.of(1, 8, 16, 16), i))), "y"))
                    .toList();
            assertThat(together).isEqualTo(alone);
        }
    }

    @Test
    void aModelTooLargeForMemoryGoesThroughAFile() throws Exception {
        Graph graph = GraphText.parse("x[1,64] -> MatMul(w[64,64]) -> y");
        try (var session = Ort.session(graph, OptLevel.ALL_OPT, 1, 100)) {
            assertThat(session.getOutputNames()).containsExactly("y");
        }
    }

    private static Graph identity(DType dtype) {
        Graph graph = new Graph("identity");
        graph.setOpset("", 17);
        graph.addInput("x", new TensorType(dtype, Shape.of(2, 3)));
        graph.addNode(NodeSpec.of("Identity", "same").inputs("x").outputs("y"));
        graph.addOutput(graph.require("y"));
        return graph;
    }

    private static Tensor get(Map<String, Tensor> tensors, String name) {
        return Objects.requireNonNull(tensors.get(name));
    }
}
