package dev.octavo.quant.lower;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
 */
public final class Lowering {
    private final Graph source;
    private final Plan plan;
    private final Graph out;
    private final Map<String, Integer> dequantizers = new HashMap<>();
    private final Map<Quantized, String> quantized = new HashMap<>();
    private final Set<String> available = new HashSet<>();
    private final SpecNotes notes = new SpecNotes();

    /** A value on a grid: what one Q node, or one tensor of codes, stands for. */
    private record Quantized(String value, Grid grid) {}

    private Lowering(Graph source, Plan plan) {
        this.source = source;
        this.plan = plan;
        this.out = new Graph(source.name());
    }

    /**
     * The Q/DQ graph of a plan. Opset and IR version are raised only where the plan needs it: 13 for
     * grids per channel, 21 for 16-bit types.
     */
    public static Graph lower(Graph graph, Plan plan) {
        return new Lowering(graph, plan).run();
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
            if (v.isInitializer() && readInFloat(v)) {
                out.addConstant(v.name(), constant(v));
                available.add(v.name());
            }
        }
        for (Node n : source.nodes()) {
            if (isReplacedConstant(n)) {
                continue;
            }
            addReader(n);
        }
        for (Value v : source.outputs()) {
            out.addOutput(out.require(v.name()));
        }
        notes.writeTo(out);
        return out;
    }

    /* A Constant node whose value is quantized for every reader disappears into codes. */
    private boolean isReplacedConstant(Node n) {
        return n.is("Constant") && !readInFloat(n.output());
    }

    private boolean readInFloat(Value v) {
        return v.isGraphOutput()
                || v.isGraphInput()
                || v.uses().isEmpty()
                || v.uses().stream()
                        .anyMatch(u -> u.isCaptured() || gridOf(v, u).isEmpty());
    }

    private Optional<Grid> gridOf(Value v, Use u) {
        return u.isCaptured() ? Optional.empty() : plan.gridFor((Site.OfUse) Site.of(v, u));
    }

    private Tensor constant(Value v) {
        Tensor replaced = plan.constants().get(v.name());
        return replaced != null ? replaced : v.constant().orElseThrow();
    }

    private void addReader(Node n) {
        NodeSpec spec = NodeSpec.like(n);
        List<String> inputs = new java.util.ArrayList<>(spec.inputNames());
        for (int i = 0; i < inputs.size(); i++) {
            Optional<Value> v = n.input(i);
            if (v.isPresent()) {
                Optional<Grid> grid = gridOf(v.get(), new Use(n, i));
                if (grid.isPresent()) {
                    inputs.set(i, dequantized(v.get(), grid.get(), Site.ofInput(n, i)));
                }
            }
        }
        Map<String, String> throughGrid = quantizedOutputs(n);
        List<String> outputs = spec.outputNames().stream()
                .map(o -> throughGrid.getOrDefault(o, o))
                .toList();
        out.addNode(spec.inputs(inputs).outputs(outputs));
        for (Value v : n.presentOutputs()) {
            Value twin = out.require(throughGrid.getOrDefault(v.name(), v.name()));
            v.type().ifPresent(t -> out.setType(twin, t));
            if (!throughGrid.containsKey(v.name())) {
                v.carried().ifPresent(c -> out.setCarried(twin, c));
            }
        }
        throughGrid.forEach((name, raw) -> quantizeOutput(source.require(name), raw));
    }

    /* A graph output with a grid keeps its name behind Q and DQ; the node's own output is renamed. */
    private Map<String, String> quantizedOutputs(Node n) {
        Map<String, String> renamed = new HashMap<>();
        for (Value v : n.presentOutputs()) {
            if (v.isGraphOutput() && plan.grids().containsKey(Site.of(v)) && !v.isCaptured()) {
                renamed.put(v.name(), fresh(v.name() + QdqNames.RAW_OUTPUT));
            }
        }
        return renamed;
    }

    private void quantizeOutput(Value v, String raw) {
        Grid grid = plan.grids().get(Site.of(v));
        if (grid == null) {
            throw new IllegalStateException(v.name() + " has no grid");
        }
        String q = quantize(v, raw, grid);
        addDequantize(v.name() + "_" + QdqNames.DEQUANTIZE, q, v.name(), v, grid);
        notes.put(Site.of(v), grid.spec());
    }

    /* The name of a value that holds v on the grid, dequantized for one reader alone. */
    private String dequantized(Value v, Grid grid, Site use) {
        String codes = v.constant().isPresent() ? codes(v, grid) : quantize(v, rawName(v), grid);
        notes.put(plan.grids().containsKey(use) ? use : Site.of(v), grid.spec());
        int k = dequantizers.merge(v.name(), 1, Integer::sum);
        String name = fresh(v.name() + QdqNames.DEQUANTIZED + (k == 1 ? "" : "_" + k));
        String node = v.name() + "_" + QdqNames.DEQUANTIZE + (k == 1 ? "" : "_" + k);
        addDequantize(node, codes, name, v, grid);
        return name;
    }

    private String rawName(Value v) {
        boolean renamed = v.isGraphOutput()
                && v.producer().isPresent()
                && plan.grids().containsKey(Site.of(v))
                && !v.isCaptured();
        return renamed ? v.name() + QdqNames.RAW_OUTPUT : v.name();
    }

    private String quantize(Value v, String raw, Grid grid) {
        Quantized key = new Quantized(v.name(), grid);
        String known = quantized.get(key);
        if (known != null) {
            return known;
        }
        String suffix = nth(v);
        String input = raw;
        DType storage = StorageTypes.of(grid.spec());
        if (!StorageTypes.isExact(grid.spec())) {
            input = clip(v, raw, grid, suffix);
        }
        String name = fresh(v.name() + QdqNames.QUANTIZED + suffix);
        out.addNode(withAxis(
                NodeSpec.of(QdqNames.QUANTIZE, v.name() + "_" + QdqNames.QUANTIZE + suffix)
                        .inputs(input, scale(v, grid), zeroPoint(v, grid, storage))
                        .outputs(name),
                grid));
        quantized.put(key, name);
        return name;
    }

    /* Limits exactly at the grid's ends, so that the wider type's saturation never decides. */
    private String clip(Value v, String raw, Grid grid, String suffix) {
        if (grid.params().size() != 1) {
            throw new ModelException(
                    "an activation on a grid of " + grid.spec() + " cannot be expressed in ONNX",
                    "use 8 or 16 bits, or one grid for the whole tensor");
        }
        int low = grid.spec().minCode();
        int high = grid.spec().maxCode();
        String lowName = add(
                v.name() + suffix + "_low",
                Tensor.ofFloats(Shape.SCALAR, grid.channel(0).real(low)));
        String highName = add(
                v.name() + suffix + "_high",
                Tensor.ofFloats(Shape.SCALAR, grid.channel(0).real(high)));
        String name = fresh(v.name() + QdqNames.CLIPPED + suffix);
        out.addNode(NodeSpec.of("Clip", v.name() + "_Clip" + suffix)
                .inputs(raw, lowName, highName)
                .outputs(name));
        return name;
    }

    private String codes(Value v, Grid grid) {
        Quantized key = new Quantized(v.name(), grid);
        String known = quantized.get(key);
        if (known != null) {
            return known;
        }
        String name = add(v.name() + QdqNames.CODES + nth(v), Codes.of(constant(v), grid));
        quantized.put(key, name);
        return name;
    }

    private String nth(Value v) {
        long k = quantized.keySet().stream()
                .filter(q -> q.value().equals(v.name()))
                .count();
        return k == 0 ? "" : "_" + (k + 1);
    }

    private void addDequantize(String node, String codes, String result, Value v, Grid grid) {
        DType storage = StorageTypes.of(grid.spec());
        List<String> inputs = storage == DType.INT32
                ? List.of(codes, scale(v, grid))
                : List.of(codes, scale(v, grid), zeroPoint(v, grid, storage));
        out.addNode(
                withAxis(NodeSpec.of(QdqNames.DEQUANTIZE, node).inputs(inputs).outputs(result), grid));
    }

    private static NodeSpec withAxis(NodeSpec spec, Grid grid) {
        return grid.spec().isPerChannel()
                ? spec.attribute("axis", new Attribute.Int(grid.spec().axis().getAsInt()))
                : spec;
    }

    private final Map<Quantized, String> scales = new HashMap<>();
    private final Map<Quantized, String> zeroPoints = new HashMap<>();

    private String scale(Value v, Grid grid) {
        return scales.computeIfAbsent(new Quantized(v.name(), grid), k -> {
            float[] s = new float[grid.params().size()];
            for (int i = 0; i < s.length; i++) {
                s[i] = grid.channel(i).scale();
            }
            return add(v.name() + "_scale", Tensor.ofFloats(shapeOf(grid), s));
        });
    }

    private String zeroPoint(Value v, Grid grid, DType storage) {
        return zeroPoints.computeIfAbsent(new Quantized(v.name(), grid), k -> {
            int[] z = new int[grid.params().size()];
            for (int i = 0; i < z.length; i++) {
                z[i] = grid.channel(i).zeroPoint();
            }
            return add(v.name() + "_zero_point", Tensor.ofCodes(storage, shapeOf(grid), z));
        });
    }

    private static Shape shapeOf(Grid grid) {
        return grid.spec().isPerChannel() ? Shape.of(grid.params().size()) : Shape.SCALAR;
    }

    private String add(String stem, Tensor t) {
        String name = fresh(stem);
        out.addConstant(name, t);
        return name;
    }

    private String fresh(String stem) {
        String name = out.freshName(stem);
        for (int i = 2; source.value(name).isPresent() || out.value(name).isPresent(); i++) {
            name = stem + "_" + i;
        }
        return name;
    }
}
