package dev.octavo.quant.lower;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

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
    private final PairReader reader;
    private final Graph out;
    private final Map<String, PairReader.Pair> pairs = new LinkedHashMap<>(); // by DQ output
    private final Set<Node> absorbed = new HashSet<>();
    private final Map<String, String> renamed = new HashMap<>(); // what Q reads -> graph output behind its DQ
    private final Map<String, String> bases = new HashMap<>(); // value of codes -> the constant they stand for
    private final TreeMap<Site, Grid> grids = new TreeMap<>();
    private final Set<Site> gridReads = new HashSet<>();

    private Lifting(Graph source) {
        this.source = source;
        this.notes = SpecNotes.readFrom(source);
        this.reader = new PairReader(notes);
        this.out = new Graph(source.name());
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
        findPairs();
        absorbProducers();
        nameConstants();
        source.opsets().forEach(out::setOpset);
        source.metadata().forEach((k, v) -> {
            if (!k.equals(QdqNames.SPECS)) {
                out.putMetadata(k, v);
            }
        });
        source.carried().ifPresent(out::setCarried);
        copyInputsAndConstants();
        outputGrids();
        for (Node n : source.nodes()) {
            if (!absorbed.contains(n)) {
                copy(n);
            }
        }
        for (Value v : source.outputs()) {
            out.addOutput(out.require(v.name()));
        }
        Plan plan =
                new Plan(fingerprint.apply(out), grids, floats(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        return new Lifted(out, plan);
    }

    private void findPairs() {
        for (Node n : source.nodes()) {
            if (!n.is(QdqNames.DEQUANTIZE)) {
                continue;
            }
            // What another DQ gives is on a grid already: a second pair is no grid of the same value.
            Optional<PairReader.Pair> pair =
                    reader.read(n).filter(p -> !pairs.containsKey(p.from().name()));
            if (pair.isPresent() && n.output().isGraphOutput()) {
                pair = pair.filter(this::canTakeOutputName);
                pair.ifPresent(p -> renamed.put(p.from().name(), n.output().name()));
            }
            pair.ifPresent(p -> {
                pairs.put(n.output().name(), p);
                absorbed.add(n);
            });
        }
    }

    /* Whether the value before Q can have the name of the graph output behind DQ. */
    private boolean canTakeOutputName(PairReader.Pair p) {
        Value raw = p.from();
        return p.codes().isEmpty()
                && raw.producer().isPresent()
                && !raw.isGraphOutput()
                && !raw.isCaptured()
                && !renamed.containsKey(raw.name());
    }

    /* Nodes that only served what is absorbed: Q, the Clip before it, Constant nodes of codes and scales. */
    private void absorbProducers() {
        List<Node> nodes = new ArrayList<>(source.nodes());
        java.util.Collections.reverse(nodes);
        for (Node n : nodes) {
            boolean q = n.is(QdqNames.QUANTIZE);
            boolean clip = n.is("Clip") && reader.beforeClip(n.output()) != n.output();
            if ((q || clip || n.is("Constant")) && servesAbsorbed(n.output())) {
                absorbed.add(n);
            }
        }
    }

    private boolean servesAbsorbed(Value v) {
        return !v.isGraphOutput()
                && !v.isGraphInput()
                && !v.uses().isEmpty()
                && v.uses().stream().allMatch(u -> absorbed.contains(u.node()));
    }

    /* The constant that codes stand for has their name without our suffix, if that is free or its own. */
    private void nameConstants() {
        Map<String, Tensor> claimed = new HashMap<>();
        for (PairReader.Pair p : pairs.values()) {
            if (p.codes().isEmpty() || bases.containsKey(p.from().name())) {
                continue;
            }
            String codes = p.from().name();
            String base = withoutSuffix(codes);
            Optional<Value> existing = source.value(base);
            boolean own = existing.flatMap(Value::constant)
                    .filter(t -> t.dtype() == DType.FLOAT
                            && t.shape().equals(p.codes().get().shape()))
                    .isPresent();
            if (base.equals(codes) || (existing.isPresent() ? !own : claimed.containsKey(base))) {
                base = codes;
                for (int i = 2; !servesAbsorbed(p.from()) && source.value(base).isPresent(); i++) {
                    base = codes + "_" + i;
                }
            }
            claimed.put(base, p.codes().get());
            bases.put(codes, base);
        }
    }

    private String withoutSuffix(String codes) {
        int at = codes.lastIndexOf(QdqNames.CODES);
        if (at <= 0) {
            return codes;
        }
        String base = codes.substring(0, at);
        String rest = codes.substring(at + QdqNames.CODES.length());
        boolean ours = notes.isEmpty() ? rest.isEmpty() : notes.mentions(base) && rest.matches(QdqNames.COUNTED);
        return ours ? base : codes;
    }

    private String base(PairReader.Pair p) {
        String from = p.from().name();
        return p.codes().isPresent() ? bases.getOrDefault(from, from) : nameOf(from);
    }

    private String nameOf(String name) {
        return renamed.getOrDefault(name, name);
    }

    private void copyInputsAndConstants() {
        for (Value v : source.inputs()) {
            Value twin = out.addInput(v.name(), v.type().orElse(null));
            v.carried().ifPresent(c -> out.setCarried(twin, c));
        }
        for (Value v : source.values()) {
            if (v.isInitializer() && !servesAbsorbed(v)) {
                out.addConstant(v.name(), v.constant().orElseThrow());
            } else if (v.producer().isEmpty() && !v.isInitializer() && !v.isGraphInput()) {
                v.carried().ifPresent(c -> out.addOpaqueConstant(v.name(), c));
            }
        }
    }

    private void outputGrids() {
        for (Value v : source.outputs()) {
            PairReader.Pair p = pairs.get(v.name());
            if (p != null) {
                grids.put(new Site.OfValue(v.name()), grid(p, new Site.OfValue(v.name())));
            }
        }
    }

    private void copy(Node n) {
        NodeSpec spec = NodeSpec.like(n);
        List<String> inputs = new ArrayList<>(spec.inputNames());
        for (int i = 0; i < inputs.size(); i++) {
            PairReader.Pair p = pairs.get(inputs.get(i));
            inputs.set(i, p == null ? nameOf(inputs.get(i)) : read(p, n, i));
        }
        out.addNode(spec.inputs(inputs)
                .outputs(spec.outputNames().stream().map(this::nameOf).toList()));
        for (Value v : n.presentOutputs()) {
            Value twin = out.require(nameOf(v.name()));
            Value described = source.require(twin.name());
            described.type().or(v::type).ifPresent(t -> out.setType(twin, t));
            described.carried().ifPresent(c -> out.setCarried(twin, c));
        }
    }

    /* Notes the grid that input i of a node reads through, and gives the name of the value on it. */
    private String read(PairReader.Pair p, Node n, int i) {
        String base = base(p);
        Site value = new Site.OfValue(base);
        Site use = new Site.OfUse(base, nameOf(n.output().name()), i);
        Grid grid = grid(p, use);
        if (p.codes().isPresent() && out.value(base).isEmpty()) {
            out.addConstant(base, Codes.real(p.codes().get(), grid));
        }
        Grid known = grids.get(value);
        boolean own = notes.of(use, OptionalInt.empty()).isPresent();
        grids.put(own || (known != null && !known.equals(grid)) ? use : value, grid);
        gridReads.add(use);
        return base;
    }

    /* The notes say bits and symmetry, the use before the value; without them the storage type tells. */
    private Grid grid(PairReader.Pair p, Site site) {
        QuantSpec stored = p.spec();
        QuantSpec spec = notes.of(site, stored.axis())
                .or(() -> notes.of(new Site.OfValue(site.value()), stored.axis()))
                .filter(s -> StorageTypes.of(s) == StorageTypes.of(stored))
                .filter(s ->
                        p.params().stream().allMatch(q -> q.zeroPoint() >= s.minCode() && q.zeroPoint() <= s.maxCode()))
                .orElse(stored);
        return new Grid(spec, p.params());
    }

    private SortedMap<Site, String> floats() {
        TreeMap<Site, String> floats = new TreeMap<>();
        for (Value v : out.values()) {
            if (grids.containsKey(Site.of(v))) {
                v.uses().stream()
                        .filter(u -> !u.isCaptured() && !gridReads.contains(Site.of(v, u)))
                        .forEach(u -> floats.put(Site.of(v, u), "was left in float"));
            }
        }
        return floats;
    }
}
