package dev.octavo.lidar.sparse;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The orders in which files store the weights of a sparse convolution. */
public enum WeightLayout {
    /** {@code [Cout, kz, ky, kx, Cin]}: spconv 2 with implicit GEMM, and NVIDIA's files. The one used here. */
    SPCONV_2,
    /** {@code [kz, ky, kx, Cin, Cout]}: spconv 1. */
    SPCONV_1,
    /** {@code [kz, ky, kx, Cout, Cin]}: early spconv 2 without implicit GEMM. */
    SPCONV_2_NATIVE;

    /**
     * One weight whose layout is asked for.
     *
     * @param name what to call it in a message
     * @param shape its five extents
     * @param kernel extent of the kernel it belongs to
     * @param in input channels
     * @param out output channels
     */
    public record Unknown(String name, Shape shape, Zyx kernel, int in, int out) {}

    /** The layouts that the shape allows. */
    public static Set<WeightLayout> candidates(Unknown w) {
        Set<WeightLayout> fits = EnumSet.noneOf(WeightLayout.class);
        for (WeightLayout layout : values()) {
            if (layout.shape(w.kernel(), w.in(), w.out()).equals(w.shape())) {
                fits.add(layout);
            }
        }
        return fits;
    }

    /**
     * The one layout that fits all weights of a file. The file has one layout, so a weight whose shape tells it speaks
     * for the others too.
     *
     * @throws ModelException when none fits all, or when more than one does: then say which it is
     */
    public static WeightLayout recognise(Collection<Unknown> weights) {
        Set<WeightLayout> left = EnumSet.allOf(WeightLayout.class);
        for (Unknown w : weights) {
            Set<WeightLayout> fits = candidates(w);
            left.retainAll(fits);
            if (left.isEmpty()) {
                throw new ModelException(
                        "the weight " + w.name() + " has the shape " + w.shape() + ", which is no layout of a kernel "
                                + w.kernel() + " from " + w.in() + " to " + w.out() + " channels"
                                + (fits.isEmpty() ? "" : " that the weights before it have too"),
                        "check that the file belongs to this network");
            }
        }
        if (left.size() > 1) {
            throw new ModelException(
                    "the shapes of the weights fit the layouts " + left + " alike",
                    "say which one it is; guessing would transpose the kernels unnoticed");
        }
        return left.iterator().next();
    }

    /** The shape of a weight in this layout. */
    public Shape shape(Zyx kernel, int in, int out) {
        return switch (this) {
            case SPCONV_2 -> Shape.of(out, kernel.z(), kernel.y(), kernel.x(), in);
            case SPCONV_1 -> Shape.of(kernel.z(), kernel.y(), kernel.x(), in, out);
            case SPCONV_2_NATIVE -> Shape.of(kernel.z(), kernel.y(), kernel.x(), out, in);
        };
    }

    /** The weight as {@code [Cout, kz, ky, kx, Cin]}. */
    public Tensor toSpconv2(Tensor weight) {
        if (this == SPCONV_2) {
            return weight;
        }
        List<Long> d = java.util.Arrays.stream(weight.shape().toArray()).boxed().toList();
        int offsets = Math.toIntExact(d.get(0) * d.get(1) * d.get(2));
        int in = Math.toIntExact(this == SPCONV_1 ? d.get(3) : d.get(4));
        int out = Math.toIntExact(this == SPCONV_1 ? d.get(4) : d.get(3));
        float[] from = weight.floats();
        float[] to = new float[from.length];
        for (int k = 0; k < offsets; k++) {
            for (int i = 0; i < in; i++) {
                for (int o = 0; o < out; o++) {
                    int at = this == SPCONV_1 ? (k * in + i) * out + o : (k * out + o) * in + i;
                    to[(o * offsets + k) * in + i] = from[at];
                }
            }
        }
        return Tensor.ofFloats(Shape.of(out, d.get(0), d.get(1), d.get(2), in), to);
    }
}
