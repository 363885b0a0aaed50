package dev.octavo.core.testing;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.ReferenceEngine.Array;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Convolutions, matrix products and pools as the loops of their definitions, two spatial axes. */
final class ReferenceProducts {
    private ReferenceProducts() {}

    private static int first(Map<String, List<Long>> attributes, String key, int place, int absent) {
        List<Long> all = attributes.get(key);
        return all == null ? absent : all.get(place).intValue();
    }

    /** y[n,m,p,q] = b[m] + Σ_{c,r,s} x[n, c, p·S+r-P, q·S+s-P] · w[m,c,r,s]; outside reads are 0. */
    static Array conv(Array x, Array w, double @Nullable [] bias, Map<String, List<Long>> a) {
        int group = first(a, "group", 0, 1);
        int sh = first(a, "strides", 0, 1);
        int sw = first(a, "strides", 1, 1);
        int ph = first(a, "pads", 0, 0);
        int pw = first(a, "pads", 1, 0);
        int h = (x.dim(2) + ph + first(a, "pads", 2, 0) - w.dim(2)) / sh + 1;
        int width = (x.dim(3) + pw + first(a, "pads", 3, 0) - w.dim(3)) / sw + 1;
        Array y = Array.zeros(x.dim(0), w.dim(0), h, width);
        int perGroup = w.dim(0) / group;
        for (int i = 0; i < y.data().length; i++) {
            int q = i % width;
            int p = i / width % h;
            int m = i / (width * h) % w.dim(0);
            int n = i / (width * h * w.dim(0));
            double sum = bias == null ? 0 : bias[m];
            for (int j = 0; j < w.inner(0); j++) {
                int s = j % w.dim(3);
                int r = j / w.dim(3) % w.dim(2);
                int c = j / (w.dim(3) * w.dim(2)) + m / perGroup * w.dim(1);
                sum += at(x, n, c, p * sh + r - ph, q * sw + s - pw) * w.data()[m * w.inner(0) + j];
            }
            y.data()[i] = sum;
        }
        return y;
    }

    private static double at(Array x, int n, int c, int row, int column) {
        boolean inside = row >= 0 && row < x.dim(2) && column >= 0 && column < x.dim(3);
        return inside ? x.data()[((n * x.dim(1) + c) * x.dim(2) + row) * x.dim(3) + column] : 0;
    }

    /** Every input element adds its multiple of the kernel to the output: y[n, m, p·S+r, q·S+s] += x·w[c,m,r,s]. */
    static Array convTranspose(Array x, Array w, double @Nullable [] bias, Map<String, List<Long>> a) {
        int group = first(a, "group", 0, 1);
        int sh = first(a, "strides", 0, 1);
        int sw = first(a, "strides", 1, 1);
        int outputs = w.dim(1) * group;
        Array y = Array.zeros(x.dim(0), outputs, (x.dim(2) - 1) * sh + w.dim(2), (x.dim(3) - 1) * sw + w.dim(3));
        int plane = y.inner(1);
        for (int i = 0; bias != null && i < y.data().length; i++) {
            y.data()[i] = bias[i / plane % outputs];
        }
        int perGroup = w.dim(0) / group;
        for (int i = 0; i < x.data().length; i++) {
            int q = i % x.dim(3);
            int p = i / x.dim(3) % x.dim(2);
            int c = i / x.inner(1) % x.dim(1);
            int n = i / (x.inner(1) * x.dim(1));
            for (int j = 0; j < w.inner(0); j++) {
                int s = j % w.dim(3);
                int r = j / w.dim(3) % w.dim(2);
                int m = j / w.inner(1) + c / perGroup * w.dim(1);
                int to = ((n * outputs + m) * y.dim(2) + p * sh + r) * y.dim(3) + q * sw + s;
                y.data()[to] += x.data()[i] * w.data()[c * w.inner(0) + j];
            }
        }
        return y;
    }

    /** y[n,m] = b[m] + Σ_k x[n,k] · w[k,m], the weight {@code [M, K]} with {@code transB}. */
    static Array gemm(Array x, Array w, double @Nullable [] bias, Map<String, List<Long>> a) {
        boolean transposed = first(a, "transB", 0, 0) != 0;
        int k = x.dim(1);
        int outputs = w.dim(transposed ? 0 : 1);
        Array y = Array.zeros(x.dim(0), outputs);
        for (int i = 0; i < y.data().length; i++) {
            int m = i % outputs;
            double sum = bias == null ? 0 : bias[m % bias.length];
            for (int j = 0; j < k; j++) {
                sum += x.data()[i / outputs * k + j] * w.data()[transposed ? m * k + j : j * outputs + m];
            }
            y.data()[i] = sum;
        }
        return y;
    }

    /** The largest of every window, without padding. */
    static Array maxPool(Array x, Map<String, List<Long>> a) {
        int kh = first(a, "kernel_shape", 0, 1);
        int kw = first(a, "kernel_shape", 1, 1);
        int sh = first(a, "strides", 0, 1);
        int sw = first(a, "strides", 1, 1);
        int h = (x.dim(2) - kh) / sh + 1;
        int w = (x.dim(3) - kw) / sw + 1;
        Array y = Array.zeros(x.dim(0), x.dim(1), h, w);
        for (int i = 0; i < y.data().length; i++) {
            double most = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < kh * kw; j++) {
                int row = i / w % h * sh + j / kw;
                int column = i % w * sw + j % kw;
                int plane = i / (w * h);
                most = Math.max(most, at(x, plane / x.dim(1), plane % x.dim(1), row, column));
            }
            y.data()[i] = most;
        }
        return y;
    }

    /** QuantizeLinear gives codes and DequantizeLinear reals, in the float arithmetic of ONNX. */
    static Array grid(Node n, Array x, Array scale, double[] zero) {
        DType type = n.input(2).flatMap(Value::constant).map(Tensor::dtype).orElse(DType.INT32);
        boolean signed = type != DType.UINT8 && type != DType.UINT16;
        double least = signed ? -Math.scalb(1.0, type.bits() - 1) : 0;
        double most = Math.scalb(1.0, signed ? type.bits() - 1 : type.bits()) - 1;
        int axis = n.attribute("axis").orElse(null) instanceof Attribute.Int i ? (int) i.value() : 0;
        int inner = scale.data().length == 1 ? 1 : x.inner(axis);
        Array y = new Array(x.dims(), x.data().clone());
        for (int i = 0; i < y.data().length; i++) {
            int c = i / inner % scale.data().length;
            float s = (float) scale.data()[c];
            y.data()[i] = n.is("QuantizeLinear")
                    ? (int) Math.max(least, Math.min(most, Math.rint((float) x.data()[i] / s) + zero[c]))
                    : (float) (x.data()[i] - zero[c]) * s;
        }
        return y;
    }
}
