package dev.octavo.analysis.check;

import dev.octavo.analysis.check.CheckReport.ActivationRow;
import dev.octavo.analysis.check.CheckReport.Forecast;
import dev.octavo.analysis.check.CheckReport.HeldConstant;
import dev.octavo.analysis.check.CheckReport.Island;
import dev.octavo.analysis.check.CheckReport.Join;
import dev.octavo.analysis.check.CheckReport.KnownRange;
import dev.octavo.analysis.check.CheckReport.NetworkOutput;
import dev.octavo.analysis.check.CheckReport.Shared;
import dev.octavo.analysis.check.CheckReport.Unfused;
import dev.octavo.analysis.check.CheckReport.WeightRow;
import dev.octavo.core.ModelException;
import dev.octavo.core.RecipeException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Op;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.onnx.Fingerprint;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.cost.PlacementReport;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.quant.Journal;
import dev.octavo.quant.lower.Lifting;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.rewrite.NameNodes;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.OnnxRuntimeCpu;
import dev.octavo.quant.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Says what will go wrong with a network in integers, from the graph, its constants and its plan alone; what data say of
 * ranges sharpens it.
 */
public final class ModelCheck {
    private static final int KERNEL_BITS = 8;
    private static final Target TARGET = new OnnxRuntimeCpu();

    private ModelCheck() {}

    /**
     * Checks what is to be quantized.
     *
     * @param prepared the network with its scheme
     * @param evidence what data say of it, if there are any
     * @param told ranges that the user knows, by value name
     */
    public static CheckReport of(Prepared prepared, Optional<Evidence> evidence, Map<String, Range> told) {
        Subject s = new Subject(
                prepared.graph(),
                prepared.types(),
                Group.of(prepared.graph()),
                new LinkedHashSet<>(prepared.integer()),
                prepared.obstacles(),
                Decided.of(prepared.graph(), prepared.scheme(), prepared.options()),
                Bounds.of(prepared.graph(), intervals(prepared.graph(), told)),
                evidence,
                prepared.journal(),
                prepared.options());
        return check(s, "the scheme", prepared.placement(), Asked.withoutEffect(prepared, TARGET));
    }

    /**
     * Checks a Q/DQ network, ours or another tool's.
     *
     * @param quantized the Q/DQ network
     * @param model the float network
     * @param truth the same with its rewrites; weights of the same name are compared with whichever is nearer
     * @param evidence what data say, if there are any
     * @param told ranges that the user knows, by value name
     */
    public static CheckReport of(
            Graph quantized, Graph model, Prepared truth, Optional<Evidence> evidence, Map<String, Range> told) {
        Graph named = quantized.copy();
        new NameNodes().apply(named, new Journal());
        Lifting.Lifted lifted = Lifting.lift(named, Fingerprint::of);
        if (lifted.plan().grids().isEmpty()) {
            throw new ModelException(
                    "the second model has no quantized value", "give the float model first, then the quantized one");
        }
        Graph graph = lifted.graph().copy();
        for (Value v : graph.values()) {
            if (v.isInitializer() && v.constant().orElseThrow().dtype() == DType.FLOAT) {
                nearest(v.constant().orElseThrow(), v.name(), List.of(model, truth.graph()))
                        .ifPresent(t -> graph.replaceConstant(v, t));
            }
        }
        graph.freeze();
        Map<String, TensorType> types = OrtEngine.INSTANCE.inferTypes(graph);
        List<Group> groups = Group.of(graph);
        Decided decided = Decided.of(lifted.plan());
        Map<Group, String> obstacles = new HashMap<>();
        Set<Group> integer = new LinkedHashSet<>();
        for (Group g : groups) {
            Optional<String> why = TARGET.obstacle(g, types).or(() -> missing(g, decided));
            why.ifPresentOrElse(w -> obstacles.put(g, w), () -> integer.add(g));
        }
        Subject s = new Subject(
                graph,
                types,
                groups,
                integer,
                obstacles,
                decided,
                Bounds.of(graph, intervals(graph, told)),
                evidence,
                new Journal(),
                truth.options());
        return check(s, "the quantized model", Optional.empty(), List.of());
    }

    /* What a rounded constant was before: rewrites change weights, and another tool may not have made the same ones. */
    private static Optional<Tensor> nearest(Tensor rounded, String name, List<Graph> graphs) {
        Optional<Tensor> best = Optional.empty();
        double least = Double.POSITIVE_INFINITY;
        for (Graph g : graphs) {
            Optional<Tensor> one = g.value(name)
                    .flatMap(Value::constant)
                    .filter(t -> t.dtype() == DType.FLOAT && t.shape().equals(rounded.shape()));
            double far = one.map(t -> distance(t.floats(), rounded.floats())).orElse(least);
            if (far < least) {
                least = far;
                best = one;
            }
        }
        return best;
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += ((double) a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }

    /* What keeps a group of a Q/DQ network from running in integers though the target could. */
    private static Optional<String> missing(Group g, Decided decided) {
        Node n = g.node();
        Op op = OpCatalog.of(n);
        for (int i = 0; i < n.inputCount(); i++) {
            if (n.input(i).isPresent() && op.isData(i)) {
                var spec = decided.read(n, i);
                if (spec.isEmpty()) {
                    return Optional.of("its input " + n.input(i).get().name() + " is not quantized");
                }
                if (spec.get().bits() > KERNEL_BITS && i < 2) {
                    return Optional.of("its input " + n.input(i).get().name() + " has "
                            + spec.get().bits() + " bits");
                }
            }
        }
        boolean gives = decided.given(g.output()).isPresent() || TARGET.givesFloat(n);
        return gives ? Optional.empty() : Optional.of("its output is not quantized");
    }

    private static Map<String, Interval> intervals(Graph graph, Map<String, Range> told) {
        Map<String, Interval> known = new HashMap<>();
        told.forEach((name, r) -> {
            if (graph.value(name).isEmpty()) {
                List<String> names = graph.values().stream().map(Value::name).toList();
                throw new RecipeException(
                        "'" + name + "' is no value of the model",
                        "did you mean " + String.join(", ", Glob.nearest(name, names, 3)) + "?");
            }
            known.put(name, new Interval(r.low(), r.high(), "what was told"));
        });
        return known;
    }

    private static CheckReport check(
            Subject s, String source, Optional<PlacementReport> placement, List<Finding> asked) {
        Forecast forecast = Forecasts.of(s, placement);
        Section<Unfused> fusions = Fusions.of(s);
        Section<Shared> shared = SharedModules.of(s);
        Section<NetworkOutput> outputs = Outputs.of(s);
        Section<Island> islands = Islands.of(s, forecast.quantizedMicros());
        Section<HeldConstant> constants = HeldConstants.of(s);
        Section<KnownRange> ranges = KnownRanges.of(s);
        Section<Join> joins = Joins.of(s);
        Section<WeightRow> weights = Weights.of(s);
        Section<ActivationRow> activations = Activations.of(s);
        List<Finding> findings = new ArrayList<>(Forecasts.findings(s, forecast));
        findings.addAll(asked);
        findings.addAll(Asked.halfQuantized(s));
        for (Section<?> one :
                List.of(fusions, shared, outputs, islands, constants, ranges, joins, weights, activations)) {
            findings.addAll(one.findings());
        }
        return new CheckReport(
                s.graph().name(),
                TARGET.name(),
                source,
                findings,
                fusions.rows(),
                shared.rows(),
                Dtypes.inputs(s),
                Dtypes.outputs(s),
                s.decided().rows(),
                outputs.rows(),
                islands.rows(),
                constants.rows(),
                ranges.rows(),
                joins.rows(),
                weights.rows(),
                activations.rows(),
                forecast);
    }
}
