package dev.octavo.analysis.tune;

import dev.octavo.analysis.doctor.Trial;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.op.Workload;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.quant.target.Group;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How much of a network is in 8 bits, in up to 16, and in float: shares of its multiply-accumulates, a product being as
 * wide as the wider of its two sides, and shares of its values, constants and what
 * a limit behind takes over not counted. Each three sum to 1.
 *
 * @param int8 of the multiply-accumulates; 1 where there are none
 * @param int16 of the multiply-accumulates
 * @param floats of the multiply-accumulates
 * @param int8Values of the values
 * @param int16Values of the values
 * @param floatValues of the values
 */
public record Shares(
        double int8, double int16, double floats, double int8Values, double int16Values, double floatValues) {
    /** The names of the shares among measures, in the order of this record. */
    static final List<String> NAMES = List.of("int8", "int16", "float", "int8_values", "int16_values", "float_values");

    private static final int NARROW = 8;

    /** The shares among measures; all in float where there are none. */
    public static Shares of(Map<String, Double> measures) {
        double[] s =
                NAMES.stream().mapToDouble(n -> measures.getOrDefault(n, 0.0)).toArray();
        return new Shares(s[0], s[1], s[2], s[3], s[4], s[5]);
    }

    /** The shares of a quantized network. */
    static Shares of(Trial.Made made) {
        Prepared p = made.prepared();
        double[] macs = new double[3];
        for (Node n : p.graph().nodes()) {
            double here = Workload.macs(n, p.types());
            if (here > 0) {
                macs[kind(made, n)] += here;
            }
        }
        double[] values = new double[3];
        for (Value v : values(p)) {
            values[kind(Optional.ofNullable(made.plan().grids().get(Site.of(v))))]++;
        }
        if (macs[0] + macs[1] + macs[2] == 0) {
            macs[0] = 1;
        }
        double m = macs[0] + macs[1] + macs[2];
        double v = Math.max(1, values[0] + values[1] + values[2]);
        return new Shares(macs[0] / m, macs[1] / m, macs[2] / m, values[0] / v, values[1] / v, values[2] / v);
    }

    /** The values that count: inputs and what operators give, in floats, but not what a limit behind takes over. */
    static List<Value> values(Prepared p) {
        List<Value> all = new ArrayList<>(p.graph().requiredInputs());
        Group.of(p.graph()).stream()
                .filter(g -> !g.node().presentOutputs().isEmpty())
                .map(Group::output)
                .forEach(all::add);
        return all.stream()
                .filter(v -> v.constant().isEmpty() && isFloat(p.types().get(v.name())))
                .toList();
    }

    private static boolean isFloat(@Nullable TensorType type) {
        return type != null && type.dtype() == DType.FLOAT;
    }

    /* 0 for 8 bits, 1 for up to 16, 2 for float. */
    private static int kind(Trial.Made made, Node n) {
        return Math.max(kind(grid(made, n, Weighted.INPUT)), kind(grid(made, n, Weighted.WEIGHT)));
    }

    private static int kind(Optional<Grid> grid) {
        return grid.map(g -> g.spec().bits() <= NARROW ? 0 : 1).orElse(2);
    }

    private static Optional<Grid> grid(Trial.Made made, Node n, int input) {
        return made.plan().gridFor((Site.OfUse) Site.ofInput(n, input));
    }

    /** Whether a node multiplies codes of at most 8 bits on both sides. */
    static boolean isNarrow(Trial.Made made, Node n) {
        return kind(made, n) == 0;
    }

    /** By name, for the log. */
    Map<String, Double> measures() {
        double[] s = {int8, int16, floats, int8Values, int16Values, floatValues};
        Map<String, Double> all = new LinkedHashMap<>();
        for (int i = 0; i < s.length; i++) {
            all.put(NAMES.get(i), s[i]);
        }
        return all;
    }
}
