package dev.octavo.quant.channel;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Channels through operators that move, join or pool elements. */
final class Moves {
    private static final int SPATIAL = 2;

    private final ChannelWalk walk;

    Moves(ChannelWalk walk) {
        this.walk = walk;
    }

    /** Follows the channels through a node; false, with nothing done, if it cannot. */
    boolean visit(Node n) {
        Optional<Labels> in = n.input(0).flatMap(walk::labels);
        if (in.isEmpty() && !n.is("Concat")) {
            return false;
        }
        return switch (n.type()) {
            case "MaxPool", "GlobalMaxPool" -> put(n, pooled(in.get()));
            case "AveragePool", "GlobalAveragePool" -> average(n, in.get());
            case "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin" -> reduce(n, in.get());
            case "Resize", "Upsample" -> resize(n, in.get());
            case "Pad" -> pad(n, in.get());
            case "Reshape", "Flatten", "Squeeze", "Unsqueeze" -> reshape(n, in.get());
            case "Transpose" ->
                put(n, Optional.of(in.get().permuted(order(n, in.get().rank()))));
            case "DepthToSpace", "SpaceToDepth" -> shuffle(n, in.get());
            case "Slice" -> slice(n, in.get());
            case "Split" -> split(n, in.get());
            case "Gather" -> gather(n, in.get());
            case "Concat" -> concat(n);
            case "Expand" -> put(n, walk.extents(n.output()).map(e -> in.get().ofRank(e.length)));
            default -> false;
        };
    }

    private boolean put(Node n, Optional<Labels> out) {
        out.ifPresent(l -> walk.put(n.output(0).orElseThrow(), l));
        return out.isPresent();
    }

    private Optional<Labels> pooled(Labels in) {
        Labels l = in;
        for (int a = SPATIAL; a < in.rank(); a++) {
            l = l.collapsed(a, walk::tie);
        }
        return Optional.of(l);
    }

    private boolean average(Node n, Labels in) {
        double area = n.attribute("kernel_shape").orElse(null) instanceof Attribute.Ints k
                ? k.values().stream().mapToDouble(v -> v).reduce(1, (a, b) -> a * b)
                : walk.extents(n.input(0).orElseThrow())
                        .map(e -> product(e, SPATIAL))
                        .orElse(1.0);
        walk.average(n, pooled(in).orElseThrow(), area);
        return true;
    }

    private static double product(long[] extents, int from) {
        return Arrays.stream(extents).skip(from).mapToDouble(e -> e).reduce(1, (a, b) -> a * b);
    }

    private boolean reduce(Node n, Labels in) {
        Optional<long[]> axes = numbers(n, 1, "axes");
        Optional<long[]> extents = walk.extents(n.input(0).orElseThrow());
        if (axes.isEmpty() || extents.isEmpty()) {
            return false;
        }
        boolean keep = integer(n, "keepdims", 1) != 0;
        Labels l = in;
        double area = 1;
        List<Integer> left = new ArrayList<>();
        for (int a = 0; a < in.rank(); a++) {
            int axis = a;
            boolean reduced = Arrays.stream(axes.get()).anyMatch(x -> (x < 0 ? x + in.rank() : x) == axis);
            l = reduced ? l.collapsed(a, walk::tie) : l;
            area *= reduced ? extents.get()[a] : 1;
            if (!reduced || keep) {
                left.add(l.dims()[a]);
            }
        }
        Labels out = new Labels(left.stream().mapToInt(d -> d).toArray(), l.ids());
        if (n.is("ReduceMean")) {
            walk.average(n, out, area);
            return true;
        }
        return put(n, Optional.of(out));
    }

    private boolean resize(Node n, Labels in) {
        Optional<long[]> before = walk.extents(n.input(0).orElseThrow());
        Optional<long[]> after = walk.extents(n.output());
        boolean crops = n.attribute("coordinate_transformation_mode").orElse(null) instanceof Attribute.Text t
                && t.value().equals("tf_crop_and_resize");
        if (before.isEmpty() || after.isEmpty() || crops) {
            return false;
        }
        Labels l = in;
        for (int a = 0; a < in.rank(); a++) {
            l = before.get()[a] == after.get()[a] ? l : l.collapsed(a, walk::tie);
        }
        return put(n, Optional.of(l));
    }

    private boolean pad(Node n, Labels in) {
        Optional<long[]> pads = numbers(n, 1, "pads");
        boolean zero = n.input(2)
                .map(v -> v.constant()
                        .filter(t -> t.dtype() == DType.FLOAT && t.elements() == 1 && t.scalar() == 0)
                        .isPresent())
                .orElse(!(n.attribute("value").orElse(null) instanceof Attribute.Real r) || r.value() == 0);
        boolean constant = !(n.attribute("mode").orElse(null) instanceof Attribute.Text t)
                || t.value().equals("constant");
        if (pads.isEmpty() || pads.get().length != 2 * in.rank() || (constant && !zero)) {
            return false;
        }
        Labels l = in;
        for (int a = 0; a < in.rank(); a++) {
            int front = (int) pads.get()[a];
            int back = (int) pads.get()[a + in.rank()];
            if (l.dims()[a] == 1 || (front == 0 && back == 0)) {
                continue;
            }
            if (!constant || front < 0 || back < 0) {
                return false;
            }
            int[] slice = new int[in.rank()];
            Arrays.fill(slice, 1);
            List<Labels> parts = new ArrayList<>();
            List<Integer> extents = List.of(front, l.dims()[a], back);
            for (int i = 0; i < 3; i++) {
                slice[a] = extents.get(i);
                parts.add(i == 1 ? l : new Labels(slice.clone(), walk.fresh(extents.get(i))));
            }
            l = Labels.joined(a, parts, extents);
        }
        return put(n, Optional.of(l));
    }

    private boolean reshape(Node n, Labels in) {
        Optional<long[]> before = walk.extents(n.input(0).orElseThrow());
        Optional<long[]> after = walk.extents(n.output());
        return before.isPresent() && after.isPresent() && put(n, in.reshaped(before.get(), after.get()));
    }

    private static int[] order(Node n, int rank) {
        return n.attribute("perm").orElse(null) instanceof Attribute.Ints p
                ? p.values().stream().mapToInt(Math::toIntExact).toArray()
                : IntStream.range(0, rank).map(a -> rank - 1 - a).toArray();
    }

    /* As the specification has it: a Reshape, a Transpose and a Reshape. */
    private boolean shuffle(Node n, Labels in) {
        Optional<long[]> before = walk.extents(n.input(0).orElseThrow());
        Optional<long[]> after = walk.extents(n.output());
        if (before.isEmpty() || after.isEmpty() || before.get().length != 4) {
            return false;
        }
        long b = integer(n, "blocksize", 1);
        long[] e = before.get();
        boolean toSpace = n.is("DepthToSpace");
        boolean crd = n.attribute("mode").orElse(null) instanceof Attribute.Text t
                && t.value().equals("CRD");
        long[] apart = !toSpace
                ? new long[] {e[0], e[1], e[2] / b, b, e[3] / b, b}
                : crd
                        ? new long[] {e[0], e[1] / b / b, b, b, e[2], e[3]}
                        : new long[] {e[0], b, b, e[1] / b / b, e[2], e[3]};
        int[] order = !toSpace
                ? new int[] {0, 3, 5, 1, 2, 4}
                : crd ? new int[] {0, 1, 4, 2, 5, 3} : new int[] {0, 3, 4, 1, 5, 2};
        long[] turned = Arrays.stream(order).mapToLong(a -> apart[a]).toArray();
        return put(n, in.reshaped(e, apart).map(l -> l.permuted(order)).flatMap(l -> l.reshaped(turned, after.get())));
    }

    private boolean slice(Node n, Labels in) {
        Optional<long[]> starts = numbers(n, 1, "starts");
        Optional<long[]> ends = numbers(n, 2, "ends");
        if (starts.isEmpty() || ends.isEmpty()) {
            return false;
        }
        long[] all = IntStream.range(0, starts.get().length).mapToLong(i -> i).toArray();
        boolean saysAxes = n.input(3).isPresent() || n.attribute("axes").isPresent();
        Optional<long[]> axes = saysAxes ? numbers(n, 3, "axes") : Optional.of(all);
        Optional<long[]> steps = n.input(4).isPresent()
                ? numbers(n, 4, "steps")
                : Optional.of(Arrays.stream(all).map(i -> 1).toArray());
        if (axes.isEmpty() || steps.isEmpty()) {
            return false;
        }
        Labels l = in;
        for (int i = 0; i < axes.get().length; i++) {
            int axis = (int) (axes.get()[i] < 0 ? axes.get()[i] + in.rank() : axes.get()[i]);
            if (l.dims()[axis] > 1) {
                l = l.taken(axis, places(starts.get()[i], ends.get()[i], steps.get()[i], l.dims()[axis]));
            }
        }
        return put(n, Optional.of(l));
    }

    private static int[] places(long start, long end, long step, int extent) {
        long first = start < 0 ? start + extent : start;
        long last = end < 0 ? end + extent : end;
        first = Math.max(0, Math.min(step > 0 ? extent : extent - 1, first));
        last = Math.max(step > 0 ? 0 : -1, Math.min(extent, last));
        List<Integer> at = new ArrayList<>();
        for (long i = first; step > 0 ? i < last : i > last; i += step) {
            at.add((int) i);
        }
        return at.stream().mapToInt(i -> i).toArray();
    }

    private boolean split(Node n, Labels in) {
        int axis = (int) integer(n, "axis", 0);
        int a = axis < 0 ? axis + in.rank() : axis;
        int from = 0;
        List<Labels> parts = new ArrayList<>();
        for (Value v : n.presentOutputs()) {
            Optional<long[]> extents = walk.extents(v);
            if (extents.isEmpty() || n.presentOutputs().size() != n.outputCount()) {
                return false;
            }
            int count = (int) extents.get()[a];
            parts.add(in.taken(a, IntStream.range(from, from + count).toArray()));
            from += count;
        }
        for (int i = 0; i < parts.size(); i++) {
            walk.put(n.presentOutputs().get(i), parts.get(i));
        }
        return true;
    }

    private boolean gather(Node n, Labels in) {
        int axis = (int) integer(n, "axis", 0);
        int a = axis < 0 ? axis + in.rank() : axis;
        Optional<Tensor> places = n.input(1).flatMap(Value::constant).filter(t -> t.dtype() == DType.INT64);
        if (places.isEmpty() || places.get().shape().rank() != 1) {
            return false;
        }
        int extent = in.dims()[a];
        int[] at = Arrays.stream(places.get().longs())
                .mapToInt(i -> (int) (i < 0 ? i + extent : i))
                .toArray();
        return put(n, Optional.of(in.taken(a, at)));
    }

    private boolean concat(Node n) {
        List<Labels> parts = new ArrayList<>();
        List<Integer> extents = new ArrayList<>();
        int axis = (int) integer(n, "axis", 0);
        int a = 0;
        for (Value v : n.presentInputs()) {
            Optional<long[]> e = walk.extents(v);
            if (e.isEmpty()) {
                return false;
            }
            a = axis < 0 ? axis + e.get().length : axis;
            extents.add((int) e.get()[a]);
            Optional<Labels> known = walk.labels(v);
            int[] one = new int[e.get().length];
            Arrays.fill(one, 1);
            parts.add(known.orElse(new Labels(one, walk.unscaled(v))));
        }
        return put(n, Optional.of(Labels.joined(a, parts, extents)));
    }

    private static long integer(Node n, String key, long absent) {
        return n.attribute(key).orElse(null) instanceof Attribute.Int i ? i.value() : absent;
    }

    /* Constant integers from an input or, in older opsets, an attribute. */
    private static Optional<long[]> numbers(Node n, int input, String attribute) {
        if (n.attribute(attribute).orElse(null) instanceof Attribute.Ints i) {
            return Optional.of(i.values().stream().mapToLong(v -> v).toArray());
        }
        return n.input(input)
                .flatMap(Value::constant)
                .filter(t -> t.dtype() == DType.INT64)
                .map(Tensor::longs);
    }
}
