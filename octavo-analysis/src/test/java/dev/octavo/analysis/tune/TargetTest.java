package dev.octavo.analysis.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.RecipeException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
    private static final Map<String, Double> FLOAT =
            Map.of("top1", 0.736, "box sqnr", 150.0, "box cosine", 1.0, "box l1", 0.0, "score sqnr", 150.0);

    @Test
    void aScoreMayLosePointsOrAShareOfItself() {
        assertThat(shortfall("top1 -0.5", Map.of("top1", 0.731))).isLessThanOrEqualTo(0);
        assertThat(shortfall("top1-0.5", Map.of("top1", 0.7259))).isCloseTo(0.51, within(1e-9));
        assertThat(shortfall("top1 -1%", Map.of("top1", 0.72864))).isLessThanOrEqualTo(0);
        assertThat(shortfall("top1 -1%", Map.of("top1", 0.7213))).isCloseTo(0.9973, within(1e-3));
        assertThat(shortfall("top1 -1", Map.of())).isInfinite();
        assertThat(shortfall("top1 -1", Map.of("top1", Double.NaN))).isInfinite();
    }

    @Test
    void anOutputIsToAgree() {
        assertThat(shortfall("box cosine 0.99", Map.of("box cosine", 0.9))).isCloseTo(10, within(1e-9));
        assertThat(shortfall("box sqnr 30", Map.of("box sqnr", 28.5))).isCloseTo(1.5, within(1e-9));
        assertThat(shortfall("box l1 0.1", Map.of("box l1", 0.05))).isCloseTo(-6.02, within(0.01));
        assertThat(shortfall("* sqnr 30", Map.of("box sqnr", 40.0, "score sqnr", 29.0)))
                .isCloseTo(1, within(1e-9));
    }

    @ParameterizedTest
    @ValueSource(strings = {"top1", "-0.5", "box cosine", "box cosine 1", "box cosine 0", "box l1 0", "box mse 3", ""})
    void whatSaysNothingIsNoTarget(String text) {
        assertThatThrownBy(() -> Target.parse(text)).isInstanceOf(RecipeException.class);
    }

    @Test
    void namesThatAreNotThereAreNamedWithThoseThatAre() {
        assertThatThrownBy(() -> shortfall("miou -1", FLOAT))
                .hasMessageContaining("miou")
                .satisfies(e -> assertThat(((RecipeException) e).fix()).contains("top1"));
        assertThatThrownBy(() -> shortfall("boxes sqnr 10", FLOAT))
                .satisfies(e -> assertThat(((RecipeException) e).fix()).contains("box"));
        assertThat(Target.parse("top1 -0.5")).hasToString("top1 -0.5");
        assertThat(Target.parse("/head/Add:0 cosine 0.999")).hasToString("/head/Add:0 cosine 0.999");
    }

    private static double shortfall(String target, Map<String, Double> got) {
        return Target.parse(target).shortfall(FLOAT, got);
    }
}
