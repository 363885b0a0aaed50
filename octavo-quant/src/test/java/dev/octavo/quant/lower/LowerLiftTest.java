package dev.octavo.quant.lower;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphDump;
import dev.octavo.quant.testing.AwkwardGraphs;
import dev.octavo.quant.testing.RandomPlans;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The laws of lowering and lifting, on random awkward graphs with random plans. */
class LowerLiftTest {
    static LongStream seeds() {
        return LongStream.range(0, 120);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void liftingWhatWasLoweredGivesTheGridsBack(long seed) {
        Graph g = AwkwardGraphs.of(seed);
        Plan p = RandomPlans.of(g, seed);

        Plan lifted = lift(Lowering.lower(g, p)).plan();

        assertThat(lifted.grids()).isEqualTo(p.grids());
        assertThat(lifted.floats().keySet()).isEqualTo(p.floats().keySet());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void liftingWhatWasLoweredGivesTheGraphBackWithItsConstantsSnapped(long seed) {
        Graph g = AwkwardGraphs.of(seed);
        Plan p = RandomPlans.of(g, seed);

        Graph lifted = lift(Lowering.lower(g, p)).graph();

        assertThat(GraphDump.of(lifted)).isEqualTo(GraphDump.of(snapped(g, p)));
        assertThat(lifted.metadata()).isEqualTo(g.metadata());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void loweringWhatWasLiftedChangesNothing(long seed) {
        Graph g = AwkwardGraphs.of(seed);
        Graph once = Lowering.lower(g, RandomPlans.of(g, seed));

        Lifting.Lifted lifted = lift(once);
        Graph twice = Lowering.lower(lifted.graph(), lifted.plan());

        assertThat(GraphDump.of(twice)).isEqualTo(GraphDump.of(once));
        assertThat(twice.metadata()).isEqualTo(once.metadata());
        assertThat(twice.opsets()).isEqualTo(once.opsets());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void thereIsOneQPerGridAndOneDqPerUse(long seed) {
        Graph g = AwkwardGraphs.of(seed);
        Plan p = RandomPlans.of(g, seed);

        Graph lowered = Lowering.lower(g, p);

        Set<Object> activationGrids = new HashSet<>();
        int reads = 0;
        for (Value v : g.values()) {
            for (var u : v.uses()) {
                Optional<Grid> grid = u.isCaptured() ? Optional.empty() : p.gridFor((Site.OfUse) Site.of(v, u));
                reads += grid.isPresent() ? 1 : 0;
                if (grid.isPresent() && v.constant().isEmpty()) {
                    activationGrids.add(Map.entry(v.name(), grid.get()));
                }
            }
            Grid own = p.grids().get(Site.of(v));
            if (own != null && v.isGraphOutput() && v.producer().isPresent() && !v.isCaptured()) {
                reads++;
                activationGrids.add(Map.entry(v.name(), own));
            }
        }
        assertThat(count(lowered, "QuantizeLinear")).isEqualTo(activationGrids.size());
        assertThat(count(lowered, "DequantizeLinear")).isEqualTo(reads);
        for (Node n : lowered.nodes()) {
            if (n.is("DequantizeLinear") && !n.output().isGraphOutput()) {
                assertThat(n.output().uses()).as(n.label()).hasSize(1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void namesOfNodesAreUnique(long seed) {
        Graph g = AwkwardGraphs.of(seed);

        Graph lowered = Lowering.lower(g, RandomPlans.of(g, seed));

        Map<String, Long> before = counts(g);
        counts(lowered).forEach((name, n) -> assertThat(n).as(name).isEqualTo(before.getOrDefault(name, 1L)));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theEmptyPlanChangesNothing(long seed) {
        Graph g = AwkwardGraphs.of(seed);

        Graph lowered = Lowering.lower(g, Plan.empty("none"));

        assertThat(GraphDump.of(lowered)).isEqualTo(GraphDump.of(g));
        assertThat(lowered.opsets()).isEqualTo(g.opsets());
        assertThat(lowered.metadata()).isEqualTo(g.metadata());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void neitherDirectionTouchesItsInput(long seed) {
        Graph g = AwkwardGraphs.of(seed).freeze();

        Graph lowered = Lowering.lower(g, RandomPlans.of(g, seed)).freeze();
        lift(lowered);
    }

    private static Lifting.Lifted lift(Graph lowered) {
        return Lifting.lift(lowered, any -> "lifted");
    }

    /* A constant that is read through one grid only comes back as that grid's reals, others as they were. */
    private static Graph snapped(Graph g, Plan p) {
        Graph out = g.copy();
        for (Value v : out.values()) {
            if (v.constant().isEmpty()) {
                continue;
            }
            Tensor now = p.constants().getOrDefault(v.name(), v.constant().get());
            Set<Optional<Grid>> read = v.uses().stream()
                    .map(u -> u.isCaptured() ? Optional.<Grid>empty() : p.gridFor((Site.OfUse) Site.of(v, u)))
                    .collect(Collectors.toSet());
            boolean fed = v.isGraphInput() || v.isGraphOutput();
            Optional<Grid> only = read.size() == 1 && !fed ? read.iterator().next() : Optional.empty();
            out.replaceConstant(
                    v, only.map(grid -> Codes.real(Codes.of(now, grid), grid)).orElse(now));
        }
        return out;
    }

    private static long count(Graph g, String type) {
        return g.nodes().stream().filter(n -> n.is(type)).count();
    }

    private static Map<String, Long> counts(Graph g) {
        return new HashMap<>(g.nodes().stream().collect(Collectors.groupingBy(Node::name, Collectors.counting())));
    }
}
