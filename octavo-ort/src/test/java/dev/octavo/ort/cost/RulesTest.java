package dev.octavo.ort.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.testing.GraphText;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.Placement.Implies;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RulesTest {
    private static List<Group> groups(String text) {
        Graph graph = GraphText.parse(text);
        return Group.of(graph);
    }

    private static Group named(List<Group> groups, String name) {
        return groups.stream()
                .filter(g -> g.node().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void addsAConvolutionBetweenIntegersThatTheRuntimeWouldQuantizeByItself() {
        List<Group> groups = groups("x[1,4,8,8] -> Conv(a[4,4,1,1]) -> Conv(b[4,4,1,1]) -> Conv(c[4,4,1,1]) -> y");
        Rules rules = new Rules(groups, new HashSet<>(groups));
        assertThat(rules.closed(List.of(groups.get(0), groups.get(2)))).isEqualTo(groups);
    }

    @Test
    void leavesTwoInFloatBesideEachOther() {
        List<Group> groups = groups(
                "x[1,4,8,8] -> Conv(a[4,4,1,1]) -> Conv(b[4,4,1,1]) -> Conv(c[4,4,1,1])" + " -> Conv(d[4,4,1,1]) -> y");
        Rules rules = new Rules(groups, new HashSet<>(groups));
        List<Group> ends = List.of(groups.get(0), groups.get(3));
        assertThat(rules.closed(ends)).isEqualTo(ends);
    }

    @Test
    void leavesInFloatWhatTheRecipeKeepsThere() {
        List<Group> groups = groups("x[1,4,8,8] -> Conv(a[4,4,1,1]) -> Conv(b[4,4,1,1]) -> Conv(c[4,4,1,1]) -> y");
        Set<Group> ends = Set.of(groups.get(0), groups.get(2));
        assertThat(new Rules(groups, ends).closed(List.copyOf(ends))).hasSize(2);
    }

    @Test
    void addsAnAdditionOfIntegersReadByIntegersButNotOneThatAlsoAddsAFloat() {
        String text = "x[1,4,8,8] -> Conv(a[4,4,1,1]) -> p; x -> Conv(b[4,4,1,1]) -> q; p, q -> Add(; name=add) -> s;"
                + " s -> Conv(c[4,4,1,1]) -> y";
        List<Group> groups = groups(text);
        Rules rules = new Rules(groups, new HashSet<>(groups));
        List<Group> both = groups.stream().filter(g -> g.node().is("Conv")).toList();
        assertThat(rules.closed(both)).contains(named(groups, "add"));
        assertThat(rules.closed(both.subList(1, 3))).doesNotContain(named(groups, "add"));
    }

    @Test
    void tiesMaxPoolToWhatFeedsItAndWhatReadsItToMaxPool() {
        List<Group> groups = groups(
                "x[1,4,8,8] -> Conv(a[4,4,1,1]) -> MaxPool(; kernel_shape=2,2 strides=2,2) -> Conv(c[4,4,1,1]) -> y");
        Rules rules = new Rules(groups, new HashSet<>(groups));
        Group conv = groups.get(0);
        Group pool = groups.get(1);
        assertThat(rules.implications())
                .containsExactlyInAnyOrder(
                        new Implies(conv, pool), new Implies(pool, conv), new Implies(groups.get(2), pool));
    }

    @Test
    void keepsMaxPoolInFloatBehindWhatGivesFloats() {
        List<Group> groups = groups("x[1,4,8,8] -> MaxPool(; kernel_shape=2,2 strides=2,2) -> Conv(c[4,4,1,1]) -> y");
        Rules rules = new Rules(groups, new HashSet<>(groups));
        assertThat(rules.possible()).containsExactly(groups.get(1));
        assertThat(rules.implications()).containsExactly(new Implies(groups.get(1), groups.get(0)));
    }
}
