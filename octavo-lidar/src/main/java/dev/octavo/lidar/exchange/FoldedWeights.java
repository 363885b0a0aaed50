package dev.octavo.lidar.exchange;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Two-dimensional convolutions of a state dictionary with their batch norms folded in. */
final class FoldedWeights {
    private final Map<String, Tensor> state;

    /** A convolution: weight {@code [out, in, kh, kw]}, bias {@code [out]}. */
    record Conv(Tensor weight, Tensor bias) {}

    FoldedWeights(Map<String, Tensor> state) {
        this.state = state;
    }

    boolean has(String name) {
        return state.containsKey(name);
    }

    int extent(String name, int axis) {
        return Math.toIntExact(require(name, 4).shape().dim(axis));
    }

    /** The convolution as it is, without a batch norm. */
    Conv conv(String name) {
        Tensor w = require(name + ".weight", 4);
        return new Conv(w, bias(name, Math.toIntExact(w.shape().dim(0))));
    }

    /** The convolution with a batch norm behind it. */
    Conv conv(String name, String norm, double epsilon) {
        Conv c = conv(name);
        int out = Math.toIntExact(c.weight().shape().dim(0));
        float[] w = c.weight().floats();
        float[] b = c.bias().floats();
        double[] factor = new double[out];
        fold(norm, epsilon, factor, b);
        for (int i = 0; i < w.length; i++) {
            w[i] = (float) (w[i] * factor[i / (w.length / out)]);
        }
        return new Conv(Tensor.ofFloats(c.weight().shape(), w), Tensor.ofFloats(Shape.of(out), b));
    }

    /**
     * A transposed convolution whose kernel is its stride s, with a batch norm, as a 1x1 convolution: channel {@code (o·s +
     * y)·s + x} is output channel o at place (y, x) of each s x s block. The weight is stored {@code [in, out, s, s]}.
     */
    Conv transposed(String name, String norm, double epsilon) {
        Tensor t = require(name + ".weight", 4);
        int in = Math.toIntExact(t.shape().dim(0));
        int out = Math.toIntExact(t.shape().dim(1));
        int places = Math.toIntExact(t.shape().dim(2) * t.shape().dim(3));
        if (t.shape().dim(2) != t.shape().dim(3)) {
            throw new ModelException(name + " has a kernel " + t.shape(), "square kernels that equal their stride");
        }
        float[] b = bias(name, out).floats();
        double[] factor = new double[out];
        fold(norm, epsilon, factor, b);
        float[] from = t.floats();
        float[] w = new float[from.length];
        float[] wide = new float[out * places];
        for (int o = 0; o < out; o++) {
            for (int p = 0; p < places; p++) {
                wide[o * places + p] = b[o];
                for (int i = 0; i < in; i++) {
                    w[(o * places + p) * in + i] = (float) (from[(i * out + o) * places + p] * factor[o]);
                }
            }
        }
        return new Conv(
                Tensor.ofFloats(Shape.of((long) out * places, in, 1, 1), w),
                Tensor.ofFloats(Shape.of((long) out * places), wide));
    }

    /* factor = γ/√(σ²+ε); b becomes (b-μ)·factor + β. */
    private void fold(String norm, double epsilon, double[] factor, float[] b) {
        float[] gamma = channels(norm + ".weight", b.length);
        float[] beta = channels(norm + ".bias", b.length);
        float[] mean = channels(norm + ".running_mean", b.length);
        float[] variance = channels(norm + ".running_var", b.length);
        for (int o = 0; o < b.length; o++) {
            factor[o] = gamma[o] / Math.sqrt(variance[o] + epsilon);
            b[o] = (float) ((b[o] - mean[o]) * factor[o] + beta[o]);
        }
    }

    /** Convolutions of the same input side by side: one with all their outputs. */
    static Conv joined(List<Conv> parts) {
        Shape first = parts.get(0).weight().shape();
        long out = parts.stream().mapToLong(c -> c.weight().shape().dim(0)).sum();
        float[] w = new float[Math.toIntExact(out * first.elements() / first.dim(0))];
        float[] b = new float[Math.toIntExact(out)];
        int atW = 0;
        int atB = 0;
        for (Conv c : parts) {
            float[] pw = c.weight().floats();
            float[] pb = c.bias().floats();
            System.arraycopy(pw, 0, w, atW, pw.length);
            System.arraycopy(pb, 0, b, atB, pb.length);
            atW += pw.length;
            atB += pb.length;
        }
        return new Conv(Tensor.ofFloats(first.withDim(0, out), w), Tensor.ofFloats(Shape.of(out), b));
    }

    private Tensor bias(String name, int out) {
        return has(name + ".bias")
                ? Tensor.ofFloats(Shape.of(out), channels(name + ".bias", out))
                : Tensor.ofFloats(Shape.of(out), new float[out]);
    }

    private float[] channels(String name, int count) {
        Tensor t = require(name, 1);
        if (t.elements() != count) {
            throw new ModelException(
                    name + " has " + t.elements() + " values for " + count + " channels",
                    "check that the checkpoint is of CenterPoint");
        }
        return t.floats();
    }

    private Tensor require(String name, int rank) {
        Tensor t = state.get(name);
        if (t == null || t.shape().rank() != rank) {
            throw new ModelException(
                    t == null ? "there is no " + name + " in the checkpoint" : name + " has the shape " + t.shape(),
                    "check that the checkpoint is of CenterPoint");
        }
        return t;
    }
}
