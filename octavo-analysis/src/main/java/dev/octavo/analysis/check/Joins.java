package dev.octavo.analysis.check;

import dev.octavo.analysis.check.CheckReport.Join;
import dev.octavo.analysis.check.Finding.Kind;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.QuantSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** Concats that put values of different magnitude on one grid, such as boxes beside scores. */
final class Joins {
    private static final double LEAST_BITS = 3;
    private static final double AT_THE_END = 45;
    private static final double INSIDE = 25;
    private static final double PER_BIT = 7;

    private Joins() {}

    static Section<Join> of(Subject s) {
        List<Join> rows = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        for (Node n : s.graph().nodes()) {
            if (!n.is("Concat") || !s.isFloat(n.output())) {
                continue;
            }
            List<String> parts = new ArrayList<>();
            double most = 0;
            double least = Double.POSITIVE_INFINITY;
            boolean known = true;
            for (Value v : n.presentInputs()) {
                Optional<Interval> range = range(s, v);
                parts.add(v.name() + range.map(r -> " " + r).orElse(""));
                known &= range.filter(r -> r.span() > 0).isPresent();
                most = Math.max(most, range.map(Interval::span).orElse(0.0));
                least = Math.min(least, range.map(Interval::span).orElse(0.0));
            }
            OptionalDouble bits = known && !parts.isEmpty()
                    ? OptionalDouble.of(Math.log(most / least) / Math.log(2))
                    : OptionalDouble.empty();
            rows.add(new Join(n.label(), parts, bits));
            Optional<QuantSpec> spec = s.decided().given(n.output()).filter(q -> q.bits() <= 8);
            if (spec.isPresent() && bits.orElse(0) >= LEAST_BITS) {
                findings.add(finding(n, parts, bits.getAsDouble(), spec.get()));
            }
        }
        return new Section<>(rows, findings);
    }

    /* Not that of its grid, for that is the grid of what is joined. */
    private static Optional<Interval> range(Subject s, Value v) {
        return s.seen(v).or(() -> s.bounds().of(v)).or(() -> s.constantRange(v)).filter(Interval::isFinite);
    }

    private static Finding finding(Node n, List<String> parts, double bits, QuantSpec spec) {
        boolean end = leadsToOutput(n.output());
        return new Finding(
                Kind.MIXED_JOIN,
                n.label(),
                "it joins values of different magnitude on one grid of " + spec.bits() + " bits: "
                        + String.join(", ", parts),
                Finding.numbers("bitsLost", bits, "bits", spec.bits()),
                String.format(
                        Locale.ROOT,
                        "the smallest part has %.1f of %d bits left; boxes beside scores make every score 0",
                        Math.max(0, spec.bits() - bits),
                        spec.bits()),
                List.of(
                        "plan: { keep-float: [ " + Subject.quoted(n.label()) + " ] }",
                        "model: give each part as an output of its own"),
                (end ? AT_THE_END : INSIDE) + PER_BIT * bits);
    }

    private static boolean leadsToOutput(Value v) {
        return v.isGraphOutput()
                || v.uses().stream()
                        .filter(u -> !u.isCaptured())
                        .anyMatch(u -> Subject.moves(u.node())
                                && leadsToOutput(u.node().output()));
    }
}
