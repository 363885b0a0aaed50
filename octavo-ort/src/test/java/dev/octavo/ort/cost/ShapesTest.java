package dev.octavo.ort.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.testing.GraphText;
import dev.octavo.ort.OrtEngine;
import dev.octavo.quant.target.Group;
import org.junit.jupiter.api.Test;

class ShapesTest {
    private static String structure(String text) {
        Graph g = GraphText.parse(text);
        return Shapes.structure(g, OrtEngine.INSTANCE.inferTypes(g), "");
    }

    private static String group(String text) {
        Graph g = GraphText.parse(text);
        return Shapes.of(Group.of(g).get(0), OrtEngine.INSTANCE.inferTypes(g));
    }

    @Test
    void knowsNoNamesAndNoWeights() {
        String one = structure("x[1,4,8,8] -> Conv(a[4,4,1,1]) -> Relu -> y");
        assertThat(structure("in[1,4,8,8] -> Conv(other[4,4,1,1]; name=n) -> z -> Relu -> out"))
                .isEqualTo(one);
    }

    @Test
    void knowsShapesAttributesOperatorsAndLimits() {
        String one = structure("x[1,4,8,8] -> Conv(a[4,4,1,1]) -> Clip(0,6) -> y");
        assertThat(structure("x[1,4,9,8] -> Conv(a[4,4,1,1]) -> Clip(0,6) -> y"))
                .isNotEqualTo(one);
        assertThat(structure("x[1,4,8,8] -> Conv(a[4,4,1,1]; strides=2,2) -> Clip(0,6) -> y"))
                .isNotEqualTo(one);
        assertThat(structure("x[1,4,8,8] -> Conv(a[4,4,1,1]) -> Clip(0,5) -> y"))
                .isNotEqualTo(one);
        assertThat(structure("x[1,4,8,8] -> Conv(a[4,4,1,1]) -> Relu -> y")).isNotEqualTo(one);
    }

    @Test
    void knowsHowNodesHangTogether() {
        String chain = "x[1,4,8,8] -> Relu -> p; p -> Sigmoid -> q; p, q -> Add -> y";
        String other = "x[1,4,8,8] -> Relu -> p; p -> Sigmoid -> q; x, q -> Add -> y; p -> Neg -> z";
        assertThat(structure(chain)).isNotEqualTo(structure(other));
        assertThat(structure("x[1,4,8,8] -> Relu -> p; x, p -> Add -> y"))
                .isNotEqualTo(structure("x[1,4,8,8] -> Relu -> p; p, p -> Add -> y"));
    }

    @Test
    void isTheSameForGroupsThatTakeTheSameTime() {
        assertThat(group("x[1,4,8,8] -> Conv(a[4,4,1,1]) -> Relu -> y"))
                .isEqualTo(group("v[1,4,8,8] -> Conv(b[4,4,1,1]) -> Relu -> w"))
                .isNotEqualTo(group("x[1,4,8,8] -> Conv(a[4,4,1,1]) -> y"))
                .isNotEqualTo(group("x[1,4,8,8] -> Conv(a[8,4,1,1]) -> Relu -> y"));
    }
}
