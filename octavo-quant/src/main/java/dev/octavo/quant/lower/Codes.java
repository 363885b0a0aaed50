package dev.octavo.quant.lower;

import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;

/** Constants to codes and back. */
public final class Codes {
    private Codes() {}

    /** The codes of a float tensor on a grid, in the grid's storage type. */
    public static Tensor of(Tensor real, Grid grid) {
        float[] v = real.floats();
        int[] codes = new int[v.length];
        QuantSpec spec = grid.spec();
        byChannel(real.shape(), grid, (p, from, to) -> {
            for (int i = from; i < to; i++) {
                codes[i] = p.code(v[i], spec);
            }
        });
        return Tensor.ofCodes(StorageTypes.of(spec), real.shape(), codes);
    }

    /** The float values of codes on a grid. */
    public static Tensor real(Tensor codes, Grid grid) {
        int[] c = codes.codes();
        float[] v = new float[c.length];
        byChannel(codes.shape(), grid, (p, from, to) -> {
            for (int i = from; i < to; i++) {
                v[i] = p.real(c[i]);
            }
        });
        return Tensor.ofFloats(codes.shape(), v);
    }

    /** The reals that the values of a tensor become on a grid, row-major. */
    public static float[] snapped(Tensor real, Grid grid) {
        float[] v = real.floats();
        QuantSpec spec = grid.spec();
        byChannel(real.shape(), grid, (p, from, to) -> {
            for (int i = from; i < to; i++) {
                v[i] = p.snapped(v[i], spec);
            }
        });
        return v;
    }

    /** Consecutive elements {@code [from, to)} on one grid. */
    private interface Run {
        void on(QuantParams params, int from, int to);
    }

    /* Channel by channel: no division and no look-up per element. */
    private static void byChannel(Shape shape, Grid grid, Run run) {
        int n = Math.toIntExact(shape.elements());
        Channels channels = Channels.of(shape, grid.spec());
        int length = channels.count() == 1 ? Math.max(1, n) : channels.inner();
        for (int from = 0, c = 0; from < n; from += length) {
            run.on(grid.channel(c), from, Math.min(n, from + length));
            c = c + 1 == channels.count() ? 0 : c + 1;
        }
    }
}
