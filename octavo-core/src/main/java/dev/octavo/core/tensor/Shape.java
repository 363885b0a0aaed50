package dev.octavo.core.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The extents of a tensor, outermost first: {@code [N, C, H, W]}. An extent may be unknown ({@link
 * #UNKNOWN}); a symbolic extent such as {@code batch} counts as unknown here.
 */
public final class Shape {
    /** The extent that is not known before the model runs. */
    public static final long UNKNOWN = -1;

    /** The shape of a single number: no axes. */
    public static final Shape SCALAR = new Shape(new long[0]);

    private final long[] dims;

    private Shape(long[] dims) {
        this.dims = dims;
    }

    /** The shape with these extents, each ≥ 0 or {@link #UNKNOWN}. */
    public static Shape of(long... dims) {
        for (long d : dims) {
            if (d < UNKNOWN) {
                throw new IllegalArgumentException("an extent is >= 0, or -1 when unknown, got " + d);
            }
        }
        return new Shape(dims.clone());
    }

    /** The shape with these extents. */
    public static Shape of(List<Long> dims) {
        return of(dims.stream().mapToLong(Long::longValue).toArray());
    }

    /** Number of axes. */
    public int rank() {
        return dims.length;
    }

    /** The extent of {@code axis}; a negative axis counts from the last. */
    public long dim(int axis) {
        return dims[axis < 0 ? axis + dims.length : axis];
    }

    /** A copy of the extents. */
    public long[] toArray() {
        return dims.clone();
    }

    /** Whether every extent is known. */
    public boolean isKnown() {
        return Arrays.stream(dims).allMatch(d -> d >= 0);
    }

    /** Number of elements; fails when an extent is unknown or the product exceeds a long. */
    public long elements() {
        long n = 1;
        for (long d : dims) {
            if (d < 0) {
                throw new IllegalStateException("the shape " + this + " is not fully known");
            }
            n = Math.multiplyExact(n, d);
        }
        return n;
    }

    /** The same shape with another extent on {@code axis}. */
    public Shape withDim(int axis, long extent) {
        long[] copy = dims.clone();
        copy[axis] = extent;
        return of(copy);
    }

    /** Whether a tensor of the known shape {@code actual} fits here, unknown extents matching any. */
    public boolean accepts(Shape actual) {
        if (actual.rank() != rank()) {
            return false;
        }
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] >= 0 && dims[i] != actual.dims[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** {@code [1, 3, 224, 224]}, an unknown extent printed as {@code ?}. */
    @Override
    public String toString() {
        return Arrays.stream(dims)
                .mapToObj(d -> d < 0 ? "?" : Long.toString(d))
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
