package dev.octavo.analysis.sensitivity;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.lower.Codes;
import dev.octavo.quant.lower.Lowering;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Opens parts of a network under parts of its plan, and does to states what is done between parts. */
final class Workbench {
    private final Graph graph;
    private final Steps steps;
    private final SitePlan plan;
    private final Map<OnGrid, Tensor> reals = new HashMap<>();

    Workbench(Graph graph, Map<String, TensorType> types, Plan plan) {
        this.graph = graph;
        this.steps = new Steps(graph, types);
        this.plan = new SitePlan(graph, plan, steps);
    }

    Steps steps() {
        return steps;
    }

    SitePlan plan() {
        return plan;
    }

    /** A step whose results leave it as they are computed, the given sites of what it reads quantized. */
    Part step(int step, Predicate<Site> sites) {
        return open(steps.part(step, step + 1), true, sites);
    }

    /** Everything from a step on, the given sites quantized. */
    Part from(int step, Predicate<Site> sites) {
        return open(steps.part(step, steps.size()), false, sites);
    }

    private Part open(Graph part, boolean leaving, Predicate<Site> sites) {
        Plan own = onGrids(part, plan.within(part, leaving, sites));
        return Part.open(own.grids().isEmpty() && own.constants().isEmpty() ? part : Lowering.lower(part, own));
    }

    /*
     * Constants with one grid become the reals of their codes: the same numbers as DequantizeLinear gives, without
     * computing them anew in every run.
     */
    private Plan onGrids(Graph part, Plan own) {
        Map<String, Tensor> reals = new LinkedHashMap<>();
        for (Value v : part.values()) {
            Set<Optional<Grid>> grids = v.uses().stream()
                    .map(u -> u.isCaptured() ? Optional.<Grid>empty() : own.gridFor((Site.OfUse) Site.of(v, u)))
                    .collect(Collectors.toSet());
            if (v.constant().isPresent() && grids.size() == 1 && !v.isGraphOutput()) {
                Tensor constant =
                        own.constants().getOrDefault(v.name(), v.constant().get());
                grids.iterator().next().ifPresent(g -> reals.put(v.name(), real(constant, g)));
            }
        }
        return own.withConstants(reals).withGrids(without(own.grids(), reals.keySet()));
    }

    private static SortedMap<Site, Grid> without(SortedMap<Site, Grid> grids, Set<String> values) {
        SortedMap<Site, Grid> rest = new TreeMap<>(grids);
        rest.keySet().removeIf(s -> values.contains(s.value()));
        return rest;
    }

    private Tensor real(Tensor constant, Grid grid) {
        return reals.computeIfAbsent(new OnGrid(constant, grid), k -> Codes.real(Codes.of(constant, grid), grid));
    }

    /** A constant on a grid, as a key. */
    private record OnGrid(Tensor constant, Grid grid) {}

    /** A state with what a step computed, without what nothing needs any more. */
    Map<String, Tensor> next(int step, Map<String, Tensor> state, Map<String, Tensor> computed) {
        Map<String, Tensor> all = new LinkedHashMap<>(state);
        all.putAll(computed);
        all.keySet().removeIf(name -> !steps.isAlive(step + 1, name));
        return all;
    }

    /** A state with one value put on its common grid; the same state if it has none. */
    Map<String, Tensor> snapped(Map<String, Tensor> state, Value v) {
        Optional<Grid> grid = plan.common(v);
        Tensor t = state.get(v.name());
        return grid.isEmpty() || t == null ? state : with(state, v.name(), onGrid(t, grid.get()));
    }

    /** A state with one tensor replaced. */
    static Map<String, Tensor> with(Map<String, Tensor> state, String name, Tensor t) {
        Map<String, Tensor> all = new LinkedHashMap<>(state);
        all.put(name, t);
        return all;
    }

    /** The outputs of the network in their order: what the last part computed, or what the state had already. */
    Map<String, Tensor> outputs(Map<String, Tensor> state, Map<String, Tensor> computed, Predicate<Site> sites) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        for (Value v : graph.outputs()) {
            Tensor t = computed.get(v.name());
            if (t == null) {
                t = state.get(v.name());
                Optional<Grid> grid = plan.gridOf(v).filter(g -> sites.test(Site.of(v)));
                if (t != null && grid.isPresent() && plan.common(v).isEmpty()) {
                    t = onGrid(t, grid.get());
                }
            }
            if (t != null) {
                out.put(v.name(), t);
            }
        }
        return out;
    }

    private static Tensor onGrid(Tensor t, Grid grid) {
        return Tensor.ofFloats(t.shape(), Codes.snapped(t, grid));
    }
}
