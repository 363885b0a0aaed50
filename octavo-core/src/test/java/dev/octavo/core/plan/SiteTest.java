package dev.octavo.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Use;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.RandomGraphs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SiteTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "backbone/layer1/Conv_output_0",
                "x -> y[0]",
                "a/b.c:0 -> d[e][12]",
                "with space -> and [brackets] in it[3]",
                "größe -> 値[1]",
                "a->b -> c->d[0]"
            })
    void readsWhatItPrints(String text) {
        assertThat(Site.parse(text)).hasToString(text);
        assertThat(Site.parse(Site.parse(text).toString())).isEqualTo(Site.parse(text));
    }

    @Test
    void everySiteOfAGraphIsReadBack() {
        for (long seed = 0; seed < 30; seed++) {
            RandomGraphs.of(seed).values().forEach(v -> {
                assertThat(Site.parse(Site.of(v).toString())).isEqualTo(Site.of(v));
                v.uses()
                        .forEach(u ->
                                assertThat(Site.parse(Site.of(v, u).toString())).isEqualTo(Site.of(v, u)));
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a -> b", "a -> b[", "a -> b[]", "a -> b[x]", "a -> b[0] "})
    void refusesWhatIsNoSite(String text) {
        assertThatThrownBy(() -> Site.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aReaderIsNamedByTheFirstOutputThatItHas() {
        Graph g = GraphText.parse("x[1,4] -> Relu -> r");
        g.addNode(NodeSpec.of("LSTM", "").inputs("r", "", "r").outputs("", "hidden"));

        assertThat(g.require("r").uses())
                .extracting(u -> Site.of(g.require("r"), u).toString())
                .containsExactly("r -> hidden[0]", "r -> hidden[2]");
        assertThat(Site.ofInput(g.nodes().get(1), 2))
                .isEqualTo(Site.of(g.require("r"), new Use(g.nodes().get(1), 2)));
    }

    @Test
    void sitesAreOrderedByTheirText() {
        assertThat(Site.parse("a")).isLessThan(Site.parse("a -> b[0]"));
        assertThat(Site.parse("a -> b[0]")).isLessThan(Site.parse("b"));
    }
}
