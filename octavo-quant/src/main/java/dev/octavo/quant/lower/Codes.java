package dev.octavo.quant.lower;

import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;

/** Constants to codes and back. */
public final class Codes {
    private Codes() {}

    /** The codes of a float tensor on a grid, in the grid's storage type. */
    public static Tensor of(Tensor real, Grid grid) {
        float[] v = real.floats();
        int[] codes = new int[v.length];
        DType storage = StorageTypes.of(grid.spec());
        Channels channels = Channels.of(real.shape(), grid.spec());
        for (int i = 0; i < v.length; i++) {
            codes[i] = grid.channel(channels.at(i)).code(v[i], grid.spec());
        }
        return Tensor.ofCodes(storage, real.shape(), codes);
    }

    /** The float values of codes on a grid. */
    public static Tensor real(Tensor codes, Grid grid) {
        int[] c = codes.codes();
        float[] v = new float[c.length];
        Channels channels = Channels.of(codes.shape(), grid.spec());
        for (int i = 0; i < v.length; i++) {
            QuantParams p = grid.channel(channels.at(i));
            v[i] = p.real(c[i]);
        }
        return Tensor.ofFloats(codes.shape(), v);
    }
}
