package dev.octavo.quant.recipe;

import dev.octavo.core.RecipeException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Choice;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Scheme;
import dev.octavo.core.plan.Site;
import dev.octavo.quant.range.RangeRule;
import dev.octavo.quant.target.Group;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Applies the overrides of a recipe to a graph's scheme. */
public final class Overrides {
    private static final String RECIPE = "the recipe says so";

    private final Graph graph;
    private final List<SiteRule> overrides;

    /** Overrides for a graph; a glob that matches nothing there is an error naming the nearest names. */
    public Overrides(Graph graph, List<SiteRule> overrides) {
        this.graph = graph;
        this.overrides = List.copyOf(overrides);
        this.overrides.forEach(this::requireMatch);
    }

    /**
     * The nodes that a keep-float names as nodes: they run in float altogether. A limit that its producer's
     * grid takes over takes the producer along.
     */
    public Set<Node> floatNodes() {
        Set<Node> nodes = new HashSet<>();
        for (SiteRule o : overrides) {
            if (o instanceof SiteRule.KeepFloat k) {
                nodes.addAll(nodes(k.on()));
                groups(k.on()).forEach(g -> nodes.add(g.node()));
            }
        }
        return nodes;
    }

    /** The scheme with every override put over it, later ones over earlier ones. */
    public Scheme apply(Scheme scheme) {
        TreeMap<Site, Choice> changed = new TreeMap<>(scheme.choices());
        for (SiteRule o : overrides) {
            if (o instanceof SiteRule.Ranged) {
                continue; // It changes no intent, but the numbers; see ranges().
            }
            String because = RECIPE + " for '" + o.on().text() + "'";
            for (Site s : sites(o, changed)) {
                Choice c = choose(o, s, changed, because);
                if (c != null) {
                    changed.put(s, c);
                }
            }
        }
        followToFloat(changed);
        return new Scheme(changed);
    }

    /** The range rules for single sites of a scheme; a later line wins. */
    public Map<Site, RangeRule> ranges(Scheme scheme) {
        Map<Site, RangeRule> bySite = new TreeMap<>();
        for (SiteRule o : overrides) {
            if (o instanceof SiteRule.Ranged r) {
                sites(o, scheme.choices()).forEach(s -> bySite.put(s, r.rule()));
            }
        }
        return bySite;
    }

    /* What had the grid of a value that now stays in float has no grid either, unless the recipe asks for it. */
    private static void followToFloat(Map<Site, Choice> choices) {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Site s : Set.copyOf(choices.keySet())) {
                if (choices.get(s) instanceof Choice.SameAs same
                        && choices.get(same.other()) instanceof Choice.KeepFloat
                        && !same.because().startsWith(RECIPE)) {
                    choices.put(s, new Choice.KeepFloat(same.other() + ", whose grid it had, stays in float"));
                    changed = true;
                }
            }
        }
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
            return new Choice.Fixed(f.grid(), because);
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

    /* The sites that an override concerns: a glob with an arrow names uses, any other values and nodes. */
    private Set<Site> sites(SiteRule o, Map<Site, Choice> now) {
        Set<Site> sites = new TreeSet<>();
        for (Value v : graph.values()) {
            boolean named = o.on().matches(v.name());
            // Nodes are dealt with by floatNodes(); a value that has no grid anyway needs no reason for float.
            if (named && (!(o instanceof SiteRule.KeepFloat) || now.containsKey(Site.of(v)))) {
                sites.add(Site.of(v));
            }
            for (Use u : v.uses()) {
                if (u.isCaptured()) {
                    continue;
                }
                Site use = Site.of(v, u);
                // A use with a choice of its own, such as a bias, would not notice what happens to its value.
                boolean own = now.containsKey(use) && !(now.get(use) instanceof Choice.KeepFloat);
                if ((named && own) || matchesUse(o.on(), use)) {
                    sites.add(use);
                }
            }
        }
        if (!(o instanceof SiteRule.KeepFloat)) {
            nodes(o.on()).stream()
                    .filter(n -> n.presentOutputs().size() > 1)
                    .forEach(n -> n.presentOutputs().forEach(v -> sites.add(Site.of(v))));
            groups(o.on()).forEach(g -> sites.add(Site.of(g.output())));
        }
        return sites;
    }

    private static boolean matchesUse(Glob glob, Site use) {
        return glob.text().contains(" -> ") && glob.matches(use.toString());
    }

    /* The groups with a node of such a name: what leaves the group is the value that has a grid. */
    private List<Group> groups(Glob glob) {
        Set<Node> named = new HashSet<>(nodes(glob));
        return Group.of(graph).stream()
                .filter(g -> named.contains(g.node()) || g.limits().stream().anyMatch(named::contains))
                .filter(g -> !g.node().presentOutputs().isEmpty())
                .toList();
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
                .anyMatch(v -> v.uses().stream().anyMatch(u -> !u.isCaptured() && matchesUse(o.on(), Site.of(v, u))));
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
