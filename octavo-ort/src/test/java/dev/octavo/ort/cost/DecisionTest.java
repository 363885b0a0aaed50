package dev.octavo.ort.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.ort.cost.PlacementReport.Latency;
import dev.octavo.ort.cost.PlacementReport.Timing;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecisionTest {
    @Test
    void comesBackFromItsText() {
        Random random = new Random(1);
        for (int groups = 0; groups < 200; groups += 7) {
            BitSet integer = new BitSet();
            for (int i = 0; i < groups; i++) {
                integer.set(i, random.nextBoolean());
            }
            Timing alone = new Timing(1, new Latency(10.5, 11), new Latency(5, 6.5), new Latency(4, 4.5), true);
            Timing two = new Timing(2, new Latency(7, 8), new Latency(3, 4), new Latency(2, 3), false);
            Decision d = new Decision(2, integer, "the cheapest placement", List.of(alone, two));
            assertThat(Decision.parse(d.text())).contains(d);
        }
    }

    @Test
    void keepsItsTextToOneField() {
        Decision d = new Decision(0, new BitSet(), "a|b", List.of());
        assertThat(Decision.parse(d.text()).orElseThrow().why()).isEqualTo("a/b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0|zz|why", "x|1|why", "0|1|why|1 2 3", "0|1|why|1 a b c d e f g"})
    void isNothingIfTheTextIsDamaged(String text) {
        assertThat(Decision.parse(text)).isEmpty();
    }
}
