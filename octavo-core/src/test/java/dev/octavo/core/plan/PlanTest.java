package dev.octavo.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final Grid EIGHT = grid(8);
    private static final Grid FOUR = grid(4);
    private final Site x = Site.parse("x");
    private final Site y = Site.parse("y");
    private final Site.OfUse use = (Site.OfUse) Site.parse("x -> y[0]");
    private final Site.OfUse other = (Site.OfUse) Site.parse("x -> z[0]");

    @Test
    void aUseReadsThroughItsOwnGridElseThroughItsValues() {
        Plan plan = plan(Map.of(x, EIGHT, use, FOUR), Map.of());

        assertThat(plan.gridFor(use)).contains(FOUR);
        assertThat(plan.gridFor(other)).contains(EIGHT);
        assertThat(plan.gridFor((Site.OfUse) Site.parse("w -> y[1]"))).isEmpty();
    }

    @Test
    void aUseThatKeepsFloatReadsThroughNoGrid() {
        Plan plan = plan(Map.of(x, EIGHT), Map.of(use, "asked for"));

        assertThat(plan.gridFor(use)).isEmpty();
        assertThat(plan.gridFor(other)).contains(EIGHT);
    }

    @Test
    void onlyAndWithoutSplitTheGrids() {
        Plan plan = plan(Map.of(x, EIGHT, y, FOUR, use, FOUR), Map.of(other, "asked for"));

        Plan only = plan.only(s -> s.value().equals("x"));
        Plan without = plan.without(s -> s.value().equals("x"));

        assertThat(only.grids().keySet()).containsExactly(x, use);
        assertThat(without.grids().keySet()).containsExactly(y);
        assertThat(only.floats()).isEqualTo(plan.floats());
        TreeMap<Site, Grid> both = new TreeMap<>(only.grids());
        both.putAll(without.grids());
        assertThat(plan.withGrids(both)).isEqualTo(plan);
    }

    @Test
    void aPlanDoesNotDifferFromItself() {
        Plan plan = plan(Map.of(x, EIGHT), Map.of(use, "asked for"));

        assertThat(plan.diff(plan)).isEmpty();
        assertThat(plan.diff(plan.withProvenance(Map.of("recipe", "other")))).isEmpty();
    }

    @Test
    void aDifferenceSaysWhereAndBothSides() {
        Plan before = plan(Map.of(x, EIGHT, y, FOUR), Map.of());
        Plan after = plan(Map.of(x, FOUR), Map.of(use, "asked for"))
                .withConstants(Map.of("w", Tensor.ofFloats(Shape.SCALAR, 1)));

        assertThat(before.diff(after))
                .extracting(Plan.Difference::where)
                .containsExactly("x", "y", "keep-float x -> y[0]", "constant w");
        assertThat(before.diff(after).get(0).before()).contains(EIGHT.toString());
        assertThat(before.diff(after).get(0).after()).contains(FOUR.toString());
        assertThat(before.diff(after).get(1).after()).isEmpty();
        assertThat(after.diff(before)).hasSameSizeAs(before.diff(after));
    }

    @Test
    void aConstantWithOtherValuesDiffers() {
        Plan one = Plan.empty("f").withConstants(Map.of("w", Tensor.ofFloats(Shape.SCALAR, 1)));
        Plan two = one.withConstants(Map.of("w", Tensor.ofFloats(Shape.SCALAR, 2)));

        assertThat(one.diff(two)).extracting(Plan.Difference::where).containsExactly("constant w");
    }

    private static Plan plan(Map<Site, Grid> grids, Map<Site, String> floats) {
        return new Plan(
                "f", new TreeMap<>(grids), new TreeMap<>(floats), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }

    private static Grid grid(int bits) {
        return Grid.perTensor(QuantSpec.perTensor(bits, true, true), new QuantParams(1, 0));
    }
}
