package dev.octavo.analysis.tune;

import dev.octavo.analysis.doctor.Trial;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Workload;
import dev.octavo.ort.quantize.Prepared;

/** What it costs that something is not in 8 bits: 0 when everything is, about 1 when nothing is. */
interface CostOfPlan {
    /** A value counts so much by itself, so that widening costs something even where nothing is multiplied. */
    double PER_VALUE = 0.002;

    /** What a quantized network costs. */
    double of(Trial.Made made);

    /** What it costs to widen a value: whatever reads it no longer multiplies 8 bits by 8 bits. */
    double at(Prepared p, String value);

    /** How to say what {@link #at} gives, less what each value counts by itself. */
    String unit();

    /** By multiply-accumulates. */
    CostOfPlan MACS = new CostOfPlan() {
        @Override
        public double of(Trial.Made made) {
            Shares s = Shares.of(made);
            return 1 - s.int8() + wideValues(made);
        }

        @Override
        public double at(Prepared p, String value) {
            double all = p.graph().nodes().stream()
                    .mapToDouble(n -> Workload.macs(n, p.types()))
                    .sum();
            return PER_VALUE + readers(p, value, n -> (double) Workload.macs(n, p.types())) / Math.max(1, all);
        }

        @Override
        public String unit() {
            return "of the multiply-accumulates";
        }
    };

    /** What values that are not in 8 bits cost by themselves. */
    static double wideValues(Trial.Made made) {
        return PER_VALUE
                * Shares.values(made.prepared()).size()
                * (1 - Shares.of(made).int8Values());
    }

    /** The sum over the nodes that read a value. */
    static double readers(Prepared p, String value, java.util.function.ToDoubleFunction<Node> each) {
        Value v = p.graph().require(value);
        return v.uses().stream()
                .filter(u -> !u.isCaptured())
                .mapToDouble(u -> each.applyAsDouble(u.node()))
                .sum();
    }
}
