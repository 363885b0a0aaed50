package dev.octavo.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.testing.GraphText;
import java.util.List;
import org.junit.jupiter.api.Test;

class MapNodeTest {
    @Test
    void branchesLieBesideEachOtherAndMeetBehindTheLongest() {
        List<MapNode> map = MapNode.of(
                GraphText.parse(
                        "x[1,3,8,8] -> Conv(w[6,3,1,1]) -> Relu -> r; "
                                + "r -> Conv(a[6,6,1,1]) -> p; p -> Conv(b[6,6,1,1]) -> q; r -> Conv(c[6,6,1,1]) -> s; q -> Add(s) -> y"));
        assertThat(map).extracting(MapNode::site).containsExactlyInAnyOrder("r", "p", "q", "s", "y");
        MapNode r = at(map, "r");
        assertThat(r.op()).isEqualTo("Conv Relu");
        assertThat(List.of(r.depth(), r.lane())).isEqualTo(List.of(0, 0));
        assertThat(at(map, "p").depth()).isEqualTo(1);
        assertThat(at(map, "s").depth()).isEqualTo(1);
        assertThat(at(map, "p").lane()).isNotEqualTo(at(map, "s").lane());
        MapNode y = at(map, "y");
        assertThat(y.depth()).isEqualTo(3);
        assertThat(y.reads().stream().map(i -> map.get(i).site())).containsExactlyInAnyOrder("q", "s");
    }

    @Test
    void whatComputesShapesIsNotOnIt() {
        List<MapNode> map = MapNode.of(
                GraphText.parse("x[1,3,8,8] -> Relu -> r; r -> Shape -> s; r -> Reshape(s) -> t; t -> Sigmoid -> y"));
        assertThat(map).extracting(MapNode::site).containsExactly("r", "t", "y");
        assertThat(map.get(1).reads()).containsExactly(0);
    }

    private static MapNode at(List<MapNode> map, String site) {
        return map.stream().filter(n -> n.site().equals(site)).findFirst().orElseThrow();
    }
}
