package dev.octavo.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GraphTextTest {
    @Test
    void readsAChainOfOperators() {
        Graph g = GraphText.parse("x[1,3,8,8] -> Conv(w[4,3,3,3], b[4]; pads=1,1,1,1) -> c; c -> Relu -> y");

        assertThat(g.opset()).isEqualTo(17);
        assertThat(names(g.inputs())).containsExactly("x");
        assertThat(names(g.outputs())).containsExactly("y");
        assertThat(g.nodes().stream().map(Node::type)).containsExactly("Conv", "Relu");
        Node conv = g.nodes().get(0);
        assertThat(names(conv.presentInputs())).containsExactly("x", "w", "b");
        assertThat(conv.attributes()).containsOnly(java.util.Map.entry("pads", Attribute.Ints.of(1, 1, 1, 1)));
        assertThat(g.require("x").type().orElseThrow().shape()).isEqualTo(Shape.of(1, 3, 8, 8));
        assertThat(constant(g, "w").shape()).isEqualTo(Shape.of(4, 3, 3, 3));
    }

    @Test
    void fillsWeightsByNameAlone() {
        Tensor one = constant(GraphText.parse("x[1,3,8,8] -> Conv(w[4,3,3,3])"), "w");
        Tensor same = constant(GraphText.parse("a[1,3,9,9] -> Relu -> Conv(w[4,3,3,3])"), "w");
        Tensor other = constant(GraphText.parse("x[1,3,8,8] -> Conv(v[4,3,3,3])"), "v");

        assertThat(one).isEqualTo(same).isNotEqualTo(other);
    }

    @Test
    void namesWhatHasNoName() {
        Graph g = GraphText.parse("x[1,4] -> Relu -> Relu");

        assertThat(g.nodes()).extracting(Node::name).containsExactly("relu_1", "relu_2");
        assertThat(names(g.outputs())).containsExactly("relu_2_out");
    }

    @Test
    void readsSeveralInputsAndOutputs() {
        Graph g =
                GraphText.parse("a[1,8], b[1,8] -> Add -> s -> Split(; axis=1 num_outputs=2) -> p, q; p -> Relu -> r");

        assertThat(names(g.inputs())).containsExactly("a", "b");
        assertThat(names(g.outputs())).containsExactly("q", "r");
    }

    @Test
    void readsMarkedOutputs() {
        Graph g = GraphText.parse("x[1,8] -> Relu -> y!; y -> Relu -> z");

        assertThat(names(g.outputs())).containsExactly("y", "z");
    }

    @Test
    void readsScalarsListsAndAbsentInputs() {
        Graph g = GraphText.parse("x[1,8] -> Clip(0, 6) -> Reshape(to{1,-1}) -> Resize(_, s{1.0,2.0}; mode=linear)"
                + " -> QuantizeLinear(0.5, 3:uint8; axis=0)");

        Node clip = g.nodes().get(0);
        assertThat(clip.input(2).orElseThrow().constant().orElseThrow().scalar())
                .isEqualTo(6f);
        assertThat(constant(g, "to").longs()).containsExactly(1, -1);
        assertThat(constant(g, "s").floats()).containsExactly(1f, 2f);
        Node resize = g.nodes().get(2);
        assertThat(resize.input(1)).isEmpty();
        assertThat(resize.attribute("mode")).contains(new Attribute.Text("linear"));
        Tensor zero = g.nodes().get(3).input(2).orElseThrow().constant().orElseThrow();
        assertThat(zero).isEqualTo(Tensor.ofCodes(DType.UINT8, Shape.SCALAR, 3));
    }

    @Test
    void readsEveryKindOfAttribute() {
        Node n = GraphText.parse("x[1,8] -> my.domain::Thing(; a=1, b=1,2 c=[3] d=0.5, e=0.5,1 f=word g=u,v name=it)")
                .nodes()
                .get(0);

        assertThat(n.name()).isEqualTo("it");
        assertThat(n.domain()).isEqualTo("my.domain");
        assertThat(n.attributes().values())
                .containsExactly(
                        new Attribute.Int(1),
                        Attribute.Ints.of(1, 2),
                        Attribute.Ints.of(3),
                        new Attribute.Real(0.5f),
                        new Attribute.Reals(List.of(0.5f, 1f)),
                        new Attribute.Text("word"),
                        new Attribute.Texts(List.of("u", "v")));
    }

    @Test
    void inventsTheStatisticsOfABatchNormalization() {
        Graph g = GraphText.parse("x[?,3,8,8] -> Conv(w[4,3,3,3]) -> Relu -> BatchNormalization -> y");

        Node norm = g.nodes().get(2);
        assertThat(norm.inputCount()).isEqualTo(5);
        for (Value v : norm.presentInputs().subList(1, 5)) {
            assertThat(v.constant().orElseThrow().shape()).isEqualTo(Shape.of(4));
        }
        assertThat(norm.input(4).orElseThrow().constant().orElseThrow().floats())
                .hasSize(4);
        for (float variance :
                norm.input(4).orElseThrow().constant().orElseThrow().floats()) {
            assertThat(variance).isPositive();
        }
    }

    @Test
    void sharesAWeightThatIsNamedTwice() {
        Graph g = GraphText.parse("x[1,4,8,8] -> Conv(w[4,4,1,1]) -> Conv(w[4,4,1,1]) -> y");

        assertThat(g.require("w").uses()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x[1,2",
                "x[1,2] -> ",
                "x[1,2] -> y",
                "x[1,2] -> Conv(w)",
                "x[1,2] -> Relu -> y y",
                "x[1,2] -> Relu(; a)",
                "x[1,2] -> Relu -> x",
                "x:nothing[1] -> Relu"
            })
    void pointsAtWhatItCannotRead(String text) {
        assertThatThrownBy(() -> GraphText.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("==>");
    }

    @Test
    void randomGraphsDependOnTheSeedAlone() {
        for (long seed = 0; seed < 20; seed++) {
            assertThat(RandomGraphs.of(seed).nodes().toString())
                    .isEqualTo(RandomGraphs.of(seed).nodes().toString());
        }
    }

    @Test
    void randomGraphsHaveEveryOperator() {
        Set<String> types = new TreeSet<>();
        for (long seed = 0; seed < 100; seed++) {
            RandomGraphs.of(seed).nodes().forEach(n -> types.add(n.type()));
        }

        assertThat(types)
                .containsExactly(
                        "Add",
                        "BatchNormalization",
                        "Clip",
                        "Concat",
                        "Conv",
                        "Flatten",
                        "Gemm",
                        "GlobalAveragePool",
                        "MaxPool",
                        "Relu");
    }

    private static List<String> names(List<Value> values) {
        return values.stream().map(Value::name).toList();
    }

    private static Tensor constant(Graph g, String name) {
        return g.require(name).constant().orElseThrow();
    }
}
