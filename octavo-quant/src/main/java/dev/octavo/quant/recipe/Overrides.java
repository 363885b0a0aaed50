package dev.octavo.quant.recipe;

import dev.octavo.core.RecipeException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Choice;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Scheme;
import dev.octavo.core.plan.Site;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Applies the overrides of a recipe to a graph's scheme. */
public final class Overrides {
    private final Graph graph;
    private final List<SiteRule> overrides;

    /** Overrides for a graph; a glob that matches nothing there is an error naming the nearest names. */
    public Overrides(Graph graph, List<SiteRule> overrides) {
        this.graph = graph;
        this.overrides = List.copyOf(overrides);
        this.overrides.forEach(this::requireMatch);
    }

    /** The nodes that a keep-float names as nodes: they run in float altogether. */
    public Set<Node> floatNodes() {
        Set<Node> nodes = new HashSet<>();
        for (SiteRule o : overrides) {
            if (o instanceof SiteRule.KeepFloat k) {
                nodes.addAll(nodes(k.on()));
            }
        }
        return nodes;
    }

    /** The scheme with every override put over it, later ones over earlier ones. */
    public Scheme apply(Scheme scheme) {
        TreeMap<Site, Choice> changed = new TreeMap<>(scheme.choices());
        for (SiteRule o : overrides) {
            String because = "the recipe says so for '" + o.on().text() + "'";
            for (Site s : sites(o, changed)) {
                Choice c = choose(o, s, changed, because);
                if (c != null) {
                    changed.put(s, c);
                }
            }
        }
        return new Scheme(changed);
    }

    private static @org.jspecify.annotations.Nullable Choice choose(
            SiteRule o, Site s, Map<Site, Choice> now, String because) {
        if (o instanceof SiteRule.KeepFloat) {
            return new Choice.KeepFloat(because);
        }
        if (o instanceof SiteRule.SameAs same) {
            return new Choice.SameAs(new Site.OfValue(same.other()), because);
        }
        if (o instanceof SiteRule.Fixed f) {
            return new Choice.Fixed(fixed(f), because);
        }
        Choice before = now.get(s);
        int bits = ((SiteRule.Bits) o).bits();
        if (before instanceof Choice.Quantize q) {
            QuantSpec old = q.spec();
            return new Choice.Quantize(new QuantSpec(bits, old.signed(), old.symmetric(), old.axis()), because);
        }
        if (before instanceof Choice.Bias b) {
            return new Choice.Bias(b.input(), b.weight(), bits, because);
        }
        return before;
    }

    private static Grid fixed(SiteRule.Fixed f) {
        boolean signed =
                f.signed().orElse(f.zeroPoint().isEmpty() || f.zeroPoint().getAsInt() < 0);
        QuantSpec spec = QuantSpec.perTensor(f.bits(), signed, f.zeroPoint().orElse(0) == 0);
        return Grid.perTensor(
                spec, new QuantParams((float) f.scale(), f.zeroPoint().orElse(0)));
    }

    /* The sites that an override concerns, the uses it names included. */
    private Set<Site> sites(SiteRule o, Map<Site, Choice> now) {
        Set<Site> sites = new TreeSet<>();
        for (Value v : graph.values()) {
            if (o.on().matches(v.name())) {
                sites.add(Site.of(v));
            }
            for (Use u : v.uses()) {
                if (!u.isCaptured() && o.on().matches(Site.of(v, u).toString())) {
                    sites.add(Site.of(v, u));
                }
            }
        }
        if (o instanceof SiteRule.KeepFloat) {
            // Nodes are dealt with by floatNodes(); a value kept in float is so for each of its uses.
            sites.removeIf(s -> s instanceof Site.OfValue && !now.containsKey(s));
            return sites;
        }
        for (Node n : nodes(o.on())) {
            n.presentOutputs().forEach(v -> sites.add(Site.of(v)));
        }
        return sites;
    }

    private List<Node> nodes(Glob glob) {
        return graph.nodes().stream()
                .filter(n -> !n.name().isEmpty() && glob.matches(n.name()))
                .toList();
    }

    private void requireMatch(SiteRule o) {
        List<String> names = new ArrayList<>();
        graph.nodes().forEach(n -> names.add(n.name()));
        graph.values().forEach(v -> names.add(v.name()));
        if (o instanceof SiteRule.SameAs s && graph.value(s.other()).isEmpty()) {
            throw noSuch(s.other(), names);
        }
        boolean use = graph.values().stream()
                .anyMatch(v -> v.uses().stream()
                        .anyMatch(u ->
                                !u.isCaptured() && o.on().matches(Site.of(v, u).toString())));
        if (!use && names.stream().noneMatch(n -> !n.isEmpty() && o.on().matches(n))) {
            throw noSuch(o.on().text(), names);
        }
    }

    private static RecipeException noSuch(String wanted, List<String> names) {
        return new RecipeException(
                "'" + wanted + "' matches no node and no value of the model",
                "did you mean " + String.join(", ", Glob.nearest(wanted, names, 3))
                        + "? List every name with: octavo inspect MODEL --values");
    }
}
