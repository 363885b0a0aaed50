package dev.octavo.quant.datafree;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.BatchNormalization;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.rewrite.BatchNormStatistics;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Walks through a graph and tells how each value is distributed: of what a batch normalisation gives or gave, the
 * normal law N(β, γ²) per channel; of an input, what is said of it; of everything else, what the operators make of
 * these.
 */
final class Laws {
    private final Graph graph;
    private final Known known;
    private final Map<Value, Integer> readersLeft = new HashMap<>();
    private final BiConsumer<Value, Law> told;

    private Laws(Graph graph, Map<String, TensorType> types, BiConsumer<Value, Law> told) {
        this.graph = graph;
        this.known = new Known(types);
        this.told = told;
    }

    /**
     * Tells the law of every value of which there is one, in topological order; a law is forgotten once nothing reads
     * it any more.
     *
     * @return what is known, for the reasons why there is no law of the others
     */
    static Known walk(
            Graph graph, Map<String, TensorType> types, Map<String, InputRange> inputs, BiConsumer<Value, Law> told) {
        Laws laws = new Laws(graph, types, told);
        for (Value v : graph.requiredInputs()) {
            InputRange range = inputs.get(v.name());
            if (range == null) {
                laws.known.cannotTell(v, "nothing is said of the values of the input '" + v.name() + "'");
            } else {
                laws.tell(v, range.law());
            }
        }
        graph.nodes().forEach(laws::pass);
        return laws.known;
    }

    private void pass(Node n) {
        for (int i = 0; i < n.outputCount(); i++) {
            Optional<Value> v = n.output(i);
            if (v.isPresent() && v.get().constant().isEmpty()) {
                try {
                    tell(v.get(), statistics(v.get()).orElse(null), n, i);
                } catch (NotKnownException e) {
                    known.cannotTell(v.get(), String.valueOf(e.getMessage()));
                }
            }
        }
        for (Value in : n.presentInputs()) {
            if (readersLeft.merge(in, -1, Integer::sum) == 0) {
                known.forget(in);
            }
        }
    }

    private void tell(Value v, @org.jspecify.annotations.Nullable Law kept, Node n, int output)
            throws NotKnownException {
        tell(v, kept != null ? kept : derived(n, output));
    }

    private void tell(Value v, Law law) {
        told.accept(v, law);
        readersLeft.put(v, (int)
                v.uses().stream().map(Use::node).filter(r -> reads(r, v)).count());
        known.put(v, law);
    }

    private static boolean reads(Node n, Value v) {
        return n.presentInputs().contains(v);
    }

    /* What a folded batch normalisation left, unless the value has other channels by now. */
    private Optional<Law> statistics(Value v) {
        return BatchNormStatistics.of(graph, v.name())
                .filter(s -> known.shape(v)
                        .map(shape -> shape.rank() < 2 || shape.dim(1) == Shape.UNKNOWN || shape.dim(1) == s.channels())
                        .orElse(true))
                .map(s -> Law.normal(
                        1,
                        s.mean().stream().mapToDouble(Float::doubleValue).toArray(),
                        s.deviation().stream().mapToDouble(Float::doubleValue).toArray()));
    }

    private Law derived(Node n, int output) throws NotKnownException {
        if (!n.domain().isEmpty()) {
            throw new NotKnownException(n.label() + " is no operator of ONNX");
        }
        if (n.is("BatchNormalization")) {
            return normalized(n);
        }
        if (PointwiseLaws.knows(n)) {
            return PointwiseLaws.of(n, known);
        }
        if (ArithmeticLaws.knows(n)) {
            return ArithmeticLaws.of(n, known);
        }
        if (PoolLaws.knows(n)) {
            return PoolLaws.of(n, known);
        }
        if (ProductLaws.knows(n)) {
            return ProductLaws.of(n, known);
        }
        if (ShapeLaws.knows(n)) {
            return ShapeLaws.of(n, output, known);
        }
        if (JoinLaws.knows(n)) {
            return JoinLaws.of(n, known);
        }
        throw new NotKnownException(
                "batch-norm statistics say nothing of what " + n.label() + " (" + n.type() + ") gives");
    }

    private static Law normalized(Node n) throws NotKnownException {
        BatchNormalization b = BatchNormalization.of(n)
                .filter(BatchNormalization::isConstant)
                .orElseThrow(() -> new NotKnownException("the statistics of " + n.label() + " are computed"));
        float[] beta = b.bias().constant().orElseThrow().floats();
        float[] spread = b.deviation();
        double[] mean = new double[beta.length];
        double[] deviation = new double[beta.length];
        for (int c = 0; c < mean.length; c++) {
            mean[c] = beta[c];
            deviation[c] = spread[c];
        }
        return Law.normal(1, mean, deviation);
    }
}
