package dev.octavo.analysis.check;

import dev.octavo.analysis.check.CheckReport.DtypeTable;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.quant.rewrite.SteadyValue;
import dev.octavo.quant.target.Group;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How many tensors of which type each operator reads and gives. A limit counts with the operator that takes it over. */
final class Dtypes {
    private final SortedMap<String, Integer[]> inputs = new TreeMap<>();
    private final SortedMap<String, Integer[]> outputs = new TreeMap<>();

    private Dtypes() {}

    static DtypeTable inputs(Subject s) {
        return table(look(s).inputs);
    }

    static DtypeTable outputs(Subject s) {
        return table(look(s).outputs);
    }

    private static Dtypes look(Subject s) {
        Dtypes d = new Dtypes();
        for (Group g : s.groups()) {
            Node n = g.node();
            if (n.presentOutputs().isEmpty() || !s.isFloat(g.output()) || isConstant(g)) {
                continue;
            }
            String operator = operator(g);
            for (int i = 0; i < n.inputCount(); i++) {
                Optional<Value> v = n.input(i);
                if (v.isPresent() && s.isFloat(v.get()) && isOperand(n, i)) {
                    count(d.inputs, operator, s.decided().read(n, i));
                }
            }
            List<Value> given = g.limits().isEmpty() ? n.presentOutputs() : List.of(g.output());
            given.forEach(v -> count(d.outputs, operator, s.decided().given(v)));
        }
        return d;
    }

    private static boolean isConstant(Group g) {
        return SteadyValue.of(g.output()).isPresent();
    }

    /* Limits, and what a normalisation scales by, are parameters of a float operator and no tensors of the network. */
    private static boolean isOperand(Node n, int i) {
        return Weighted.of(n).isPresent() || dev.octavo.core.op.OpCatalog.of(n).isData(i);
    }

    static String operator(Group g) {
        return g.node().type() + g.limits().stream().map(l -> "+" + l.type()).collect(Collectors.joining());
    }

    private static void count(SortedMap<String, Integer[]> table, String operator, Optional<QuantSpec> spec) {
        Integer[] row = table.computeIfAbsent(operator, k -> {
            Integer[] none = new Integer[DtypeTable.COLUMNS.size()];
            Arrays.fill(none, 0);
            return none;
        });
        int column = spec.map(q -> q.bits() <= 8 ? 1 : q.bits() <= 16 ? 2 : 3).orElse(0);
        row[column]++;
    }

    private static DtypeTable table(SortedMap<String, Integer[]> counts) {
        TreeMap<String, List<Integer>> rows = new TreeMap<>();
        counts.forEach((k, v) -> rows.put(k, List.of(v)));
        return new DtypeTable(rows);
    }
}
