package dev.octavo.quant.channel;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.ConvTranspose;
import dev.octavo.core.op.Gemm;
import dev.octavo.core.op.MatMul;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * Multiplies the output and the input channels of whatever has a weight by factors, grouped and transposed
 * convolutions included.
 *
 * <pre>
 *   W'[o, i, …] = W[o, i, …] · out[o] · in[i]          b'[o] = b[o] · out[o]
 * </pre>
 *
 * <p>Channels count over the whole activation: with groups, output o and input i meet only in the same group.
 * Factors are applied in double and rounded to float once.
 */
public final class ChannelScaling {
    /** Takes elements of a weight that lie together and belong to one output and one input channel. */
    @FunctionalInterface
    public interface Visitor {
        /** Elements {@code from} (inclusive) to {@code to} of the row-major weight. */
        void run(int output, int input, int from, int to);
    }

    private ChannelScaling() {}

    /** Why a node's channels cannot be scaled; empty if they can. */
    public static Optional<String> obstacle(Weighted w) {
        String name = w.node().label();
        if (!isFloat(w.weight())) {
            return Optional.of("the weight of " + name + " is computed or not float32");
        }
        if (w.weight().isGraphOutput() || w.weight().isGraphInput()) {
            return Optional.of("the weight of " + name + " is an input or output of the network");
        }
        if (w.weight().uses().size() > 1) {
            return Optional.of("the weight of " + name + " is shared");
        }
        if (w.weight().constant().get().shape().rank() < 2) {
            return Optional.of("the weight of " + name + " has a single axis");
        }
        if (w instanceof MatMul && w.weight().constant().get().shape().rank() > 2) {
            return Optional.of(name + " multiplies by a stack of matrices");
        }
        if (w instanceof Gemm g && g.transA()) {
            return Optional.of(name + " transposes its input");
        }
        Optional<Value> bias = w.bias();
        if (bias.isPresent()
                && (!isFloat(bias.get()) || bias.get().constant().get().elements() != outputs(w))) {
            return Optional.of("the bias of " + name + " is not one constant per output channel");
        }
        return Optional.empty();
    }

    private static boolean isFloat(Value v) {
        return v.constant().filter(t -> t.dtype() == DType.FLOAT).isPresent();
    }

    private static Shape shape(Weighted w) {
        return w.weight().constant().orElseThrow().shape();
    }

    /** Number of output channels. */
    public static int outputs(Weighted w) {
        long n = shape(w).dim(w.outputAxis());
        return Math.toIntExact(w instanceof ConvTranspose ? n * w.group() : n);
    }

    /** Number of input channels, those of all groups. */
    public static int inputs(Weighted w) {
        long n = shape(w).dim(w.inputAxis());
        return Math.toIntExact(w instanceof ConvTranspose ? n : n * w.group());
    }

    /** Goes over a constant weight, its elements in order. */
    public static void visit(Weighted w, Visitor visitor) {
        Shape shape = shape(w);
        int outs = Math.toIntExact(shape.dim(w.outputAxis()));
        int ins = Math.toIntExact(shape.dim(w.inputAxis()));
        int outInner = inner(shape, w.outputAxis());
        int inInner = inner(shape, w.inputAxis());
        int run = Math.min(outInner, inInner);
        boolean transposed = w instanceof ConvTranspose;
        int elements = Math.toIntExact(shape.elements());
        int o = 0;
        int i = 0;
        for (int at = 0; at < elements; ) {
            int group = transposed ? i / (ins / w.group()) : o / (outs / w.group());
            int next = at + run;
            visitor.run(transposed ? o + group * outs : o, transposed ? i : i + group * ins, at, next);
            o = next % outInner == 0 ? (o + 1) % outs : o;
            i = next % inInner == 0 ? (i + 1) % ins : i;
            at = next;
        }
    }

    private static int inner(Shape shape, int axis) {
        long n = 1;
        for (int i = axis + 1; i < shape.rank(); i++) {
            n *= shape.dim(i);
        }
        return Math.toIntExact(Math.max(1, n));
    }

    /** The weight with its channels scaled. */
    public static Tensor weight(Weighted w, double[] out, double[] in) {
        Tensor weight = w.weight().constant().orElseThrow();
        float[] v = weight.floats();
        visit(w, (o, i, from, to) -> {
            double factor = out[o] * in[i];
            for (int at = from; at < to; at++) {
                v[at] = (float) (v[at] * factor);
            }
        });
        return Tensor.ofFloats(weight.shape(), v);
    }

    /**
     * Scales a node of the graph; one without an {@link #obstacle}. A bias that others read too is left to them, and
     * the node gets its own.
     *
     * @param out factor of each output channel
     * @param in factor of each input channel
     */
    public static void scale(Graph graph, Weighted w, double[] out, double[] in) {
        if (!isOne(out) || !isOne(in)) {
            graph.replaceConstant(w.weight(), weight(w, out, in));
        }
        if (w.bias().isPresent() && !isOne(out)) {
            Tensor bias = w.bias().get().constant().orElseThrow();
            float[] b = bias.floats();
            for (int o = 0; o < b.length; o++) {
                b[o] = (float) (b[o] * out[o]);
            }
            replace(graph, w, Tensor.ofFloats(bias.shape(), b));
        }
    }

    /** Adds to the bias, which is made if there is none; not for a MatMul. */
    public static void shift(Graph graph, Weighted w, double[] amount) {
        float[] b = w.bias().map(v -> v.constant().orElseThrow().floats()).orElse(new float[amount.length]);
        for (int o = 0; o < b.length; o++) {
            b[o] = (float) (b[o] + amount[o]);
        }
        replace(graph, w, Tensor.ofFloats(Shape.of(b.length), b));
    }

    private static void replace(Graph graph, Weighted w, Tensor bias) {
        Optional<Value> old = w.bias();
        if (old.isPresent() && old.get().uses().size() == 1 && !old.get().isGraphOutput()) {
            graph.replaceConstant(old.get(), bias);
            return;
        }
        String stem = old.map(Value::name).orElse(w.weight().name() + "_bias");
        graph.setInput(w.node(), Weighted.BIAS, graph.addConstant(graph.freshName(stem + "_own"), bias));
    }

    private static boolean isOne(double[] factor) {
        return Arrays.stream(factor).allMatch(f -> f == 1);
    }
}
