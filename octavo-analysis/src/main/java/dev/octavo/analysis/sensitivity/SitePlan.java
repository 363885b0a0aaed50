package dev.octavo.analysis.sensitivity;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Site;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** A plan looked at value by value and step by step. */
final class SitePlan {
    private final Graph graph;
    private final Plan plan;
    private final Steps steps;

    SitePlan(Graph graph, Plan plan, Steps steps) {
        this.graph = graph;
        this.plan = plan;
        this.steps = steps;
    }

    /** The sites with a grid that concern a value. */
    Set<Site> sitesOf(Value v) {
        Set<Site> sites = new TreeSet<>();
        if (plan.grids().containsKey(Site.of(v))) {
            sites.add(Site.of(v));
        }
        for (Use u : v.uses()) {
            if (!u.isCaptured() && plan.grids().containsKey(Site.of(v, u))) {
                sites.add(Site.of(v, u));
            }
        }
        return sites;
    }

    /**
     * The grid of an activation that all of its readers see it on. Such a value can be put on its grid once, outside
     * any graph, and everything behind it is as the plan says.
     */
    Optional<Grid> common(Value v) {
        Optional<Grid> own = Optional.ofNullable(plan.grids().get(Site.of(v)));
        boolean all = v.constant().isEmpty()
                && own.isPresent()
                && v.uses().stream()
                        .allMatch(u -> !u.isCaptured()
                                && plan.gridFor((Site.OfUse) Site.of(v, u))
                                        .filter(g -> sameNumbers(own.get(), g))
                                        .isPresent());
        return all ? own : Optional.empty();
    }

    private static boolean sameNumbers(Grid a, Grid b) {
        QuantSpec s = a.spec();
        QuantSpec t = b.spec();
        return a.equals(b)
                || (!s.isPerChannel()
                        && s.bits() == t.bits()
                        && s.signed() == t.signed()
                        && b.params().stream().allMatch(a.channel(0)::equals));
    }

    /** The grid of a site. */
    Optional<Grid> grid(Site s) {
        return Optional.ofNullable(plan.grids().get(s));
    }

    /** The grid of a value as readers without one of their own see it. */
    Optional<Grid> gridOf(Value v) {
        return Optional.ofNullable(plan.grids().get(Site.of(v)));
    }

    /** Constants with a grid that a step reads, and no other step does. */
    Set<Site> constantsOf(int step) {
        Set<Site> sites = new TreeSet<>();
        for (Node n : steps.nodes(step)) {
            n.presentInputs().stream()
                    .filter(v -> v.constant().isPresent() && !isShared(v))
                    .forEach(v -> sites.addAll(sitesOf(v)));
        }
        return sites;
    }

    /** Constants with a grid that several steps read. */
    List<Value> shared() {
        List<Value> found = new ArrayList<>();
        for (Value v : graph.values()) {
            if (v.constant().isPresent() && isShared(v) && !sitesOf(v).isEmpty()) {
                found.add(v);
            }
        }
        return found;
    }

    private boolean isShared(Value v) {
        return readers(v).size() > 1;
    }

    /** The steps that read a value, in order. */
    Set<Integer> readers(Value v) {
        Set<Integer> at = new TreeSet<>();
        v.uses().forEach(u -> at.add(steps.stepOf(u.node())));
        at.remove(-1);
        return at;
    }

    /** Activations with a grid that a step computes; the inputs of the network for step −1. */
    Set<Value> activationsOf(int step) {
        Set<Value> found = new LinkedHashSet<>();
        List<Value> candidates = step < 0
                ? graph.inputs()
                : steps.nodes(step).stream()
                        .flatMap(n -> n.presentOutputs().stream())
                        .toList();
        for (Value v : candidates) {
            if (v.constant().isEmpty() && !sitesOf(v).isEmpty()) {
                found.add(v);
            }
        }
        return found;
    }

    /**
     * The plan as far as it concerns a part of the graph that gets the values of the state on their common grids
     * already, and gives what leaves it as it is computed.
     *
     * @param leaving whether grids of values that leave the part are put on outside of it
     * @param sites which sites to quantize
     */
    Plan within(Graph part, boolean leaving, Predicate<Site> sites) {
        return plan.only(s -> {
            Optional<Value> v = part.value(s.value());
            if (v.isEmpty() || !sites.test(s)) {
                return false;
            }
            boolean outside = v.get().isGraphInput() || (leaving && v.get().isGraphOutput());
            boolean done = outside && common(graph.require(s.value())).isPresent();
            boolean read =
                    !(s instanceof Site.OfUse u) || part.value(u.reader()).isPresent();
            boolean raw = leaving && v.get().isGraphOutput() && s instanceof Site.OfValue;
            return read && !done && !raw;
        });
    }
}
