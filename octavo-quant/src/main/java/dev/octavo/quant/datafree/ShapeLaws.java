package dev.octavo.quant.datafree;

import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Shape;
import java.util.Optional;
import java.util.Set;

/**
 * Operators that move values about: the laws of the channels stay, and where the channels go is followed. Where several
 * channels come to lie in one, their law is the mixture.
 */
final class ShapeLaws {
    private static final Set<String> SAME =
            Set.of("Identity", "Dropout", "Resize", "Upsample", "Expand", "Tile", "Cast");
    private static final Set<String> REGROUPED =
            Set.of("Flatten", "Reshape", "Squeeze", "Unsqueeze", "DepthToSpace", "SpaceToDepth");

    private ShapeLaws() {}

    static boolean knows(Node n) {
        return SAME.contains(n.type())
                || REGROUPED.contains(n.type())
                || Set.of("Transpose", "Slice", "Gather", "Split").contains(n.type());
    }

    static Law of(Node n, int output, Known known) throws NotKnownException {
        Law x = known.law(n, 0);
        if (SAME.contains(n.type())) {
            return kept(n, x, known);
        }
        if (REGROUPED.contains(n.type())) {
            boolean mixes = n.is("DepthToSpace") || n.is("SpaceToDepth");
            return mixes
                    ? x.collapsed()
                    : regrouped(x, known.fullShape(n.input(0).orElseThrow()), known.fullShape(n.output()));
        }
        if (x.axis() == Law.NONE) {
            return x;
        }
        return switch (n.type()) {
            case "Transpose" -> transposed(n, x, known);
            case "Slice" -> sliced(n, x, known);
            case "Gather" -> gathered(n, x, known);
            default -> split(n, output, x, known);
        };
    }

    /* Expand and Tile may repeat channels or add axes before them. */
    private static Law kept(Node n, Law x, Known known) throws NotKnownException {
        if (x.axis() == Law.NONE || !(n.is("Expand") || n.is("Tile"))) {
            return x;
        }
        Shape in = known.fullShape(n.input(0).orElseThrow());
        Shape out = known.fullShape(n.output());
        int axis = x.axis() + out.rank() - in.rank();
        return out.dim(axis) == x.channels() ? x.along(axis) : x.collapsed();
    }

    /**
     * The law after a reshape. Row-major, channel c of C owns runs of {@code inner} elements; an axis of the new shape
     * tells the channels if each of its places lies in such runs again.
     */
    static Law regrouped(Law x, Shape in, Shape out) {
        if (x.axis() == Law.NONE) {
            return x;
        }
        long inner = inner(in, x.axis());
        for (int axis = 0; axis < out.rank(); axis++) {
            long run = inner(out, axis);
            boolean same = out.dim(axis) * run == x.channels() * inner;
            if (same && inner % run == 0) {
                int repeats = Math.toIntExact(inner / run);
                if (repeats == 1) {
                    return x.along(axis);
                }
                int[] from = new int[x.channels() * repeats];
                java.util.Arrays.setAll(from, i -> i / repeats);
                return x.select(from).along(axis);
            }
        }
        return x.collapsed();
    }

    private static long inner(Shape s, int axis) {
        long inner = 1;
        for (int i = axis + 1; i < s.rank(); i++) {
            inner *= s.dim(i);
        }
        return inner;
    }

    private static Law transposed(Node n, Law x, Known known) throws NotKnownException {
        int rank = known.rank(n.input(0).orElseThrow());
        Optional<long[]> perm = Known.integers(n, "perm", -1);
        for (int i = 0; i < rank; i++) {
            if (perm.map(p -> p[0]).isPresent() ? perm.get()[i] == x.axis() : rank - 1 - i == x.axis()) {
                return x.along(i);
            }
        }
        throw new NotKnownException("the permutation of " + n.label() + " is none of its axes");
    }

    private static Law sliced(Node n, Law x, Known known) throws NotKnownException {
        Value v = n.input(0).orElseThrow();
        int rank = known.rank(v);
        long[] starts = required(n, "starts", 1);
        Optional<long[]> axes = Known.integers(n, "axes", 3);
        Optional<long[]> steps = Known.integers(n, "steps", 4);
        for (int i = 0; i < starts.length; i++) {
            int axis = axes.isPresent() ? Known.axis(axes.get()[i], rank) : i;
            if (axis == x.axis()) {
                long step = steps.isPresent() ? steps.get()[i] : 1;
                return x.select(places(starts[i], required(n, "ends", 2)[i], step, x.channels()));
            }
        }
        return x;
    }

    private static int[] places(long start, long end, long step, int channels) {
        long from = start < 0 ? start + channels : start;
        long to = end < 0 ? Math.max(-1, end + channels) : Math.min(end, channels);
        from = Math.max(0, Math.min(step < 0 ? channels - 1 : channels, from));
        java.util.stream.IntStream.Builder places = java.util.stream.IntStream.builder();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            places.add((int) i);
        }
        return places.build().toArray();
    }

    private static Law gathered(Node n, Law x, Known known) throws NotKnownException {
        int rank = known.rank(n.input(0).orElseThrow());
        int axis = Known.axis(Known.integer(n, "axis", 0), rank);
        int added = known.rank(n.output()) - rank;
        if (axis != x.axis()) {
            return axis < x.axis() ? x.along(x.axis() + added) : x;
        }
        long[] indices = required(n, "", 1);
        int[] from = new int[indices.length];
        for (int i = 0; i < from.length; i++) {
            from[i] = Known.axis(indices[i], x.channels());
        }
        Law chosen = x.select(from);
        return added == 0 ? chosen : chosen.collapsed();
    }

    private static Law split(Node n, int output, Law x, Known known) throws NotKnownException {
        int rank = known.rank(n.input(0).orElseThrow());
        if (Known.axis(Known.integer(n, "axis", 0), rank) != x.axis()) {
            return x;
        }
        int before = 0;
        for (int i = 0; i < output; i++) {
            before += extent(n, i, x.axis(), known);
        }
        int first = before;
        int[] from = new int[extent(n, output, x.axis(), known)];
        java.util.Arrays.setAll(from, i -> first + i);
        return x.select(from);
    }

    private static int extent(Node n, int output, int axis, Known known) throws NotKnownException {
        Value v = n.output(output).orElseThrow(() -> new NotKnownException(n.label() + " leaves out output " + output));
        return Math.toIntExact(known.fullShape(v).dim(axis));
    }

    private static long[] required(Node n, String attribute, int input) throws NotKnownException {
        return Known.integers(n, attribute, input)
                .orElseThrow(() -> new NotKnownException(n.label() + " lacks input " + input));
    }
}
