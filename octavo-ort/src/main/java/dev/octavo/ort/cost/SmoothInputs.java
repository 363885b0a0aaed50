package dev.octavo.ort.cost;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Inputs that stand for data before any was seen: along their two longest axes neighbours are alike, as in pictures, by a
 * sum of random grids from coarse to fine, each interpolated linearly and half as strong as the one before; about normal, of
 * mean 0 and variance 1. The same seed gives the same inputs.
 */
final class SmoothInputs {
    /* Axes shorter than this are not smoothed: channels, features, steps of a short sequence. */
    private static final int SHORT = 8;
    private static final int COARSEST = 4;
    private static final int FINEST = 128;

    private SmoothInputs() {}

    /**
     * One tensor per required input.
     *
     * @param types with the shapes for batch 1, all known
     */
    static Map<String, Tensor> of(Graph graph, Map<String, TensorType> types, long seed) {
        Map<String, Tensor> inputs = new LinkedHashMap<>(ProbeInputs.of(graph, types));
        SplittableRandom random = new SplittableRandom(seed);
        for (Value v : graph.requiredInputs()) {
            TensorType t = types.get(v.name());
            if (t != null && t.dtype() == DType.FLOAT) {
                inputs.put(v.name(), Tensor.ofFloats(t.shape(), values(t.shape(), random)));
            }
        }
        return inputs;
    }

    private static float[] values(Shape shape, SplittableRandom random) {
        int inner = longest(shape, -1);
        int outer = longest(shape, inner);
        double[] sum = new double[Math.toIntExact(shape.elements())];
        double weight = 1;
        long finest = inner < 0 ? 0 : Math.min(FINEST, shape.dim(inner) - 1);
        for (int cells = COARSEST; cells <= finest; cells *= 2) {
            add(sum, shape, outer, inner, cells, weight, random);
            weight /= 2;
        }
        double variance = 0;
        for (int i = 0; i < sum.length; i++) {
            sum[i] += weight * random.nextGaussian();
            variance += sum[i] * sum[i] / sum.length;
        }
        float[] values = new float[sum.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (sum[i] / Math.sqrt(Math.max(variance, 1e-12)));
        }
        return values;
    }

    private static int longest(Shape shape, int but) {
        int found = -1;
        for (int axis = 0; axis < shape.rank(); axis++) {
            boolean longer = shape.dim(axis) >= SHORT && (found < 0 || shape.dim(axis) > shape.dim(found));
            found = axis != but && longer ? axis : found;
        }
        return found;
    }

    /* A random grid of so many cells along each of the two axes; other axes have grids of their own. */
    private static void add(
            double[] sum, Shape shape, int outer, int inner, int cells, double weight, SplittableRandom random) {
        int n = cells + 1;
        int length = Math.toIntExact(shape.dim(inner));
        int others = sum.length / length / (outer < 0 ? 1 : Math.toIntExact(shape.dim(outer)));
        double[] grid = random.doubles((long) others * n * n, -1, 1).toArray();
        for (int i = 0; i < sum.length; i++) {
            double x = at(i, shape, inner) * (double) cells / length;
            double y = outer < 0 ? 0 : at(i, shape, outer) * (double) cells / shape.dim(outer);
            int base = other(i, shape, outer, inner) * n * n + ((int) y) * n + ((int) x);
            double fx = x - (int) x;
            double fy = y - (int) y;
            double top = grid[base] * (1 - fx) + grid[base + 1] * fx;
            double bottom = grid[base + n] * (1 - fx) + grid[base + n + 1] * fx;
            sum[i] += weight * (top * (1 - fy) + bottom * fy);
        }
    }

    private static int at(int index, Shape shape, int axis) {
        long stride = 1;
        for (int a = axis + 1; a < shape.rank(); a++) {
            stride *= shape.dim(a);
        }
        return (int) (index / stride % shape.dim(axis));
    }

    private static int other(int index, Shape shape, int outer, int inner) {
        int place = 0;
        for (int a = 0; a < shape.rank(); a++) {
            place = a == outer || a == inner ? place : place * Math.toIntExact(shape.dim(a)) + at(index, shape, a);
        }
        return place;
    }
}
