package dev.octavo.ort.cost;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.ort.OrtStopwatch;
import dev.octavo.ort.OrtStopwatch.Profile;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.Placement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Finds out where integer arithmetic pays on this machine: profiles the float network and the one in
 * which everything possible runs in integers, takes the cheapest cut between the two, learns from its
 * profile what its borders cost, and finally times the best candidates side by side as whole networks.
 */
public final class PlacementSearch {
    private static final int PROFILE_RUNS = 12;
    private static final int TIMED_RUNS = 30;

    private final Graph graph;
    private final List<Group> groups;
    private final Set<Group> possible;
    private final Map<String, TensorType> types;
    private final Map<String, Tensor> inputs;
    private final Function<List<Group>, Graph> lowering;
    private final int[] threads;
    private final CostBook book;

    /**
     * A search over one network.
     *
     * @param graph the rewritten float network
     * @param groups all its groups
     * @param possible those that can run in integers
     * @param types element types and shapes with batch 1
     * @param lowering the Q/DQ graph in which the given groups run in integers, on any plausible grids
     * @param memory folder in which costs are remembered
     */
    public PlacementSearch(
            Graph graph,
            List<Group> groups,
            Set<Group> possible,
            Map<String, TensorType> types,
            Function<List<Group>, Graph> lowering,
            Path memory) {
        this.graph = graph;
        this.groups = List.copyOf(groups);
        this.possible = Set.copyOf(possible);
        this.types = Map.copyOf(types);
        this.lowering = lowering;
        this.inputs = ProbeInputs.of(graph, types);
        this.threads = Runtime.getRuntime().availableProcessors() > 1 ? new int[] {1, 2} : new int[] {1};
        this.book = CostBook.open(memory);
    }

    /** The times of one number of threads. */
    private record Times(Map<Group, Double> floats, Map<Group, Double> integers, double floatTotal) {}

    /**
     * Searches.
     *
     * @param integerFactor multiplies what integer kernels cost: above 1 float is preferred, below 1
     *     integers are
     */
    public PlacementReport search(double integerFactor) {
        List<Group> everything = groups.stream().filter(possible::contains).toList();
        if (everything.isEmpty()) {
            return PlacementReport.nothing();
        }
        Rules rules = new Rules(groups, possible);
        MeasuredCosts costs = new MeasuredCosts(types);
        for (int t : threads) {
            Times times = measure(everything, t);
            costs.add(groups, times.floats(), times.integers(), 1000 / times.floatTotal() / threads.length);
        }
        book.save();
        Map<Set<Group>, String> candidates = new LinkedHashMap<>();
        candidates.put(new HashSet<>(everything), "everything possible");
        MeasuredCosts asked = costs.skewed(1, integerFactor);
        for (double[] skew : new double[][] {{1, 1}, {2, 1}, {0.5, 1}, {1, 1.2}, {1, 0.85}}) {
            List<Group> cut = rules.closed(Placement.cheapest(
                            graph,
                            groups,
                            possible::contains,
                            rules.implications(),
                            asked.skewed(skew[0], integerFactor * skew[1]))
                    .integer());
            candidates.putIfAbsent(
                    new HashSet<>(cut), "cheapest cut, borders ×" + skew[0] + ", integers ×" + integerFactor * skew[1]);
        }
        return judge(candidates, costs);
    }

    private Times measure(List<Group> everything, int t) {
        Map<Group, Double> floats = remembered("float", t, groups);
        Map<Group, Double> integers = remembered("integer", t, everything);
        if (floats.size() < groups.size()) {
            floats = profiled(graph, "float", t, groups);
        }
        if (integers.size() < everything.size()) {
            integers = profiled(lowering.apply(everything), "integer", t, everything);
        }
        double total = floats.values().stream().mapToDouble(Double::doubleValue).sum();
        return new Times(floats, integers, Math.max(1, total));
    }

    private Map<Group, Double> remembered(String form, int t, List<Group> wanted) {
        Map<Group, Double> known = new HashMap<>();
        for (Group g : wanted) {
            book.get(CostBook.shapeOf(g, types), form, t).ifPresent(m -> known.put(g, m));
        }
        return known;
    }

    private Map<Group, Double> profiled(Graph g, String form, int t, List<Group> wanted) {
        Profile profile = OrtStopwatch.profile(g, t, inputs, PROFILE_RUNS);
        Attribution a = Attribution.of(profile, groups);
        Map<Group, Double> micros = new HashMap<>();
        Map<String, List<Double>> byShape = new TreeMap<>();
        for (Group one : wanted) {
            micros.put(one, a.micros(one));
            byShape.computeIfAbsent(CostBook.shapeOf(one, types), k -> new ArrayList<>())
                    .add(a.micros(one));
        }
        byShape.forEach((shape, all) -> book.put(
                shape,
                form,
                t,
                all.stream().mapToDouble(Double::doubleValue).average().orElse(0)));
        return micros;
    }

    /* Whole networks in turn: what counts in the end is this, not the sum of parts. */
    private PlacementReport judge(Map<Set<Group>, String> candidates, MeasuredCosts costs) {
        List<Set<Group>> sets = new ArrayList<>(candidates.keySet());
        List<Graph> graphs = new ArrayList<>();
        graphs.add(graph);
        for (Set<Group> s : sets) {
            graphs.add(s.isEmpty() ? graph : lowering.apply(inOrder(s)));
        }
        double[] worst = new double[graphs.size()];
        double[] mean = new double[graphs.size()];
        double[][] micros = new double[graphs.size()][threads.length];
        for (int t = 0; t < threads.length; t++) {
            List<double[]> times = OrtStopwatch.interleaved(graphs, threads[t], inputs, TIMED_RUNS);
            for (int i = 0; i < micros.length; i++) {
                micros[i][t] = times.get(i)[TIMED_RUNS / 4];
                double ratio = micros[i][t] / times.get(0)[TIMED_RUNS / 4];
                worst[i] = Math.max(worst[i], ratio);
                mean[i] += ratio / threads.length;
            }
        }
        int best = 0;
        for (int i = 1; i < worst.length; i++) {
            boolean noLoss = worst[i] <= 1.0;
            if (noLoss && (best == 0 || mean[i] < mean[best])) {
                best = i;
            }
        }
        List<Group> chosen = best == 0 ? List.of() : inOrder(sets.get(best - 1));
        String why = best == 0 ? "no placement was faster than float" : candidates.get(sets.get(best - 1));
        return PlacementReport.of(chosen, String.valueOf(why), threads, micros[0], micros[best], micros[1]);
    }

    private List<Group> inOrder(Set<Group> some) {
        return groups.stream().filter(some::contains).toList();
    }
}
