package dev.octavo.quant.target;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Decides which groups run in integers so that the whole network costs least: groups have a cost in
 * float and one in integers, and a value that crosses between the two costs a conversion. That is a
 * minimum cut, found exactly.
 *
 * <pre>
 *   min  Σ_g cost(g, side)  +  Σ_v quantize(v)   [v is given in float, some reader is integer]
 *                           +  Σ_v dequantize(v) [v is given in codes, some reader is float]
 * </pre>
 */
public final class Placement {
    private Placement() {}

    /**
     * The groups to run in integers, and what that costs by the model.
     *
     * @param integer in topological order
     * @param cost of this placement
     * @param allFloat cost of running everything in float
     */
    public record Result(List<Group> integer, double cost, double allFloat) {}

    /** If {@code one} runs in integers, so does {@code other}. */
    public record Implies(Group one, Group other) {}

    /**
     * The cheapest placement.
     *
     * @param possible which groups can run in integers at all
     * @param rules what else must hold
     */
    public static Result cheapest(
            Graph graph, List<Group> groups, Predicate<Group> possible, List<Implies> rules, CostModel costs) {
        List<Group> all = List.copyOf(groups);
        Map<Node, Integer> groupOf = new HashMap<>();
        for (int i = 0; i < all.size(); i++) {
            groupOf.put(all.get(i).node(), i);
            for (Node l : all.get(i).limits()) {
                groupOf.put(l, i);
            }
        }
        MinCut cut = new MinCut();
        int integerSide = cut.node();
        int floatSide = cut.node();
        int[] at = new int[all.size()];
        double allFloat = 0;
        for (int i = 0; i < at.length; i++) {
            at[i] = cut.node();
            Group g = all.get(i);
            double inFloat = Math.max(0, costs.inFloat(g));
            allFloat += inFloat;
            cut.edge(integerSide, at[i], inFloat);
            cut.edge(at[i], floatSide, possible.test(g) ? Math.max(0, costs.inIntegers(g)) : MinCut.INFINITE);
        }
        for (Value v : graph.values()) {
            addCrossings(v, groupOf, at, cut, floatSide, costs);
        }
        for (Implies rule : rules) {
            Integer one = groupOf.get(rule.one().node());
            Integer other = groupOf.get(rule.other().node());
            if (one != null && other != null) {
                cut.edge(at[one], at[other], MinCut.INFINITE);
            }
        }
        double cost = cut.solve(integerSide, floatSide);
        List<Group> chosen = new ArrayList<>();
        for (int i = 0; i < at.length; i++) {
            if (cut.isOnSourceSide(at[i])) {
                chosen.add(all.get(i));
            }
        }
        return new Result(chosen, cost, allFloat);
    }

    /** What a placement costs by the model: the sum that {@link #cheapest} makes least. */
    public static double cost(Graph graph, List<Group> groups, Set<Group> integer, CostModel costs) {
        Set<Node> inIntegers = new HashSet<>();
        double sum = 0;
        for (Group g : groups) {
            if (integer.contains(g)) {
                inIntegers.add(g.node());
                inIntegers.addAll(g.limits());
            }
            sum += Math.max(0, integer.contains(g) ? costs.inIntegers(g) : costs.inFloat(g));
        }
        for (Value v : graph.values()) {
            boolean fromIntegers = v.producer().filter(inIntegers::contains).isPresent();
            if (v.constant().isEmpty() && isBorder(v, inIntegers)) {
                sum += Math.max(0, fromIntegers ? costs.dequantize(v) : costs.quantize(v));
            }
        }
        return sum;
    }

    /** Whether a value is given on one side and read on the other; the world outside is float. */
    public static boolean isBorder(Value v, Set<Node> inIntegers) {
        boolean from = v.producer().filter(inIntegers::contains).isPresent();
        return (from && v.isGraphOutput())
                || v.uses().stream().anyMatch(u -> (!u.isCaptured() && inIntegers.contains(u.node())) != from);
    }

    private static void addCrossings(
            Value v, Map<Node, Integer> groupOf, int[] at, MinCut cut, int floatSide, CostModel costs) {
        Integer giver = v.producer().map(groupOf::get).orElse(null);
        if (v.constant().isPresent()) {
            return;
        }
        List<Integer> readers = new ArrayList<>();
        for (Use u : v.uses()) {
            Integer r = u.isCaptured() ? null : groupOf.get(u.node());
            readers.add(r == null ? floatSide : at[r]);
        }
        if (v.isGraphOutput()) {
            readers.add(floatSide);
        }
        int from = giver == null ? floatSide : at[giver];
        readers.removeIf(r -> r == from);
        if (readers.isEmpty()) {
            return;
        }
        // Given in float (sink side) and read in integers by anyone (source side): one Q.
        int anyInteger = cut.node();
        for (int r : readers) {
            cut.edge(r, anyInteger, MinCut.INFINITE);
        }
        cut.edge(anyInteger, from, Math.max(0, costs.quantize(v)));
        // Given in codes (source side) and read in float by anyone (sink side): one DQ.
        int anyFloat = cut.node();
        cut.edge(from, anyFloat, Math.max(0, costs.dequantize(v)));
        for (int r : readers) {
            cut.edge(anyFloat, r, MinCut.INFINITE);
        }
    }
}
