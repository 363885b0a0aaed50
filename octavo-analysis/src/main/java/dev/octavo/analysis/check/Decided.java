package dev.octavo.analysis.check;

import dev.octavo.analysis.check.CheckReport.PlannedSite;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Choice;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Scheme;
import dev.octavo.core.plan.Site;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.RangeRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What is decided at each site, by a scheme (without numbers) or by a plan (with them). */
final class Decided {
    private final Map<Site, QuantSpec> specs = new TreeMap<>();
    private final Map<Site, Grid> grids = new TreeMap<>();
    private final Set<Site> floats = new HashSet<>();
    private final List<PlannedSite> rows = new ArrayList<>();

    private Decided() {}

    /** What a scheme says; grids are known only where it fixes them. */
    static Decided of(Graph graph, Scheme scheme, QuantizeOptions options) {
        Decided d = new Decided();
        scheme.choices().forEach((site, choice) -> {
            Optional<QuantSpec> spec = spec(scheme, site, new HashSet<>());
            spec.ifPresentOrElse(s -> d.specs.put(site, s), () -> d.floats.add(site));
            if (choice instanceof Choice.Fixed f) {
                d.grids.put(site, f.grid());
            }
            d.row(site, spec, rule(choice, graph.require(site.value()), options), choice.because());
        });
        return d;
    }

    /** What a plan says. */
    static Decided of(Plan plan) {
        Decided d = new Decided();
        d.floats.addAll(plan.floats().keySet());
        plan.grids().forEach((site, grid) -> {
            d.specs.put(site, grid.spec());
            d.grids.put(site, grid);
            d.row(
                    site,
                    Optional.of(grid.spec()),
                    "from the model",
                    plan.reasons().getOrDefault(site, "the model has it"));
        });
        plan.floats().forEach((site, why) -> d.row(site, Optional.empty(), "", why));
        return d;
    }

    private void row(Site site, Optional<QuantSpec> spec, String rule, String because) {
        rows.add(new PlannedSite(
                site.toString(),
                spec.map(Decided::dtype).orElse("float"),
                spec.map(s -> s.axis().orElse(-1)).orElse(-1),
                spec.isEmpty() ? "" : rule,
                because));
    }

    private static String rule(Choice choice, Value v, QuantizeOptions options) {
        if (choice instanceof Choice.Quantize) {
            return RangeRules.nameOf(v.constant().isPresent() ? options.weights() : options.activations());
        }
        if (choice instanceof Choice.SameAs s) {
            return "same as " + s.other();
        }
        if (choice instanceof Choice.PerChannelCopy c) {
            return "same as " + c.other() + ", per channel";
        }
        return choice instanceof Choice.Bias ? "input times weight" : "fixed";
    }

    private static Optional<QuantSpec> spec(Scheme scheme, Site site, Set<Site> seen) {
        Choice c = scheme.choices().get(site);
        if (c == null || !seen.add(site)) {
            return Optional.empty();
        }
        if (c instanceof Choice.Quantize q) {
            return Optional.of(q.spec());
        }
        if (c instanceof Choice.Fixed f) {
            return Optional.of(f.grid().spec());
        }
        if (c instanceof Choice.SameAs s) {
            return spec(scheme, s.other(), seen);
        }
        if (c instanceof Choice.PerChannelCopy p) {
            return spec(scheme, p.other(), seen);
        }
        if (c instanceof Choice.Bias b) {
            boolean integer = spec(scheme, b.input(), seen).isPresent()
                    && spec(scheme, b.weight(), seen).isPresent();
            return integer ? Optional.of(QuantSpec.perTensor(32, true, true)) : Optional.empty();
        }
        return Optional.empty();
    }

    /** {@code u8}, {@code s16} … */
    static String dtype(QuantSpec s) {
        return (s.signed() ? "s" : "u") + s.bits();
    }

    /** The spec that a value is given on. */
    Optional<QuantSpec> given(Value v) {
        return Optional.ofNullable(specs.get(Site.of(v)));
    }

    /** The spec that input {@code i} of a node reads through. */
    Optional<QuantSpec> read(Node n, int i) {
        Value v = n.input(i).orElseThrow();
        if (n.presentOutputs().isEmpty()) {
            return given(v);
        }
        Site use = Site.of(v, new Use(n, i));
        if (specs.containsKey(use)) {
            return Optional.of(specs.get(use));
        }
        return floats.contains(use) ? Optional.empty() : given(v);
    }

    /** The grid that a value is given on, if its numbers are known. */
    Optional<Grid> grid(Value v) {
        return Optional.ofNullable(grids.get(Site.of(v)));
    }

    /** A row per site. */
    List<PlannedSite> rows() {
        return List.copyOf(rows);
    }
}
