package dev.octavo.quant.target;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Clip;
import dev.octavo.core.op.Op;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.OpKind;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.Choice;
import dev.octavo.core.plan.Scheme;
import dev.octavo.core.plan.Site;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Turns "these groups run in integers" into a scheme: what they read and give has a grid, everything
 * else stays in float.
 */
public final class SchemeBuilder {
    private final Graph graph;
    private final Target target;
    private final SchemeOptions options;
    private final Set<Value> nonNegative;
    private final TreeMap<Site, Choice> choices = new TreeMap<>();
    private final Set<Node> integer = new HashSet<>();

    private SchemeBuilder(Graph graph, Target target, SchemeOptions options) {
        this.graph = graph;
        this.target = target;
        this.options = options;
        this.nonNegative = NonNegative.of(graph);
    }

    /**
     * The scheme in which exactly the given groups run in integers.
     *
     * @param groups groups without an obstacle
     */
    public static Scheme build(Graph graph, List<Group> groups, Target target, SchemeOptions options) {
        return new SchemeBuilder(graph, target, options).run(groups);
    }

    private Scheme run(List<Group> groups) {
        groups.forEach(g -> {
            integer.add(g.node());
            integer.addAll(g.limits());
        });
        for (Group g : groups) {
            quantizeInputs(g.node());
            quantizeOutput(g);
        }
        keepFloatReaders();
        shieldFloatReaders();
        return new Scheme(choices);
    }

    private void quantizeInputs(Node n) {
        Optional<Weighted> w = Weighted.of(n);
        if (w.isPresent() && w.get().hasConstantWeight()) {
            quantizeWeighted(w.get());
            return;
        }
        Op op = OpCatalog.of(n);
        for (int i = 0; i < n.inputCount(); i++) {
            Optional<Value> v = n.input(i);
            if (v.isPresent() && op.isData(i)) {
                activation(v.get(), "read by " + n.label());
            }
        }
    }

    private void quantizeWeighted(Weighted w) {
        activation(w.input(), "read by " + w.node().label());
        Site weight = weightSite(w);
        choices.put(
                weight,
                new Choice.Quantize(
                        options.weight(w.outputAxis()), "weight of " + w.node().label()));
        if (w.bias().isPresent()) {
            Site bias = Site.ofInput(w.node(), Weighted.BIAS);
            choices.put(
                    bias,
                    new Choice.Bias(
                            Site.of(w.input()),
                            weight,
                            options.biasBits(),
                            "bias of " + w.node().label()));
        }
    }

    /* A weight that several nodes read along different axes, or that others read as data, goes by use. */
    private static Site weightSite(Weighted w) {
        boolean alike = w.weight().uses().stream()
                .allMatch(u -> u.input() == Weighted.WEIGHT
                        && Weighted.of(u.node())
                                .filter(o -> o.outputAxis() == w.outputAxis())
                                .isPresent());
        return alike ? Site.of(w.weight()) : Site.ofInput(w.node(), Weighted.WEIGHT);
    }

    private void quantizeOutput(Group g) {
        Node n = g.node();
        Value v = g.output();
        OpKind kind = OpCatalog.of(n).kind();
        if (kind == OpKind.PASSES_THROUGH) {
            choices.put(
                    Site.of(v),
                    new Choice.SameAs(Site.of(n.input(0).orElseThrow()), n.label() + " moves codes as they are"));
            return;
        }
        boolean anyIntegerReader = v.uses().stream().anyMatch(u -> integer.contains(u.node()));
        if (!anyIntegerReader && target.givesFloat(n)) {
            choices.put(
                    Site.of(v),
                    new Choice.KeepFloat("nothing reads it in integers, and " + n.label() + " can give float"));
            return;
        }
        activation(v, "given by " + n.label());
        if (kind == OpKind.JOINS) {
            shareGrid(n, v);
        }
    }

    /* Inputs that only a Concat reads take its grid: it then copies, and values are rounded once. */
    private void shareGrid(Node concat, Value joined) {
        for (Value in : concat.presentInputs()) {
            boolean ownProducer = in.producer()
                    .filter(integer::contains)
                    .map(p -> OpCatalog.of(p).kind() != OpKind.PASSES_THROUGH
                            && OpCatalog.of(p).kind() != OpKind.JOINS)
                    .orElse(false);
            if (ownProducer && in.uses().size() == 1 && !in.isGraphOutput() && keepsItsLimit(in, joined)) {
                choices.put(
                        Site.of(in),
                        new Choice.SameAs(Site.of(joined), concat.label() + " joins it, and nothing else reads it"));
            }
        }
    }

    /*
     * A limit disappears into saturation only where the grid ends where the limit does: a wider grid, shared with
     * others, would need the limit as a node of its own, and its producer would run in float.
     */
    private boolean keepsItsLimit(Value in, Value joined) {
        Optional<Clip> limit = in.producer().flatMap(Clip::of);
        return limit.isEmpty()
                || (limit.get().low() == 0
                        && limit.get().high() == Float.POSITIVE_INFINITY
                        && nonNegative.contains(joined));
    }

    private void activation(Value v, String because) {
        choices.putIfAbsent(Site.of(v), new Choice.Quantize(options.activation(!nonNegative.contains(v)), because));
    }

    /*
     * A value that a float node gives stays in float for its float readers: rounding it for them would
     * cost accuracy and gain nothing. What an integer node gives has no float form.
     */
    private void keepFloatReaders() {
        for (Value v : graph.values()) {
            boolean quantized = choices.get(Site.of(v)) instanceof Choice.Quantize
                    || choices.get(Site.of(v)) instanceof Choice.SameAs;
            boolean fromInteger = v.producer().filter(integer::contains).isPresent();
            if (!quantized || fromInteger) {
                continue;
            }
            for (Use u : v.uses()) {
                if (!u.isCaptured() && !integer.contains(u.node())) {
                    choices.put(
                            Site.of(v, u),
                            new Choice.KeepFloat(
                                    u.node().label() + " runs in float, and so does what gives " + v.name()));
                }
            }
        }
    }

    /*
     * ONNX Runtime quantizes the weight of a float convolution or product by itself, per tensor, when its input comes
     * from a DQ with one scale and its output goes to a Q. A scale per channel, all alike, keeps it in float.
     */
    private void shieldFloatReaders() {
        for (Node n : graph.nodes()) {
            Optional<Weighted> w = Weighted.of(n).filter(Weighted::hasConstantWeight);
            if (w.isEmpty() || integer.contains(n) || !(w.get().activationAxis() == 1 || n.is("Gemm"))) {
                continue;
            }
            Value v = w.get().input();
            boolean fromInteger = v.producer().filter(integer::contains).isPresent();
            if (fromInteger && choices.containsKey(Site.of(v))) {
                choices.put(
                        Site.ofInput(n, Weighted.INPUT),
                        new Choice.PerChannelCopy(
                                Site.of(v), 1, inputChannels(w.get()), n.label() + " is to stay in float"));
            }
        }
    }

    private static int inputChannels(Weighted w) {
        long perGroup = w.weight().constant().orElseThrow().shape().dim(w.inputAxis());
        return Math.toIntExact(w.node().is("ConvTranspose") ? perGroup : perGroup * w.group());
    }
}
