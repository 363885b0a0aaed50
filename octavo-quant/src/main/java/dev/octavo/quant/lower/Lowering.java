package dev.octavo.quant.lower;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.Memo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The meaning of a plan: a float graph and its plan become a graph with QuantizeLinear and
 * DequantizeLinear nodes. Running the result is simulating the plan, saving it is exporting it.
 *
 * <pre>
 *   v -> reader      becomes      v -> Q(grid) -> DQ -> reader       one Q per grid, one DQ per use
 *   w -> reader      becomes      codes(w)     -> DQ -> reader       for a constant
 * </pre>
 *
 * <p>A width that ONNX has no type for is exact too: activations are clipped to the grid's range
 * before a Q of the next wider type, constants simply hold no other codes.
 *
 * <p>A graph output with a grid keeps its name behind Q and DQ, and the value as the producer gives it
 * takes another. A constant with several grids stays in the graph in float as well, though nothing reads
 * it, for no single tensor of codes says what it was.
 */
public final class Lowering {
    private final Graph source;
    private final Plan plan;
    private final Graph out;
    private final QdqWriter qdq;
    private final Map<String, String> raw = new HashMap<>(); // graph output with a grid -> what its producer gives
    private final SpecNotes notes = new SpecNotes();

    private Lowering(Graph source, Plan plan, Memo memo) {
        this.source = source;
        this.plan = plan;
        this.out = new Graph(source.name());
        this.qdq = new QdqWriter(source, out, memo);
    }

    /**
     * The Q/DQ graph of a plan. Opset and IR version are raised only where the plan needs it: 11 for
     * widths that ONNX has no type for, 13 for grids per channel, 21 for 16-bit types.
     */
    public static Graph lower(Graph graph, Plan plan) {
        return lower(graph, plan, new Memo());
    }

    /** As {@link #lower(Graph, Plan)}, with what was computed for other plans of the same graph. */
    public static Graph lower(Graph graph, Plan plan, Memo memo) {
        return new Lowering(graph, plan, memo).run();
    }

    private Graph run() {
        source.opsets().forEach(out::setOpset);
        source.metadata().forEach(out::putMetadata);
        source.carried().ifPresent(out::setCarried);
        OpsetNeeds.check(source, plan).ifPresent(v -> out.setOpset("", v));
        for (Value v : source.inputs()) {
            Value twin = out.addInput(v.name(), v.type().orElse(null));
            v.carried().ifPresent(c -> out.setCarried(twin, c));
        }
        for (Value v : source.values()) {
            if (v.isInitializer() && isKept(v)) {
                out.addConstant(v.name(), constant(v));
            } else if (v.producer().isEmpty() && !v.isInitializer() && !v.isGraphInput()) {
                v.carried().ifPresent(c -> out.addOpaqueConstant(v.name(), c));
            }
        }
        for (Node n : source.nodes()) {
            if (!n.is("Constant") || isKept(n.output())) {
                addNode(n);
            }
        }
        for (Value v : source.outputs()) {
            out.addOutput(out.require(v.name()));
        }
        notes.writeTo(out);
        return out;
    }

    /* Whether a constant stays in float; if not, it disappears into codes. */
    private boolean isKept(Value v) {
        boolean readInFloat = v.isGraphOutput()
                || v.isGraphInput()
                || v.uses().isEmpty()
                || v.uses().stream().anyMatch(u -> gridOf(v, u).isEmpty());
        return readInFloat
                || v.uses().stream().map(u -> gridOf(v, u)).distinct().count() > 1;
    }

    private Optional<Grid> gridOf(Value v, Use u) {
        return u.isCaptured() ? Optional.empty() : plan.gridFor((Site.OfUse) Site.of(v, u));
    }

    private Tensor constant(Value v) {
        Tensor replaced = plan.constants().get(v.name());
        return replaced != null ? replaced : v.constant().orElseThrow();
    }

    private void addNode(Node n) {
        NodeSpec spec = NodeSpec.like(n);
        List<String> inputs = new ArrayList<>(spec.inputNames());
        for (int i = 0; i < inputs.size(); i++) {
            Optional<Value> v = n.input(i);
            if (v.isPresent()) {
                Optional<Grid> grid = gridOf(v.get(), new Use(n, i));
                inputs.set(
                        i,
                        grid.isPresent()
                                ? dequantized(v.get(), grid.get(), Site.ofInput(n, i))
                                : raw.getOrDefault(v.get().name(), v.get().name()));
            }
        }
        nameRawOutputs(n);
        out.addNode(spec.inputs(inputs)
                .outputs(spec.outputNames().stream()
                        .map(o -> raw.getOrDefault(o, o))
                        .toList()));
        for (Value v : n.presentOutputs()) {
            Value twin = out.require(raw.getOrDefault(v.name(), v.name()));
            v.type().ifPresent(t -> out.setType(twin, t));
            if (raw.containsKey(v.name())) {
                quantizeOutput(v);
            } else {
                v.carried().ifPresent(c -> out.setCarried(twin, c));
            }
            if (n.is("Constant") && plan.constants().containsKey(v.name())) {
                out.replaceConstant(twin, constant(v));
            }
        }
    }

    /* A value that a subgraph reads must keep both its name and its float reals, so it is not renamed. */
    private void nameRawOutputs(Node n) {
        for (Value v : n.presentOutputs()) {
            if (v.isGraphOutput() && plan.grids().containsKey(Site.of(v)) && !v.isCaptured()) {
                raw.put(v.name(), qdq.fresh(v.name() + QdqNames.RAW_OUTPUT));
            }
        }
    }

    private void quantizeOutput(Value v) {
        Grid grid = Objects.requireNonNull(plan.grids().get(Site.of(v)));
        qdq.dequantizeAs(v, qdq.quantize(v, Objects.requireNonNull(raw.get(v.name())), grid), grid);
        Value twin = out.require(v.name());
        v.type().ifPresent(t -> out.setType(twin, t));
        v.carried().ifPresent(c -> out.setCarried(twin, c));
        notes.put(Site.of(v), grid.spec());
    }

    /* The name of a value that holds v on the grid, dequantized for one reader alone. */
    private String dequantized(Value v, Grid grid, Site use) {
        notes.put(plan.grids().containsKey(use) ? use : Site.of(v), grid.spec());
        String codes = v.constant().isPresent()
                ? qdq.codes(v, constant(v), grid)
                : qdq.quantize(v, raw.getOrDefault(v.name(), v.name()), codedGrid(v, grid));
        return qdq.dequantize(v, codes, grid);
    }

    /* A grid that repeats the value's own once per channel reads the value's own codes: one Q per grid. */
    private Grid codedGrid(Value v, Grid grid) {
        Grid own = plan.grids().get(Site.of(v));
        boolean repeats = own != null
                && grid.spec().isPerChannel()
                && !own.spec().isPerChannel()
                && own.spec().bits() == grid.spec().bits()
                && own.spec().signed() == grid.spec().signed()
                && grid.params().stream().allMatch(own.channel(0)::equals);
        return repeats ? Objects.requireNonNull(own) : grid;
    }
}
