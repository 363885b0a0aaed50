package dev.octavo.ort.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.testing.GraphText;
import dev.octavo.ort.OrtEngine;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.SchemeOptions;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoiseTest {
    private static final SchemeOptions SCHEME = SchemeOptions.DEFAULT;
    private static final String NETWORK = "x[1,3,16,16] -> Conv(a[8,3,3,3]; pads=1,1,1,1) -> Relu -> p"
            + " -> Conv(b[8,8,3,3]; pads=1,1,1,1) -> Relu -> q -> Conv(c[8,8,3,3]; pads=1,1,1,1) -> y";

    private static Variant variant(Graph graph) {
        List<Group> groups = Group.of(graph);
        return new Variant("", graph, groups, new HashSet<>(groups), OrtEngine.INSTANCE.inferTypes(graph), true);
    }

    @Test
    void isLessTheMoreRunsInFloat() {
        Variant v = variant(GraphText.parse(NETWORK));
        Noise noise = new Noise(v, RoughLowering.needs(v.graph(), v.groups(), SCHEME));
        double last = Double.NEGATIVE_INFINITY;
        for (int floats = 0; floats < 3; floats++) {
            List<Group> integer = v.groups().subList(floats, 3);
            double decibels = noise.decibels(
                    RoughLowering.of(v.graph(), integer, SCHEME, noise.seen().orElseThrow()));
            assertThat(decibels).isGreaterThan(last + 0.1).isBetween(15.0, 60.0);
            last = decibels;
        }
        assertThat(noise.decibels(v.graph())).isGreaterThan(100);
    }

    @Test
    void isTheSameEveryTime() {
        Variant v = variant(GraphText.parse(NETWORK));
        double[] twice = new double[2];
        for (int i = 0; i < 2; i++) {
            Noise noise = new Noise(v, RoughLowering.needs(v.graph(), v.groups(), SCHEME));
            twice[i] = noise.decibels(
                    RoughLowering.of(v.graph(), v.groups(), SCHEME, noise.seen().orElseThrow()));
        }
        assertThat(twice[0]).isEqualTo(twice[1]);
    }

    @Test
    void isUnknownOfANetworkThatGivesNoNumbersOnMadeUpInputs() {
        Variant v = variant(GraphText.parse("x[1,3,16,16] -> Log -> p -> Conv(a[8,3,3,3]) -> y"));
        assertThat(new Noise(v, RoughLowering.needs(v.graph(), v.groups().subList(1, 2), SCHEME)).seen())
                .isEmpty();
    }
}
