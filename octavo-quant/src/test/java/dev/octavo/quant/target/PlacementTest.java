package dev.octavo.quant.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.testing.RandomGraphs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The minimum cut against all placements there are. */
class PlacementTest {
    static LongStream seeds() {
        return LongStream.range(0, 400)
                .filter(s -> Group.of(RandomGraphs.of(s)).size() <= 12)
                .limit(120);
    }

    /** Costs drawn once per thing, some of them 0. */
    private record Drawn(long seed) implements CostModel {
        private double draw(String what) {
            Random r = new Random(seed * 31 + what.hashCode());
            r.nextDouble();
            return r.nextInt(6) == 0 ? 0 : r.nextInt(100) / 10.0;
        }

        @Override
        public double inFloat(Group g) {
            return draw("float " + g.output());
        }

        @Override
        public double inIntegers(Group g) {
            return draw("integer " + g.output());
        }

        @Override
        public double quantize(Value v) {
            return draw("q " + v) / 4;
        }

        @Override
        public double dequantize(Value v) {
            return draw("dq " + v) / 4;
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noPlacementIsCheaper(long seed) {
        Graph g = RandomGraphs.of(seed);
        List<Group> groups = Group.of(g);
        Drawn costs = new Drawn(seed);
        Random random = new Random(seed);
        Set<Group> possible = new HashSet<>(groups);
        possible.removeIf(x -> random.nextInt(4) == 0);
        List<Placement.Implies> rules = new ArrayList<>();
        for (int i = 0; i < random.nextInt(3); i++) {
            rules.add(new Placement.Implies(
                    groups.get(random.nextInt(groups.size())), groups.get(random.nextInt(groups.size()))));
        }

        Placement.Result found = Placement.cheapest(g, groups, possible::contains, rules, costs);

        Set<Group> integer = new HashSet<>(found.integer());
        assertThat(possible).containsAll(integer);
        assertThat(rules).allMatch(r -> !integer.contains(r.one()) || integer.contains(r.other()));
        assertThat(found.cost()).isCloseTo(cost(g, groups, integer, costs), within(1e-6));
        assertThat(found.cost()).isCloseTo(cheapest(g, groups, possible, rules, costs), within(1e-6));
        assertThat(found.allFloat()).isCloseTo(cost(g, groups, Set.of(), costs), within(1e-6));
    }

    private static double cheapest(
            Graph g, List<Group> groups, Set<Group> possible, List<Placement.Implies> rules, CostModel costs) {
        double least = Double.POSITIVE_INFINITY;
        for (int bits = 0; bits < 1 << groups.size(); bits++) {
            Set<Group> integer = new HashSet<>();
            for (int i = 0; i < groups.size(); i++) {
                if ((bits >> i & 1) != 0) {
                    integer.add(groups.get(i));
                }
            }
            boolean allowed = possible.containsAll(integer)
                    && rules.stream().allMatch(r -> !integer.contains(r.one()) || integer.contains(r.other()));
            if (allowed) {
                least = Math.min(least, cost(g, groups, integer, costs));
            }
        }
        return least;
    }

    /* The formula of Placement's documentation. */
    private static double cost(Graph g, List<Group> groups, Set<Group> integer, CostModel costs) {
        Set<Node> nodes = new HashSet<>();
        double sum = 0;
        for (Group group : groups) {
            boolean inIntegers = integer.contains(group);
            sum += inIntegers ? costs.inIntegers(group) : costs.inFloat(group);
            if (inIntegers) {
                nodes.add(group.node());
                nodes.addAll(group.limits());
            }
        }
        for (Value v : g.values()) {
            if (v.constant().isPresent()) {
                continue;
            }
            boolean given = v.producer().map(nodes::contains).orElse(false);
            boolean anyInteger = v.uses().stream().anyMatch(u -> nodes.contains(u.node()));
            boolean anyFloat = v.isGraphOutput() || v.uses().stream().anyMatch(u -> !nodes.contains(u.node()));
            sum += !given && anyInteger ? costs.quantize(v) : 0;
            sum += given && anyFloat ? costs.dequantize(v) : 0;
        }
        return sum;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyNodeIsInOneGroup(long seed) {
        Graph g = RandomGraphs.of(seed);
        List<Node> nodes = new ArrayList<>();
        Group.of(g).forEach(x -> {
            nodes.add(x.node());
            nodes.addAll(x.limits());
        });

        assertThat(nodes).containsExactlyInAnyOrderElementsOf(g.nodes());
    }
}
