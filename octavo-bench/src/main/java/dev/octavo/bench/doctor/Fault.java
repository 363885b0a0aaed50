package dev.octavo.bench.doctor;

import dev.octavo.analysis.doctor.Cause;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.graph.Graph;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.recipe.SiteRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A fault: what was done, to which network, and what the doctor must say of it.
 *
 * @param name what was done
 * @param network the network it is put into
 * @param causes what it is: what the doctor must say first; more than one where the fault is as much the one as the other
 * @param sites where it is: what the doctor must name first; empty where it is everywhere
 * @param graph puts its part into the float network, which is what the quantized one is compared with
 * @param plan puts its part into the plan
 * @param calibration puts its part into the data for ranges
 */
public record Fault(
        String name,
        Network network,
        Set<Cause> causes,
        Set<String> sites,
        UnaryOperator<Graph> graph,
        UnaryOperator<QuantizeOptions> plan,
        UnaryOperator<Dataset> calibration) {
    public Fault {
        causes = Set.copyOf(causes);
        sites = Set.copyOf(sites);
    }

    /** A fault that is nowhere yet: it does nothing. */
    static Fault named(String name, Network network, Cause... causes) {
        return new Fault(name, network, Set.of(causes), Set.of(), g -> g, o -> o, d -> d);
    }

    Fault at(String... where) {
        return new Fault(name, network, causes, Set.of(where), graph, plan, calibration);
    }

    Fault inGraph(UnaryOperator<Graph> change) {
        return new Fault(name, network, causes, sites, change, plan, calibration);
    }

    Fault inPlan(UnaryOperator<QuantizeOptions> change) {
        return new Fault(name, network, causes, sites, graph, change, calibration);
    }

    Fault inCalibration(UnaryOperator<Dataset> change) {
        return new Fault(name, network, causes, sites, graph, plan, change);
    }

    /* Something more in the plan. */
    Fault then(UnaryOperator<QuantizeOptions> more) {
        return inPlan(o -> more.apply(plan.apply(o)));
    }

    Fault ruled(SiteRule rule) {
        return then(o -> {
            List<SiteRule> rules = new ArrayList<>(o.rules());
            rules.add(rule);
            return o.withRules(rules);
        });
    }
}
