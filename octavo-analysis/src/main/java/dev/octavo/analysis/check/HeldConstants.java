package dev.octavo.analysis.check;

import dev.octavo.analysis.check.CheckReport.HeldConstant;
import dev.octavo.analysis.check.Finding.Kind;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.range.RelativeRounding;
import dev.octavo.quant.rewrite.SplitRange;
import dev.octavo.quant.rewrite.SteadyValue;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Constants that act on activations element by element, and whether one linear grid holds them. */
final class HeldConstants {
    private static final Set<String> OPERATORS = Set.of("Add", "Sub", "Mul", "Div", "Pow");
    private static final long MOST_ELEMENTS = 1 << 16;
    private static final double MIXED_SPREAD = 64;
    private static final double COARSE_DIVISOR = 0.05;
    private static final double DIVIDES_BY_ZERO = 98;
    private static final double DIVIDES = 70;
    private static final double MULTIPLIES = 50;
    private static final double LATENT = 12;

    private HeldConstants() {}

    static Section<HeldConstant> of(Subject s) {
        List<HeldConstant> rows = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        for (Value v : s.graph().values()) {
            Optional<Tensor> t = v.isGraphInput() ? Optional.empty() : v.constant();
            if (t.filter(x -> x.dtype() == DType.FLOAT && x.elements() > 1 && x.elements() <= MOST_ELEMENTS)
                    .isEmpty()) {
                continue;
            }
            List<Use> acts = SteadyValue.readers(v).stream()
                    .filter(u -> u.node().domain().isEmpty()
                            && OPERATORS.contains(u.node().type()))
                    .toList();
            if (!acts.isEmpty()) {
                look(s, v, t.get(), acts, rows, findings);
            }
        }
        return new Section<>(rows, findings);
    }

    private static void look(
            Subject s, Value v, Tensor t, List<Use> acts, List<HeldConstant> rows, List<Finding> findings) {
        Optional<QuantSpec> spec = acts.stream()
                .map(u -> s.decided().read(u.node(), u.input()))
                .flatMap(Optional::stream)
                .findFirst()
                .or(() -> s.decided().given(v));
        QuantSpec used = spec.orElse(QuantSpec.perTensor(s.options().scheme().activationBits(), false, false));
        Optional<Grid> grid = s.decided().grid(v).filter(g -> g.params().size() == 1);
        RelativeRounding r = grid.isPresent()
                ? RelativeRounding.of(t.floats(), used, grid.get().channel(0))
                : RelativeRounding.of(t.floats(), used);
        Set<String> operators = new LinkedHashSet<>();
        acts.forEach(u -> operators.add(u.node().type()));
        rows.add(new HeldConstant(
                v.name(),
                List.copyOf(operators),
                spec.map(Decided::dtype).orElse("float"),
                r.spread(),
                r.coarse(),
                r.worst()));
        boolean divides = acts.stream().anyMatch(u -> u.node().is("Div") && u.input() == 1);
        boolean multiplies = acts.stream().anyMatch(u -> u.node().is("Mul"));
        boolean mixed = r.spread() >= MIXED_SPREAD
                && (r.coarse() >= SplitRange.MIXED || (divides && r.worst() >= COARSE_DIVISOR));
        if (mixed && (divides || multiplies)) {
            findings.add(finding(v, t, spec, used, r, divides));
        }
    }

    private static Finding finding(
            Value v, Tensor t, Optional<QuantSpec> spec, QuantSpec used, RelativeRounding r, boolean divides) {
        String role = divides ? "a divisor" : "a factor";
        double weight = spec.isEmpty()
                ? LATENT
                : divides && r.toZero() > 0
                        ? DIVIDES_BY_ZERO
                        : (divides ? DIVIDES : MULTIPLIES) * Math.min(1, 0.5 + r.coarse());
        String what = String.format(
                Locale.ROOT,
                "%s of %d elements whose magnitudes differ %.4g-fold, %s %d bits",
                role,
                t.elements(),
                r.spread(),
                spec.isPresent() ? "on one grid of" : "in float on this target, too mixed for one grid of",
                used.bits());
        String why = (spec.isPresent() ? "" : "a target that quantizes it would meet this: ")
                + String.format(
                        Locale.ROOT,
                        "one step is %.4g; %d elements become 0, %.0f %% may be off by over a tenth%s",
                        r.step(),
                        r.toZero(),
                        100 * r.coarse(),
                        divides ? ", and dividing amplifies that" + (r.toZero() > 0 ? " to infinity" : "") : "");
        List<String> fix = new ArrayList<>();
        fix.add("rewrite: [ { split-range: { on: " + Subject.quoted(v.name()) + " } } ]");
        if (spec.isPresent() && used.bits() <= 8) {
            fix.add("plan: { int16: [ " + Subject.quoted(v.name()) + " ] }");
        }
        if (spec.isPresent()) {
            fix.add("plan: { keep-float: [ " + Subject.quoted(v.name()) + " ] }");
        }
        return new Finding(
                Kind.MIXED_CONSTANT,
                v.name(),
                what,
                Finding.numbers(
                        "elements",
                        t.elements(),
                        "step",
                        r.step(),
                        "spread",
                        r.spread(),
                        "toZero",
                        r.toZero(),
                        "coarseShare",
                        r.coarse(),
                        "worstRelativeError",
                        r.worst(),
                        "bits",
                        used.bits()),
                why,
                fix,
                weight);
    }
}
