package dev.octavo.analysis.check;

import dev.octavo.analysis.check.CheckReport.Unfused;
import dev.octavo.analysis.check.Finding.Kind;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.OpKind;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.Journal;
import dev.octavo.quant.rewrite.SteadyValue;
import dev.octavo.quant.target.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Which products and convolutions could take what follows them into one kernel, and do not. */
final class Fusions {
    private static final double ROUNDED_TWICE = 14;
    private static final double UNFOLDED = 50;
    private static final double NOTE = 5;

    private final Subject s;
    private final List<Unfused> rows = new ArrayList<>();
    private final TreeMap<String, List<Unfused>> alike = new TreeMap<>();

    private Fusions(Subject s) {
        this.s = s;
    }

    static Section<Unfused> of(Subject s) {
        Fusions f = new Fusions(s);
        s.groups().stream().filter(g -> Weighted.of(g.node()).isPresent()).forEach(g -> {
            f.limit(g);
            f.sum(g);
        });
        s.journal().entries().stream()
                .filter(e -> !e.did() && e.pass().equals("fold-batch-norm"))
                .forEach(f::normalisation);
        s.graph().nodes().stream().filter(n -> n.is("BatchNormalization")).forEach(f::unfolded);
        List<Finding> findings = new ArrayList<>();
        f.alike.forEach((key, list) -> findings.add(f.finding(list)));
        return new Section<>(f.rows, findings);
    }

    private void add(Unfused row) {
        rows.add(row);
        alike.computeIfAbsent(row.pattern() + " " + row.between(), k -> new ArrayList<>())
                .add(row);
    }

    /* A limit that its producer's grid could take over, if it were the only reader. */
    private void limit(Group g) {
        Value v = g.output();
        for (Use u : v.uses()) {
            if (u.isCaptured() || u.input() != 0 || OpCatalog.of(u.node()).kind() != OpKind.LIMITS) {
                continue;
            }
            String others = v.uses().stream()
                    .filter(o -> o.node() != u.node())
                    .map(o -> o.isCaptured() ? "a subgraph" : o.node().type())
                    .distinct()
                    .collect(Collectors.joining(", "));
            add(new Unfused(
                    List.of(g.node().label(), u.node().label()),
                    g.node().type() + " + " + u.node().type(),
                    v.isGraphOutput()
                            ? "the value between is an output of the network"
                            : "the value between is read by others too: " + others));
        }
    }

    /* A constant per channel added to what a product gives: the bias could hold it. */
    private void sum(Group g) {
        Value v = g.output();
        if (!g.limits().isEmpty() || v.uses().size() != 1 || v.isGraphOutput() || v.isCaptured()) {
            return;
        }
        Node add = v.uses().get(0).node();
        Weighted w = Weighted.of(g.node()).orElseThrow();
        Optional<Tensor> constant =
                add.is("Add") ? add.input(1 - v.uses().get(0).input()).flatMap(SteadyValue::of) : Optional.empty();
        if (constant.isEmpty() || !isPerChannel(constant.get().shape(), w, v)) {
            return;
        }
        int calls = w.weight().constant().isPresent()
                ? SteadyValue.readers(w.weight()).size()
                : 1;
        String between = w.node().is("MatMul")
                ? "a MatMul takes no bias, so the sum is an operator of its own"
                : calls > 1
                        ? "its weight and bias are shared by " + calls + " calls, and each adds another constant"
                        : "nothing: the bias could hold the constant";
        add(new Unfused(List.of(g.node().label(), add.label()), g.node().type() + " + Add", between));
    }

    private boolean isPerChannel(Shape constant, Weighted w, Value v) {
        Optional<Shape> result = s.shape(v);
        if (result.isEmpty()) {
            return false;
        }
        int axis = w.resultAxis() < 0
                ? w.resultAxis()
                : w.resultAxis() - result.get().rank();
        for (int i = 1; i <= constant.rank(); i++) {
            if (-i != axis && constant.dim(-i) != 1) {
                return false;
            }
        }
        return true;
    }

    private void normalisation(Journal.Entry e) {
        add(new Unfused(List.of(e.where()), "BatchNormalization", e.text()));
    }

    /* In another tool's model a quantizer may stand between a convolution and its normalisation. */
    private void unfolded(Node norm) {
        boolean known = rows.stream().anyMatch(u -> u.nodes().contains(norm.label()));
        Optional<Node> feeder = norm.input(0)
                .flatMap(Value::producer)
                .filter(p -> Weighted.of(p).isPresent());
        if (!known && feeder.isPresent() && norm.input(0).orElseThrow().uses().size() == 1) {
            add(new Unfused(
                    List.of(feeder.get().label(), norm.label()),
                    feeder.get().type() + " + BatchNormalization",
                    s.decided().given(norm.input(0).orElseThrow()).isPresent()
                            ? "a quantizer, so they can no longer be folded"
                            : "nothing: it could be folded"));
        }
    }

    private Finding finding(List<Unfused> list) {
        Unfused first = list.get(0);
        String last = first.nodes().get(first.nodes().size() - 1);
        boolean integer = s.integerNodes().stream().anyMatch(n -> n.label().equals(last));
        boolean norm = first.pattern().endsWith("+ BatchNormalization");
        boolean product = first.between().startsWith("a MatMul");
        boolean sum = first.pattern().endsWith("+ Add");
        String fix = product
                ? "model: nothing helps on this target but Gemm, which takes two axes and a bias"
                : sum
                        ? "model: add the constant to the bias before exporting, one bias per call"
                        : "model: let one operator alone read the value between";
        return new Finding(
                Kind.UNFUSED,
                String.join(" + ", first.nodes()),
                list.size() == 1
                        ? first.pattern() + " could be one kernel. Between them stands: " + first.between()
                        : list.size() + " times " + first.pattern() + " could be one kernel. Between them stands: "
                                + first.between(),
                Map.of("times", list.size()),
                integer
                        ? "what is between gets a grid of its own and is rounded once more, and it is a kernel more"
                        : "it is an operator more, and in float",
                List.of(norm ? "model: fold the normalisation before quantizing, as octavo quantize does" : fix),
                norm ? UNFOLDED : integer && !product ? ROUNDED_TWICE : NOTE);
    }
}
