package dev.octavo.analysis.check;

import dev.octavo.analysis.check.CheckReport.NetworkOutput;
import dev.octavo.analysis.check.Finding.Kind;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.OpKind;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.quant.rewrite.SteadyValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which outputs of the network lie on a grid, though the product before them could give floats. */
final class Outputs {
    private static final double BEHIND_A_PRODUCT = 60;
    private static final double OTHER = 25;
    private static final double WIDE = 0.2;

    private Outputs() {}

    static Section<NetworkOutput> of(Subject s) {
        List<NetworkOutput> rows = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        for (Value v : s.graph().outputs()) {
            if (!s.isFloat(v) || v.producer().isEmpty()) {
                continue;
            }
            List<Node> way = way(v);
            Optional<Node> product = way.isEmpty()
                    ? Optional.empty()
                    : Optional.of(way.get(way.size() - 1))
                            .filter(n -> Weighted.of(n).isPresent());
            Optional<QuantSpec> spec = precision(s, v);
            Optional<Node> giver = Subject.giver(v);
            rows.add(new NetworkOutput(
                    v.name(),
                    spec.map(Decided::dtype).orElse("float"),
                    giver.map(Node::label).orElse(v.name()),
                    product.map(Node::label)));
            spec.ifPresent(q -> findings.add(finding(s, v, q, way, product)));
        }
        return new Section<>(rows, findings);
    }

    /* What an output is rounded to, seen through what only moves elements: the runtime reads codes there as well. */
    private static Optional<QuantSpec> precision(Subject s, Value v) {
        Optional<QuantSpec> own = s.decided().given(v);
        Optional<Node> giver = v.producer().filter(Subject::moves);
        if (own.isPresent()
                || giver.isEmpty()
                || s.decided().read(giver.get(), 0).isEmpty()) {
            return own;
        }
        return precision(s, giver.get().input(0).orElseThrow());
    }

    /* From an output back to the product that leads to it, past limits and sums with constants. */
    private static List<Node> way(Value output) {
        List<Node> way = new ArrayList<>();
        Optional<Node> at = Subject.giver(output);
        while (at.isPresent()) {
            Node n = at.get();
            way.add(n);
            boolean sum = n.is("Add")
                    && n.presentInputs().stream()
                            .anyMatch(i -> SteadyValue.of(i).isPresent());
            if (Weighted.of(n).isPresent() || !(sum || OpCatalog.of(n).kind() == OpKind.LIMITS)) {
                break;
            }
            Optional<Value> before = n.presentInputs().stream()
                    .filter(i -> SteadyValue.of(i).isEmpty())
                    .findFirst();
            at = before.flatMap(Subject::giver);
        }
        return way;
    }

    private static Finding finding(Subject s, Value v, QuantSpec spec, List<Node> way, Optional<Node> product) {
        boolean direct = product.isPresent() && way.size() == 1;
        List<Node> floats = product.isPresent() && !direct
                ? way.subList(0, way.size() - 1)
                : way.stream().limit(1).toList();
        Map<String, Object> numbers = new LinkedHashMap<>(Finding.numbers("bits", spec.bits()));
        way.stream()
                .findFirst()
                .map(Node::output)
                .flatMap(s::range)
                .ifPresent(i -> numbers.put("step", i.span() / (Math.pow(2, spec.bits()) - 1)));
        String what = "the output is rounded to " + (1L << spec.bits()) + " codes"
                + (product.isEmpty()
                        ? ""
                        : direct
                                ? " although " + product.get().type() + " "
                                        + product.get().label() + " computes it"
                                : " behind "
                                        + way.stream()
                                                .limit(way.size() - 1L)
                                                .map(Node::type)
                                                .collect(Collectors.joining(", "))
                                        + ", although "
                                        + product.get().label() + " before that could give float");
        String fix = "plan: { keep-float: [ "
                + floats.stream().map(n -> Subject.quoted(n.label())).collect(Collectors.joining(", ")) + " ] }";
        double weight = (product.isPresent() ? BEHIND_A_PRODUCT : OTHER) * (spec.bits() > 8 ? WIDE : 1);
        return new Finding(
                Kind.COARSE_OUTPUT,
                v.name(),
                what,
                numbers,
                "nothing behind it needs codes, so the last rounding costs accuracy for nothing"
                        + (direct && product.get().is("Conv")
                                ? "; here a convolution that gives float runs in float as well, so weigh its time"
                                : ""),
                List.of(fix),
                direct && product.get().is("Conv") ? weight / 2 : weight);
    }
}
