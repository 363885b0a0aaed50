package dev.octavo.quant.datafree;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Shape;
import java.util.Arrays;
import java.util.Optional;

/**
 * Pooling. Places of one channel resemble each other, more so the closer they are; of that, batch-norm statistics say
 * nothing, and constants measured on MobileNets stand in (ADR 0017):
 *
 * <pre>
 *   average of n places   variance s·σ², s = ρ + (1−ρ)/n               ρ = 0.4 in a window, 0.25 over a whole map
 *   greatest of n places  like that of n^0.7 independent ones: f(Φ⁻¹(Φ(z)^(1/n^0.7)))
 * </pre>
 *
 * <p>The law of an average is the mean with probability 1−s and the law of a single place with probability s: mean and
 * variance are right, and maps that are alike all over, of which there are some, keep their range.
 */
final class PoolLaws {
    /** How alike neighbouring places are: the correlation within a window. */
    static final double NEIGHBOURS = 0.4;

    private static final double WHOLE_MAP = 0.25;
    private static final double INDEPENDENT = 0.7;

    private PoolLaws() {}

    static boolean knows(Node n) {
        return switch (n.type()) {
            case "AveragePool", "GlobalAveragePool", "ReduceMean", "MaxPool", "GlobalMaxPool" -> true;
            default -> false;
        };
    }

    static Law of(Node n, Known known) throws NotKnownException {
        Law x = known.law(n, 0);
        return switch (n.type()) {
            case "AveragePool" -> averaged(x, window(n), NEIGHBOURS);
            case "GlobalAveragePool" -> averaged(x, places(n, x, known), WHOLE_MAP);
            case "ReduceMean" -> reduced(n, x, known);
            case "GlobalMaxPool" -> greatest(x, places(n, x, known));
            default -> greatest(x, window(n));
        };
    }

    private static Law reduced(Node n, Law x, Known known) throws NotKnownException {
        Value v = n.input(0).orElseThrow();
        Shape shape = known.fullShape(v);
        Optional<long[]> said = Known.integers(n, "axes", 1);
        double places = 1;
        int before = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            int a = axis;
            boolean over = said.isEmpty() || Arrays.stream(said.get()).anyMatch(s -> Known.axis(s, shape.rank()) == a);
            if (over && axis == x.axis()) {
                throw new NotKnownException(n.label() + " averages over channels");
            }
            places *= over ? shape.dim(axis) : 1;
            before += over && axis < x.axis() ? 1 : 0;
        }
        Law mean = averaged(x, places, WHOLE_MAP);
        boolean keeps = Known.integer(n, "keepdims", 1) != 0;
        return keeps || x.axis() == Law.NONE ? mean : mean.along(x.axis() - before);
    }

    private static double window(Node n) {
        return n.attribute("kernel_shape").orElse(null) instanceof Attribute.Ints k ? Known.product(k.values()) : 1;
    }

    private static double places(Node n, Law x, Known known) throws NotKnownException {
        Shape shape = known.fullShape(n.input(0).orElseThrow());
        return (double) shape.elements() / (x.axis() == Law.NONE ? 1 : x.channels());
    }

    private static Law averaged(Law x, double places, double alike) {
        double share = alike + (1 - alike) / Math.max(1, places);
        double[] mean = x.means();
        double[][] out = new double[x.channels()][];
        for (int c = 0; c < out.length; c++) {
            double[] flat = new double[Law.NODES];
            Arrays.fill(flat, mean[c]);
            out[c] = Law.mixture(new double[][] {x.at()[c], flat}, new double[] {share, 1 - share});
        }
        return new Law(new Object(), x.axis(), out);
    }

    private static Law greatest(Law x, double places) {
        double power = 1 / Math.pow(Math.max(1, places), INDEPENDENT);
        double[] moved = new double[Law.NODES];
        for (int i = 0; i < Law.NODES; i++) {
            moved[i] = Normal.quantile(Math.pow(Normal.below(Law.z(i)), power));
        }
        double[][] out = new double[x.channels()][Law.NODES];
        for (int c = 0; c < out.length; c++) {
            for (int i = 0; i < Law.NODES; i++) {
                out[c][i] = x.at(c, moved[i]);
            }
        }
        return new Law(new Object(), x.axis(), out);
    }
}
