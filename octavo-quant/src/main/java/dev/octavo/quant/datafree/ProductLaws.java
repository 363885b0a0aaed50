package dev.octavo.quant.datafree;

import dev.octavo.core.graph.Node;
import dev.octavo.core.op.ConvTranspose;
import dev.octavo.core.op.Gemm;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.lower.TapSums;
import java.util.Optional;

/**
 * Convolutions and matrix products that no batch normalisation follows, such as the last one of a classifier: normal,
 * for they add up many values.
 *
 * <pre>
 *   mean      b[o] + Σ_i (Σ_k W[o, i, k])·μ_i
 *   variance  Σ_i (ρ·(Σ_k W[o, i, k])² + (1−ρ)·Σ_k W[o, i, k]²)·σ_i²      ρ = 0.4, as in pooling windows
 * </pre>
 *
 * <p>The mean is exact but for zero padding. The variance takes input channels for independent.
 */
final class ProductLaws {
    private ProductLaws() {}

    static boolean knows(Node n) {
        return Weighted.of(n).isPresent();
    }

    static Law of(Node n, Known known) throws NotKnownException {
        Weighted w = Weighted.of(n).orElseThrow();
        Law x = known.law(n, 0);
        Optional<Tensor> weight = w.weight().constant().filter(t -> t.dtype() == DType.FLOAT);
        if (weight.isEmpty()) {
            throw new NotKnownException("the weight of " + n.label() + " is computed");
        }
        Shape shape = weight.get().shape();
        if (shape.rank() < 2 || (n.is("MatMul") && shape.rank() != 2)) {
            throw new NotKnownException("the weight of " + n.label() + " has the shape " + shape);
        }
        int rank = known.rank(w.input());
        int inputs = Math.toIntExact(shape.dim(w.inputAxis()) * (w instanceof ConvTranspose ? 1 : w.group()));
        Law in = x.axis() == Law.NONE ? x.select(new int[inputs]) : x;
        if (in.channels() != inputs || (x.axis() != Law.NONE && x.axis() != Known.axis(w.activationAxis(), rank))) {
            throw new NotKnownException(n.label() + " sums over something else than the channels of its input");
        }
        double alpha = w instanceof Gemm g ? g.alpha() : 1;
        double beta = w instanceof Gemm g ? g.beta() : 1;
        TapSums taps = TapSums.of(w, weight.get().floats());
        double[] mean = taps.sums(in.means());
        double[] variance = taps.spread(variances(in), PoolLaws.NEIGHBOURS);
        double[] deviation = new double[mean.length];
        float[] bias = bias(w, mean.length);
        for (int o = 0; o < mean.length; o++) {
            mean[o] = alpha * mean[o] + beta * bias[bias.length == 1 ? 0 : o];
            deviation[o] = Math.abs(alpha) * Math.sqrt(variance[o]);
        }
        return Law.normal(Known.axis(w.resultAxis(), rank), mean, deviation);
    }

    private static double[] variances(Law x) {
        double[] all = new double[x.channels()];
        for (int c = 0; c < all.length; c++) {
            all[c] = x.variance(c);
        }
        return all;
    }

    private static float[] bias(Weighted w, int outputs) throws NotKnownException {
        if (w.bias().isEmpty()) {
            return new float[outputs];
        }
        Optional<Tensor> bias = w.bias().get().constant().filter(t -> t.dtype() == DType.FLOAT);
        if (bias.isEmpty() || (bias.get().elements() != outputs && bias.get().elements() != 1)) {
            throw new NotKnownException("the bias of " + w.node().label() + " is not one number per output channel");
        }
        return bias.get().floats();
    }
}
