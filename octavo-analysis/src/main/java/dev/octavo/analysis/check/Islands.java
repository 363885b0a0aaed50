package dev.octavo.analysis.check;

import dev.octavo.analysis.check.CheckReport.Island;
import dev.octavo.analysis.check.Finding.Kind;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.quant.rewrite.SteadyValue;
import dev.octavo.quant.target.Group;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Connected operators in float that have integers before and behind them. */
final class Islands {
    private static final double LEAST = 8;
    private static final double PER_SHARE = 60;

    private final Subject s;
    private final Map<Node, Group> groupOf = new HashMap<>();
    private final Set<Group> seen = new LinkedHashSet<>();

    private Islands(Subject s) {
        this.s = s;
        for (Group g : s.groups()) {
            groupOf.put(g.node(), g);
            g.limits().forEach(l -> groupOf.put(l, g));
        }
    }

    /**
     * The islands.
     *
     * @param micros what one run of the quantized network takes, about, in microseconds
     */
    static Section<Island> of(Subject s, double micros) {
        Islands all = new Islands(s);
        List<Island> rows = new ArrayList<>();
        for (Group g : s.groups()) {
            if (all.isFloat(g) && !all.seen.contains(g)) {
                Island one = all.around(g);
                if (!one.entering().isEmpty() && !one.leaving().isEmpty()) {
                    rows.add(one);
                }
            }
        }
        rows.sort(Comparator.comparingDouble(Island::micros).reversed());
        return new Section<>(rows, rows.isEmpty() ? List.of() : List.of(finding(rows, micros)));
    }

    private boolean isFloat(Group g) {
        return !s.integer().contains(g)
                && !g.node().presentOutputs().isEmpty()
                && s.isFloat(g.output())
                && SteadyValue.of(g.output()).isEmpty();
    }

    private Island around(Group first) {
        Set<Group> members = new LinkedHashSet<>(List.of(first));
        Set<String> entering = new LinkedHashSet<>();
        Set<String> leaving = new LinkedHashSet<>();
        double micros = 0;
        ArrayDeque<Group> open = new ArrayDeque<>(members);
        while (!open.isEmpty()) {
            Group g = open.remove();
            List<Group> next = new ArrayList<>();
            for (Value v : g.node().presentInputs()) {
                Group giver = v.producer().map(groupOf::get).orElse(null);
                if (giver != null
                        && s.integer().contains(giver)
                        && s.decided().given(v).isPresent()) {
                    micros += entering.add(v.name()) ? RoughCosts.dequantize(s.elements(v)) : 0;
                } else if (giver != null) {
                    next.add(giver);
                }
            }
            for (Value v : g.node().presentOutputs().isEmpty() ? List.<Value>of() : List.of(g.output())) {
                for (Use u : v.uses()) {
                    Group reader = groupOf.get(u.node());
                    if (reader != null && s.integer().contains(reader) && !u.isCaptured()) {
                        micros += leaving.add(v.name()) ? RoughCosts.quantize(s.elements(v)) : 0;
                    } else if (reader != null) {
                        next.add(reader);
                    }
                }
            }
            next.stream().filter(this::isFloat).filter(members::add).forEach(open::add);
        }
        seen.addAll(members);
        return new Island(
                members.stream().map(m -> m.node().label()).toList(),
                s.obstacles().getOrDefault(first, "it was decided so"),
                List.copyOf(entering),
                List.copyOf(leaving),
                micros);
    }

    private static Finding finding(List<Island> rows, double total) {
        double micros = rows.stream().mapToDouble(Island::micros).sum();
        int conversions = rows.stream()
                .mapToInt(i -> i.entering().size() + i.leaving().size())
                .sum();
        double share = total > 0 ? Math.min(1, micros / total) : 0;
        Island most = rows.get(0);
        return new Finding(
                Kind.FLOAT_ISLAND,
                String.join(
                        ", ", most.nodes().subList(0, Math.min(3, most.nodes().size()))),
                rows.size() + (rows.size() == 1 ? " part runs" : " parts run")
                        + " in float with integers before and behind; the dearest because " + most.because(),
                Finding.numbers("conversions", conversions, "micros", micros, "shareOfTime", share),
                "at each border a tensor is turned into floats or codes and back, and is rounded for it",
                List.of(
                        "plan: { objective: latency }",
                        "model: replace the operators that have no integer kernel, or put them at the ends"),
                LEAST + PER_SHARE * Math.min(0.5, share));
    }
}
