package dev.octavo.quant.lower;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lowering undone: a Q/DQ graph, ours or another tool's, becomes the float graph and the plan that
 * it stands for. Constants come back as the reals that their codes stand for. Q and DQ nodes that are
 * not a pair around a value (an integer graph input, say) stay in the graph.
 */
public final class Lifting {
    /**
     * A float graph and its plan.
     *
     * @param graph without the Q/DQ pairs
     * @param plan what they said
     */
    public record Lifted(Graph graph, Plan plan) {}

    private final Graph source;
    private final SpecNotes notes;
    private final Map<String, Dequantized> pairs = new HashMap<>(); // by DQ output
    private final Set<Node> absorbed = new HashSet<>();
    private final Map<String, String> renamed = new HashMap<>(); // raw value -> name it had

    /** What a DQ output stands for: the value before Q, or a constant's codes. */
    private record Dequantized(
            String base, Grid grid, @Nullable Tensor codes, Node node) {}

    private Lifting(Graph source) {
        this.source = source;
        this.notes = SpecNotes.readFrom(source);
    }

    /**
     * Lifts a Q/DQ graph.
     *
     * @param fingerprint computes the fingerprint of the lifted graph for the plan
     */
    public static Lifted lift(Graph lowered, Function<Graph, String> fingerprint) {
        return new Lifting(lowered).run(fingerprint);
    }

    private Lifted run(Function<Graph, String> fingerprint) {
        for (Node n : source.nodes()) {
            if (n.is(QdqNames.DEQUANTIZE)) {
                read(n).ifPresent(d -> pairs.put(n.output().name(), d));
            }
        }
        pairs.values().forEach(d -> absorbed.add(d.node()));
        absorbProducers();
        Graph out = new Graph(source.name());
        source.opsets().forEach(out::setOpset);
        source.metadata().forEach((k, v) -> {
            if (!k.equals(QdqNames.SPECS)) {
                out.putMetadata(k, v);
            }
        });
        source.carried().ifPresent(out::setCarried);
        TreeMap<Site, Grid> grids = new TreeMap<>();
        rebuild(out, grids);
        TreeMap<Site, String> floats = new TreeMap<>();
        for (Value v : out.values()) {
            if (grids.containsKey(Site.of(v))) {
                v.uses().stream()
                        .filter(u -> !u.isCaptured()
                                && !grids.containsKey(Site.of(v, u))
                                && !readsGrid(v, u.node(), u.input()))
                        .forEach(u -> floats.put(Site.of(v, u), "was left in float"));
            }
        }
        Plan plan = new Plan(fingerprint.apply(out), grids, floats, new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        return new Lifted(out, plan);
    }

    private final Set<String> gridReads = new HashSet<>();

    private boolean readsGrid(Value v, Node reader, int input) {
        return gridReads.contains(v.name() + "\u0000" + reader.output().name() + "\u0000" + input);
    }

    private Optional<Dequantized> read(Node dq) {
        Optional<Value> x = dq.input(0);
        Optional<Tensor> scale = dq.input(1).flatMap(Value::constant);
        Optional<Tensor> zero = dq.input(2).flatMap(Value::constant);
        if (x.isEmpty() || scale.isEmpty() || (dq.input(2).isPresent() && zero.isEmpty())) {
            return Optional.empty();
        }
        if (x.get().constant().isPresent()) {
            Tensor codes = x.get().constant().get();
            String base = baseOfCodes(x.get().name());
            return grid(dq, base, scale.get(), zero.map(Tensor::codes).orElse(null), codes.dtype())
                    .map(g -> new Dequantized(base, g, codes, dq));
        }
        Optional<Node> q = x.get().producer().filter(n -> n.is(QdqNames.QUANTIZE));
        if (q.isEmpty() || zero.isEmpty()) {
            return Optional.empty();
        }
        Value fed = q.get().input(0).orElseThrow();
        Optional<Node> clip =
                fed.producer().filter(n -> n.is("Clip") && fed.name().contains(QdqNames.CLIPPED));
        Value raw = clip.isPresent() ? clip.get().input(0).orElseThrow() : fed;
        String base = raw.name();
        if (dq.output().isGraphOutput()) {
            renamed.put(raw.name(), dq.output().name());
            base = dq.output().name();
        }
        String named = base;
        return grid(dq, named, scale.get(), zero.get().codes(), zero.get().dtype())
                .map(g -> new Dequantized(named, g, null, dq));
    }

    private static String baseOfCodes(String codes) {
        int at = codes.lastIndexOf(QdqNames.CODES);
        boolean ours = at > 0 && codes.substring(at + QdqNames.CODES.length()).matches("(_\\d+)?");
        return ours ? codes.substring(0, at) : codes;
    }

    private Optional<Grid> grid(Node dq, String base, Tensor scale, int @Nullable [] zero, DType storage) {
        float[] s = scale.floats();
        boolean perChannel = (scale.shape().rank() == 1 && s.length > 1) || axisNoted(dq, scale);
        OptionalInt axis = perChannel ? OptionalInt.of(axis(dq)) : OptionalInt.empty();
        boolean signed = storage == DType.INT8 || storage == DType.INT16 || storage == DType.INT32;
        boolean symmetric = zero == null || (java.util.Arrays.stream(zero).allMatch(z -> z == 0) && signed);
        QuantSpec guess = new QuantSpec(storage.bits(), signed, symmetric, axis);
        QuantSpec spec = noted(dq, base, axis).orElse(guess);
        List<QuantParams> params = new ArrayList<>();
        for (int i = 0; i < s.length; i++) {
            if (!(s[i] > 0) || Float.isInfinite(s[i])) {
                return Optional.empty();
            }
            params.add(new QuantParams(s[i], zero == null ? 0 : zero[zero.length == 1 ? 0 : i]));
        }
        return Optional.of(new Grid(spec, params));
    }

    private static boolean axisNoted(Node dq, Tensor scale) {
        return scale.shape().rank() == 1 && dq.attributes().containsKey("axis");
    }

    private static int axis(Node dq) {
        return dq.attribute("axis").orElse(null) instanceof Attribute.Int i ? (int) i.value() : 1;
    }

    private Optional<QuantSpec> noted(Node dq, String base, OptionalInt axis) {
        for (var use : dq.output().uses()) {
            if (!use.isCaptured()) {
                Optional<QuantSpec> own = notes.of(useSite(base, use.node(), use.input()), axis);
                if (own.isPresent()) {
                    return own;
                }
            }
        }
        return notes.of(new Site.OfValue(base), axis);
    }

    private Site useSite(String base, Node reader, int input) {
        return new Site.OfUse(base, originalName(reader.output().name()), input);
    }

    private String originalName(String name) {
        return renamed.getOrDefault(name, name);
    }

    /* Q nodes all of whose readers are lifted DQ nodes, and the Clip nodes that only served them. */
    private void absorbProducers() {
        for (Node n : source.nodes()) {
            if (n.is(QdqNames.QUANTIZE)
                    && !n.output().isGraphOutput()
                    && n.output().uses().stream().allMatch(u -> absorbed.contains(u.node()))) {
                absorbed.add(n);
                n.input(0)
                        .flatMap(Value::producer)
                        .filter(c -> c.is("Clip") && c.output().name().contains(QdqNames.CLIPPED))
                        .filter(c -> c.output().uses().stream().allMatch(u -> absorbed.contains(u.node())))
                        .ifPresent(absorbed::add);
            }
        }
    }

    private void rebuild(Graph out, Map<Site, Grid> grids) {
        for (Value v : source.inputs()) {
            Value twin = out.addInput(v.name(), v.type().orElse(null));
            v.carried().ifPresent(c -> out.setCarried(twin, c));
        }
        for (Value v : source.values()) {
            boolean read = v.uses().stream().anyMatch(u -> !absorbed.contains(u.node()));
            if (v.isInitializer() && (read || v.isGraphOutput() || v.isGraphInput())) {
                out.addConstant(v.name(), v.constant().orElseThrow());
            }
        }
        for (Node n : source.nodes()) {
            if (absorbed.contains(n)) {
                continue;
            }
            NodeSpec spec = NodeSpec.like(n);
            List<String> inputs = new ArrayList<>();
            for (int i = 0; i < spec.inputNames().size(); i++) {
                String name = spec.inputNames().get(i);
                Dequantized d = pairs.get(name);
                inputs.add(d == null ? originalName(name) : reader(out, grids, d, n, i));
            }
            out.addNode(spec.inputs(inputs)
                    .outputs(spec.outputNames().stream().map(this::originalName).toList()));
            for (Value v : n.presentOutputs()) {
                Value twin = out.require(originalName(v.name()));
                v.type().ifPresent(t -> out.setType(twin, t));
                v.carried().filter(c -> !renamed.containsKey(v.name())).ifPresent(c -> out.setCarried(twin, c));
            }
        }
        for (Value v : source.outputs()) {
            Dequantized d = pairs.get(v.name());
            if (d != null) {
                grids.put(new Site.OfValue(d.base()), d.grid());
            }
            out.addOutput(out.require(d == null ? v.name() : d.base()));
        }
    }

    private String reader(Graph out, Map<Site, Grid> grids, Dequantized d, Node n, int input) {
        if (d.codes() != null && out.value(d.base()).isEmpty()) {
            out.addConstant(d.base(), Codes.real(d.codes(), d.grid()));
        }
        Site use = useSite(d.base(), n, input);
        Site value = new Site.OfValue(d.base());
        boolean usesOwn = notes.of(use, OptionalInt.empty()).isPresent();
        Grid known = grids.get(value);
        if (usesOwn || (known != null && !known.equals(d.grid()))) {
            grids.put(use, d.grid());
        } else {
            grids.put(value, d.grid());
        }
        gridReads.add(d.base() + "\u0000" + originalName(n.output().name()) + "\u0000" + input);
        return d.base();
    }
}
