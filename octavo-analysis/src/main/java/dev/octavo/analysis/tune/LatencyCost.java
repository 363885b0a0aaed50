package dev.octavo.analysis.tune;

import dev.octavo.analysis.doctor.Trial;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Site;
import dev.octavo.ort.cost.KernelTimes;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.quant.target.CostModel;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.Placement;
import dev.octavo.quant.target.SchemeOptions;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Costs as the target executes them: what has no integer kernel, and so whatever has 16 bits, takes its time in float
 * between conversions. Kernels and conversions are measured on this machine once, and remembered.
 *
 * <pre>
 *   cost(plan)  = time(plan) / time(all in float)
 *   cost(value) = (time(all 8 bits but what gives or reads the value) − time(all 8 bits)) / time(all in float)
 * </pre>
 */
final class LatencyCost implements CostOfPlan {
    private static final int NARROW = 8;

    private final SchemeOptions scheme;
    private final Path memory;
    private final Map<String, Times> known = new HashMap<>();

    /**
     * By latency.
     *
     * @param scheme with 8 bits
     * @param memory folder in which costs are remembered
     */
    LatencyCost(SchemeOptions scheme, Path memory) {
        this.scheme = scheme;
        this.memory = memory;
    }

    /** A graph with what its groups cost. */
    private record Times(Prepared p, List<Group> groups, CostModel costs) {
        double of(Set<Group> integer) {
            return Placement.cost(p.graph(), groups, integer, costs);
        }

        double share(double micros) {
            return micros / Math.max(1e-9, of(Set.of()));
        }
    }

    private Times times(Prepared p) {
        return known.computeIfAbsent(p.fingerprint(), f -> {
            List<Group> groups = Group.of(p.graph());
            return new Times(p, groups, KernelTimes.of(p.graph(), groups, p.integer(), p.types(), scheme, memory));
        });
    }

    @Override
    public double of(Trial.Made made) {
        Times t = times(made.prepared());
        Set<Group> integer = new HashSet<>(t.p().integer());
        integer.removeIf(g -> !isNarrow(made, g));
        return t.share(t.of(integer)) + CostOfPlan.wideValues(made);
    }

    /* Whether all that a group multiplies or adds, and all that it gives, has codes of at most 8 bits. */
    private static boolean isNarrow(Trial.Made made, Group g) {
        for (int i = 0; i < g.node().inputCount(); i++) {
            boolean bias = i == Weighted.BIAS && Weighted.of(g.node()).isPresent();
            if (!bias && g.node().input(i).isPresent() && OpCatalog.of(g.node()).isData(i)) {
                if (bits(made.plan().gridFor((Site.OfUse) Site.ofInput(g.node(), i))) > NARROW) {
                    return false;
                }
            }
        }
        return bits(Optional.ofNullable(made.plan().grids().get(Site.of(g.output())))) <= NARROW;
    }

    private static int bits(Optional<Grid> grid) {
        return grid.map(g -> g.spec().bits()).orElse(Integer.MAX_VALUE);
    }

    @Override
    public double at(Prepared p, String value) {
        Times t = times(p);
        Set<Group> all = new HashSet<>(t.p().integer());
        double before = t.of(all);
        Value v = t.p().graph().require(value);
        Set<Node> touched = new HashSet<>();
        v.producer().ifPresent(touched::add);
        v.uses().stream().filter(u -> !u.isCaptured()).forEach(u -> touched.add(u.node()));
        all.removeIf(g -> touched.contains(g.node()) || g.limits().stream().anyMatch(touched::contains));
        return PER_VALUE + Math.max(0, t.share(t.of(all) - before));
    }

    @Override
    public String unit() {
        return "of float's time";
    }
}
