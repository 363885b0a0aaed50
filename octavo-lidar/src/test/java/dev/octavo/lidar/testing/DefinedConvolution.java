package dev.octavo.lidar.testing;

import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.sparse.Cells;
import dev.octavo.lidar.sparse.ConvGeometry;
import dev.octavo.lidar.sparse.NeighbourTable;
import dev.octavo.lidar.sparse.Zyx;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sparse convolution as the definition says it, in double precision. Reference, not fast.
 *
 * <pre>  y[p, o] = b[o] + Σ_{k, i} x[p·stride - padding + k·dilation, i] · w[o, k, i];   absent cells read as 0</pre>
 */
public final class DefinedConvolution {
    private DefinedConvolution() {}

    /** By coordinates alone: no table is used. */
    public static double[] byCoordinates(
            double[] x, Cells in, Cells out, ConvGeometry g, Tensor weight, Optional<Tensor> bias) {
        Map<List<Integer>, Integer> rows = new HashMap<>();
        for (int i = 0; i < in.size(); i++) {
            rows.put(List.of(in.batch(i), in.z(i), in.y(i), in.x(i)), i);
        }
        int[] entries = new int[out.size() * g.offsets()];
        Arrays.fill(entries, NeighbourTable.MISSING);
        for (int p = 0; p < out.size(); p++) {
            for (int k = 0; k < g.offsets(); k++) {
                List<Integer> cell = List.of(
                        out.batch(p),
                        place(out.z(p), k / (g.kernel().y() * g.kernel().x()), g, 0),
                        place(out.y(p), k / g.kernel().x() % g.kernel().y(), g, 1),
                        place(out.x(p), k % g.kernel().x(), g, 2));
                entries[p * g.offsets() + k] = rows.getOrDefault(cell, NeighbourTable.MISSING);
            }
        }
        return sum(x, entries, g.offsets(), weight, bias);
    }

    private static int place(int out, int k, ConvGeometry g, int axis) {
        return out * g.stride().axis(axis)
                - g.padding().axis(axis)
                + k * g.dilation().axis(axis);
    }

    /** Through a table. */
    public static double[] byTable(double[] x, NeighbourTable table, Tensor weight, Optional<Tensor> bias) {
        int[] entries = new int[table.rows() * table.offsets()];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = table.at(i / table.offsets(), i % table.offsets());
        }
        return sum(x, entries, table.offsets(), weight, bias);
    }

    private static double[] sum(double[] x, int[] entries, int offsets, Tensor weight, Optional<Tensor> bias) {
        int out = Math.toIntExact(weight.shape().dim(0));
        int in = Math.toIntExact(weight.shape().dim(4));
        float[] w = weight.floats();
        int rows = entries.length / offsets;
        double[] y = new double[rows * out];
        for (int p = 0; p < rows; p++) {
            for (int k = 0; k < offsets; k++) {
                int q = entries[p * offsets + k];
                for (int o = 0; q >= 0 && o < out; o++) {
                    double sum = 0;
                    for (int i = 0; i < in; i++) {
                        sum += x[q * in + i] * w[(o * offsets + k) * in + i];
                    }
                    y[p * out + o] += sum;
                }
            }
        }
        bias.map(Tensor::floats).ifPresent(b -> {
            for (int i = 0; i < y.length; i++) {
                y[i] += b[i % out];
            }
        });
        return y;
    }

    /** The grid of a reference array such as {@code spatial_shape}. */
    public static Zyx zyx(int... n) {
        return new Zyx(n[0], n[1], n[2]);
    }
}
