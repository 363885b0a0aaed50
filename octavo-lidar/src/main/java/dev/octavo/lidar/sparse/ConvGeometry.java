package dev.octavo.lidar.sparse;

/**
 * Which cells a sparse convolution joins: offset {@code k} of output cell {@code p} reads the input cell {@code p·stride -
 * padding + k·dilation}, as a dense cross-correlation does. Offsets are numbered {@code (kz·Ky + ky)·Kx + kx}.
 *
 * @param kind what the output cells are
 * @param kernel extent of the kernel
 * @param stride step between output cells, in input cells
 * @param padding cells before the first one; a submanifold convolution centres its kernel whatever is asked
 * @param dilation step between offsets
 */
public record ConvGeometry(Kind kind, Zyx kernel, Zyx stride, Zyx padding, Zyx dilation) {
    /** What the output cells of a sparse convolution are. */
    public enum Kind {
        /** The input cells themselves. */
        SUBMANIFOLD,
        /** Every cell that an input cell reaches. */
        STRIDED,
        /** The input cells of an earlier strided convolution, whose table is used backwards. */
        INVERSE
    }

    public ConvGeometry {
        if (!kernel.atLeast(1) || !stride.atLeast(1) || !dilation.atLeast(1)) {
            throw new IllegalArgumentException("kernel " + kernel + ", stride " + stride + " and dilation " + dilation
                    + " are at least 1 on every axis");
        }
        if (kernel.volume() > 4096) {
            throw new IllegalArgumentException("a kernel of at most 4096 offsets, got " + kernel);
        }
        if (kind == Kind.SUBMANIFOLD) {
            if (kernel.z() % 2 == 0 || kernel.y() % 2 == 0 || kernel.x() % 2 == 0) {
                throw new IllegalArgumentException(
                        "a submanifold convolution has a kernel with a centre, odd on every axis, got " + kernel);
            }
            if (!stride.equals(Zyx.ONE)) {
                throw new IllegalArgumentException("a submanifold convolution has stride 1, got " + stride);
            }
            padding = new Zyx(
                    kernel.z() / 2 * dilation.z(), kernel.y() / 2 * dilation.y(), kernel.x() / 2 * dilation.x());
        }
    }

    /** A submanifold convolution: the output cells are the input cells. */
    public static ConvGeometry submanifold(Zyx kernel, Zyx dilation) {
        return new ConvGeometry(Kind.SUBMANIFOLD, kernel, Zyx.ONE, Zyx.ZERO, dilation);
    }

    /** A strided convolution without dilation. */
    public static ConvGeometry strided(Zyx kernel, Zyx stride, Zyx padding) {
        return new ConvGeometry(Kind.STRIDED, kernel, stride, padding, Zyx.ONE);
    }

    /** The convolution back from the output cells of {@code strided} to its input cells. */
    public static ConvGeometry inverseOf(ConvGeometry strided) {
        if (strided.kind != Kind.STRIDED) {
            throw new IllegalArgumentException("the inverse of a strided convolution, not of a " + strided.kind);
        }
        return new ConvGeometry(Kind.INVERSE, strided.kernel, strided.stride, strided.padding, strided.dilation);
    }

    /** The strided convolution that this inverse one goes back over. */
    public ConvGeometry strided() {
        return new ConvGeometry(Kind.STRIDED, kernel, stride, padding, dilation);
    }

    /** Number of offsets of the kernel. */
    public int offsets() {
        return (int) kernel.volume();
    }

    /** {@code floor((n + 2·padding - dilation·(kernel - 1) - 1) / stride) + 1} per axis; unchanged when submanifold. */
    public Zyx outputShape(Zyx in) {
        return switch (kind) {
            case SUBMANIFOLD -> in;
            case STRIDED -> new Zyx(extent(in, 0), extent(in, 1), extent(in, 2));
            case INVERSE ->
                throw new IllegalStateException("the shape of an inverse convolution is its partner's input");
        };
    }

    private int extent(Zyx in, int axis) {
        int span = in.axis(axis) + 2 * padding.axis(axis) - dilation.axis(axis) * (kernel.axis(axis) - 1) - 1;
        if (span < 0) {
            throw new IllegalArgumentException("a kernel " + kernel + " with dilation " + dilation + " and padding "
                    + padding + " does not fit into a grid of " + in);
        }
        return span / stride.axis(axis) + 1;
    }
}
