package dev.octavo.quant.channel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntBinaryOperator;

/**
 * Which channel each element of a value belongs to. Along an axis on which the channel does not change the extent is
 * 1: {@code [N, C, H, W]} behind a convolution has labels {@code [1, C, 1, 1]}, and {@code [N, C·H·W]} behind a Flatten
 * has {@code [1, C·H·W]}, each channel H·W times.
 *
 * @param dims extents, 1 where the channel does not change
 * @param ids channels, row-major
 */
record Labels(int[] dims, int[] ids) {
    /* Beyond this a value is not followed: a class for every few elements is no use. */
    private static final long MOST = 1 << 22;

    /** One label per channel of an axis. */
    static Labels along(int rank, int axis, int[] ids) {
        int[] dims = new int[rank];
        Arrays.fill(dims, 1);
        dims[axis < 0 ? axis + rank : axis] = ids.length;
        return new Labels(dims, ids);
    }

    int rank() {
        return dims.length;
    }

    /** The same with extents of 1 in front, up to a rank. */
    Labels ofRank(int rank) {
        int[] d = new int[rank];
        Arrays.fill(d, 1);
        System.arraycopy(dims, 0, d, rank - rank(), rank());
        return new Labels(d, ids);
    }

    /** The labels at every element of larger extents. */
    Labels spread(int[] extents) {
        if (Arrays.equals(extents, dims)) {
            return this;
        }
        int[] out = new int[product(extents)];
        int[] at = new int[extents.length];
        for (int i = 0; i < out.length; i++) {
            int flat = 0;
            for (int a = 0; a < extents.length; a++) {
                flat = flat * dims[a] + (dims[a] == 1 ? 0 : at[a]);
            }
            out[i] = ids[flat];
            step(at, extents);
        }
        return new Labels(extents, out);
    }

    private static void step(int[] at, int[] extents) {
        for (int a = extents.length - 1; a >= 0 && ++at[a] == extents[a]; a--) {
            at[a] = 0;
        }
    }

    static int product(int[] extents) {
        return Arrays.stream(extents).reduce(1, (a, b) -> a * b);
    }

    static boolean fits(int[] extents) {
        return Arrays.stream(extents).mapToLong(e -> e).reduce(1, (a, b) -> a * b) <= MOST;
    }

    /** The extents of both together, as broadcasting has it; the ranks are equal. */
    static int[] joint(int[] a, int[] b) {
        int[] d = a.clone();
        for (int i = 0; i < d.length; i++) {
            d[i] = Math.max(a[i], b[i]);
        }
        return d;
    }

    /** One label along an axis, by joining two at a time. */
    Labels collapsed(int axis, IntBinaryOperator join) {
        if (dims[axis] == 1) {
            return this;
        }
        int[] d = dims.clone();
        d[axis] = 1;
        int inner = product(Arrays.copyOfRange(dims, axis + 1, rank()));
        int[] out = new int[ids.length / dims[axis]];
        for (int i = 0; i < ids.length; i++) {
            int to = i / (inner * dims[axis]) * inner + i % inner;
            out[to] = i / inner % dims[axis] == 0 ? ids[i] : join.applyAsInt(out[to], ids[i]);
        }
        return new Labels(d, out);
    }

    Labels permuted(int[] order) {
        int[] d = new int[rank()];
        for (int a = 0; a < d.length; a++) {
            d[a] = dims[order[a]];
        }
        int[] stride = new int[rank()];
        for (int a = rank() - 1, s = 1; a >= 0; a--) {
            stride[a] = s;
            s *= dims[a];
        }
        int[] out = new int[ids.length];
        int[] at = new int[rank()];
        for (int i = 0; i < out.length; i++) {
            int from = 0;
            for (int a = 0; a < d.length; a++) {
                from += at[a] * stride[order[a]];
            }
            out[i] = ids[from];
            step(at, d);
        }
        return new Labels(d, out);
    }

    /** The labels at some places of an axis. */
    Labels taken(int axis, int[] places) {
        if (dims[axis] == 1) {
            return this;
        }
        int inner = product(Arrays.copyOfRange(dims, axis + 1, rank()));
        int outer = ids.length / inner / dims[axis];
        int[] d = dims.clone();
        d[axis] = places.length;
        int[] out = new int[outer * places.length * inner];
        for (int o = 0, to = 0; o < outer; o++) {
            for (int p : places) {
                System.arraycopy(ids, (o * dims[axis] + p) * inner, out, to, inner);
                to += inner;
            }
        }
        return new Labels(d, out);
    }

    /** Parts one behind the other along an axis; each is first spread to its extent there. */
    static Labels joined(int axis, List<Labels> parts, List<Integer> extents) {
        int[] d = parts.get(0).dims.clone();
        d[axis] = 1;
        for (Labels p : parts) {
            int[] other = p.dims.clone();
            other[axis] = 1;
            d = joint(d, other);
        }
        int inner = product(Arrays.copyOfRange(d, axis + 1, d.length));
        int outer = product(d) / inner;
        int total = extents.stream().mapToInt(e -> e).sum();
        int[] out = new int[outer * total * inner];
        int before = 0;
        for (int i = 0; i < parts.size(); i++) {
            int[] full = d.clone();
            full[axis] = extents.get(i);
            int[] spread = parts.get(i).spread(full).ids;
            int run = extents.get(i) * inner;
            for (int o = 0; o < outer; o++) {
                System.arraycopy(spread, o * run, out, o * total * inner + before, run);
            }
            before += run;
        }
        int[] dims = d.clone();
        dims[axis] = total;
        return new Labels(dims, out);
    }

    /** The labels after a Reshape; empty if they would be too many. */
    Optional<Labels> reshaped(long[] from, long[] to) {
        int[] source = dims.clone();
        List<Integer> target = new ArrayList<>();
        for (int a = 0, b = 0; a < from.length || b < to.length; ) {
            int firstA = a;
            int firstB = b;
            long left = a < from.length ? from[a++] : 1;
            long right = b < to.length ? to[b++] : 1;
            while (left != right) {
                if (left < right && a < from.length) {
                    left *= from[a++];
                } else if (right < left && b < to.length) {
                    right *= to[b++];
                } else {
                    return Optional.empty();
                }
            }
            boolean changes = false;
            for (int i = firstA; i < a; i++) {
                changes |= dims[i] > 1;
            }
            for (int i = firstA; changes && i < a; i++) {
                source[i] = (int) from[i];
            }
            for (int i = firstB; i < b; i++) {
                target.add(changes ? (int) to[i] : 1);
            }
        }
        if (!fits(source)) {
            return Optional.empty();
        }
        int[] result = target.stream().mapToInt(e -> e).toArray();
        return Optional.of(new Labels(result, spread(source).ids).compact());
    }

    /** Without the axes along which nothing changes. */
    private Labels compact() {
        Labels l = this;
        for (int a = 0; a < rank(); a++) {
            boolean[] same = {true};
            Labels shorter = l.collapsed(a, (x, y) -> {
                same[0] &= x == y;
                return x;
            });
            l = same[0] ? shorter : l;
        }
        return l;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Labels l && Arrays.equals(dims, l.dims) && Arrays.equals(ids, l.ids);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(dims) + Arrays.hashCode(ids);
    }

    @Override
    public String toString() {
        return Arrays.toString(dims);
    }
}
