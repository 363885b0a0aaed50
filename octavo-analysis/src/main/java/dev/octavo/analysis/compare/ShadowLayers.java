package dev.octavo.analysis.compare;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Site;
import dev.octavo.quant.lower.Lowering;
import dev.octavo.quant.target.Group;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The float network, and beside each of its layers a quantized twin that reads what the float layer reads. One run
 * of this gives the error that every layer adds by itself, without what comes from upstream.
 *
 * <pre>
 *   x -> Conv(W) -> Relu -> y              stays as it is
 *   x -> Q DQ -> Conv(Ŵ) -> Relu -> Q DQ -> y'
 * </pre>
 *
 * @param graph to be run unfused
 * @param twins the name of y' by the name of y
 */
record ShadowLayers(Graph graph, Map<String, String> twins) {
    private static final String SHADOW = "shadow of ";

    /** Builds them for the layers of {@code quantized}, a lifted graph with its plan, whose values {@code truth} has. */
    static ShadowLayers of(Graph truth, Graph quantized, Plan plan) {
        return new Builder(truth, quantized, plan).build();
    }

    private static final class Builder {
        private final Graph out;
        private final Graph quantized;
        private final Plan plan;
        private final Map<String, String> twins = new LinkedHashMap<>();
        private final TreeMap<Site, Grid> grids = new TreeMap<>();

        Builder(Graph truth, Graph quantized, Plan plan) {
            this.out = truth.copy();
            this.quantized = quantized;
            this.plan = plan;
        }

        ShadowLayers build() {
            Group.of(quantized).forEach(this::add);
            Plan only = new Plan(
                    plan.graphFingerprint(), grids, new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
            return new ShadowLayers(Lowering.lower(out, only), twins);
        }

        private void add(Group g) {
            List<Node> layer = new ArrayList<>(List.of(g.node()));
            layer.addAll(g.limits());
            String y = g.output().name();
            boolean known = out.value(y).isPresent()
                    && layer.stream()
                            .allMatch(n -> n.presentOutputs().size() == 1
                                    && n.captures().isEmpty());
            if (!known || !isQuantized(g)) {
                return;
            }
            for (Node n : layer) {
                Optional<List<String>> inputs = inputs(n, n != g.node());
                if (inputs.isEmpty()) {
                    return;
                }
                String twin = SHADOW + n.output().name();
                out.rename(out.addNode(NodeSpec.like(n).inputs(inputs.get()).outputs(twin)), twin);
            }
            Grid own = plan.grids().get(new Site.OfValue(y));
            String twin = SHADOW + y;
            if (own != null) {
                grids.put(new Site.OfValue(twin), own);
            }
            out.addOutput(out.require(twin));
            twins.put(y, twin);
        }

        private boolean isQuantized(Group g) {
            boolean input = false;
            for (int i = 0; i < g.node().inputCount(); i++) {
                input |= gridOf(g.node(), i).isPresent();
            }
            return input || plan.grids().containsKey(new Site.OfValue(g.output().name()));
        }

        private Optional<Grid> gridOf(Node n, int i) {
            return n.input(i).flatMap(v -> plan.gridFor((Site.OfUse) Site.of(v, new Use(n, i))));
        }

        /* Names for the twin's inputs; empty when the float network lacks one of them. */
        private Optional<List<String>> inputs(Node n, boolean limit) {
            List<String> names = new ArrayList<>();
            for (int i = 0; i < n.inputCount(); i++) {
                Optional<Value> v = n.input(i);
                if (v.isEmpty()) {
                    names.add("");
                } else if (limit && i == 0) {
                    names.add(SHADOW + v.get().name());
                } else if (v.get().constant().isPresent()) {
                    names.add(constant(v.get(), n, i));
                } else if (out.value(v.get().name()).isPresent()) {
                    names.add(v.get().name());
                    int place = i;
                    gridOf(n, i)
                            .ifPresent(grid -> grids.put(
                                    new Site.OfUse(
                                            v.get().name(), SHADOW + n.output().name(), place),
                                    grid));
                } else {
                    return Optional.empty();
                }
            }
            return Optional.of(names);
        }

        /* The reals of the quantized constant, which lie on their grid already: it needs no grid again. */
        private String constant(Value v, Node n, int i) {
            String name = out.freshName(SHADOW + n.output().name() + " input " + i);
            return out.addConstant(name, v.constant().orElseThrow()).name();
        }
    }
}
