package dev.octavo.ort.quantize;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Scheme;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.onnx.Fingerprint;
import dev.octavo.ort.cost.PlacementReport;
import dev.octavo.quant.Journal;
import dev.octavo.quant.Memo;
import dev.octavo.quant.recipe.Overrides;
import dev.octavo.quant.rewrite.CutDeadChannels;
import dev.octavo.quant.rewrite.FoldArithmetic;
import dev.octavo.quant.rewrite.FoldBatchNorm;
import dev.octavo.quant.rewrite.FoldNormForward;
import dev.octavo.quant.rewrite.GraphPass;
import dev.octavo.quant.rewrite.MergeLimits;
import dev.octavo.quant.rewrite.NameNodes;
import dev.octavo.quant.rewrite.PadChannels;
import dev.octavo.quant.rewrite.PoolInsteadOfProduct;
import dev.octavo.quant.rewrite.RemoveIdentity;
import dev.octavo.quant.rewrite.ReplaceSynonyms;
import dev.octavo.quant.rewrite.ShortcutToConvolution;
import dev.octavo.quant.rewrite.Witness;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.OnnxRuntimeCpu;
import dev.octavo.quant.target.SchemeBuilder;
import dev.octavo.quant.target.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Rewrites a float graph and decides its scheme. */
public final class Preparation {
    private Preparation() {}

    /** The rewrites that every quantization begins with, in order. */
    public static List<GraphPass> standardRewrites() {
        return List.of(
                new NameNodes(),
                new RemoveIdentity(),
                new ReplaceSynonyms(),
                new FoldBatchNorm(),
                new FoldArithmetic(),
                new FoldNormForward(),
                new CutDeadChannels(),
                new MergeLimits(),
                new PoolInsteadOfProduct());
    }

    /**
     * A rewritten graph, before anything is decided.
     *
     * @param name the rewrite that may pay and was applied last; empty if none was
     * @param graph the graph, frozen
     * @param fingerprint of that graph
     * @param types element types and shapes with batch 1, by value name
     * @param journal what the passes did and left alone
     */
    public record Rewritten(
            String name, Graph graph, String fingerprint, Map<String, TensorType> types, Journal journal) {}

    /** Applies the standard rewrites to a copy of the graph and freezes it. */
    public static Rewritten rewrite(Graph model, Function<Graph, Map<String, TensorType>> inferTypes) {
        return rewrite(model, List.of(), Witness.NONE, inferTypes);
    }

    /** Applies the standard rewrites, then repairs, to a copy of the graph and freezes it. */
    public static Rewritten rewrite(
            Graph model,
            List<GraphPass> repairs,
            Witness witness,
            Function<Graph, Map<String, TensorType>> inferTypes) {
        Journal journal = new Journal();
        Graph graph = model.copy();
        standardRewrites().forEach(p -> p.apply(graph, journal));
        repairs.forEach(p -> p.apply(graph, witness, journal));
        Map<String, TensorType> types = inferTypes.apply(graph);
        graph.freeze();
        return new Rewritten("", graph, Fingerprint.of(graph), types, journal);
    }

    /** Rewrites that make some networks faster and others slower, so that measuring decides. */
    public static List<GraphPass> rewritesThatMayPay(Rewritten r) {
        return List.of(new ShortcutToConvolution(r.types()), new PadChannels());
    }

    /**
     * The forms of a rewritten graph that may be faster: it as it is, then with one more rewrite each, as far as
     * these find something to do.
     */
    public static List<Rewritten> forms(
            Rewritten plain, List<GraphPass> passes, Function<Graph, Map<String, TensorType>> inferTypes) {
        List<Rewritten> forms = new ArrayList<>(List.of(plain));
        for (GraphPass pass : passes) {
            Rewritten last = forms.get(forms.size() - 1);
            Journal journal = last.journal().copy();
            Graph graph = last.graph().copy();
            pass.apply(graph, journal);
            if (journal.countOf(pass.name()) > 0) {
                Map<String, TensorType> types = inferTypes.apply(graph);
                graph.freeze();
                forms.add(new Rewritten(pass.name(), graph, Fingerprint.of(graph), types, journal));
            } else {
                last.journal().addNew(journal);
            }
        }
        return forms;
    }

    /** Why groups cannot run in integers on the target, or may not by the recipe; others are absent. */
    public static Map<Group, String> obstacles(
            Rewritten r, List<Group> groups, QuantizeOptions options, Witness witness) {
        Map<String, String> unknown = witness.unknown(r.graph());
        Target target = new OnnxRuntimeCpu();
        Set<Node> floatByRecipe = new Overrides(r.graph(), options.rules()).floatNodes();
        Map<Group, String> obstacles = new LinkedHashMap<>();
        for (Group g : groups) {
            if (floatByRecipe.contains(g.node())) {
                obstacles.put(g, "the recipe keeps it in float");
            } else {
                target.obstacle(g, r.types()).or(() -> unknown(g, unknown)).ifPresent(why -> obstacles.put(g, why));
            }
        }
        return obstacles;
    }

    /* A grid needs a range, and so something known of the value. */
    private static Optional<String> unknown(Group g, Map<String, String> unknown) {
        List<Value> values = new ArrayList<>(g.node().presentInputs());
        values.add(g.output());
        return values.stream()
                .map(Value::name)
                .filter(unknown::containsKey)
                .map(name -> "nothing is known of '" + name + "': " + unknown.get(name))
                .findFirst();
    }

    /** The scheme in which exactly these groups run in integers. */
    public static Prepared decide(
            Rewritten r,
            List<Group> integer,
            Map<Group, String> obstacles,
            QuantizeOptions options,
            Optional<PlacementReport> placement,
            Witness witness) {
        Scheme built = SchemeBuilder.build(r.graph(), integer, new OnnxRuntimeCpu(), options.scheme());
        Scheme scheme = new Overrides(r.graph(), options.rules()).apply(built);
        return new Prepared(
                r.graph(),
                r.fingerprint(),
                r.types(),
                List.copyOf(integer),
                Map.copyOf(obstacles),
                scheme,
                options,
                placement,
                r.journal(),
                new Memo(),
                witness);
    }

    /** Every group that can run in integers does. */
    public static Prepared everywhere(Rewritten r, QuantizeOptions options, Witness witness) {
        List<Group> groups = Group.of(r.graph());
        Map<Group, String> obstacles = obstacles(r, groups, options, witness);
        List<Group> integer = new ArrayList<>(groups);
        integer.removeIf(obstacles::containsKey);
        return decide(r, integer, obstacles, options, Optional.empty(), witness);
    }
}
