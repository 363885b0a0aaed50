package dev.octavo.quant.channel;

import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.BatchNormalization;
import dev.octavo.core.op.Clip;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Follows channels through a graph, node by node in topological order. */
final class ChannelWalk {
    private final Map<String, TensorType> types;
    private final ChannelClasses classes = new ChannelClasses();
    private final List<ChannelMap.Step> steps = new ArrayList<>();
    private final Map<String, Labels> labels = new HashMap<>();
    private final Moves moves;

    ChannelWalk(Map<String, TensorType> types) {
        this.types = types;
        this.moves = new Moves(this);
    }

    ChannelMap map() {
        Map<String, ChannelMap.Channels> byValue = new LinkedHashMap<>();
        labels.forEach((name, l) -> byValue.put(name, new ChannelMap.Channels(list(l.dims()), l.ids())));
        return new ChannelMap(classes, List.copyOf(steps), byValue);
    }

    private static List<Integer> list(int[] dims) {
        return Arrays.stream(dims).boxed().toList();
    }

    Optional<Labels> labels(Value v) {
        return Optional.ofNullable(labels.get(v.name()));
    }

    void put(Value v, Labels l) {
        labels.put(v.name(), l);
    }

    int[] fresh(int n) {
        return classes.fresh(n);
    }

    /** A channel for a value that is not scaled. */
    int[] unscaled(Value v) {
        int[] one = fresh(1);
        classes.pin(one, v.name() + " is not scaled");
        return one;
    }

    int tie(int a, int b) {
        classes.tie(a, b);
        return a;
    }

    /** The extents of a value, if all are known. */
    Optional<long[]> extents(Value v) {
        TensorType t = types.get(v.name());
        return Optional.ofNullable(t)
                .or(v::type)
                .map(TensorType::shape)
                .filter(s -> s.isKnown())
                .map(s -> s.toArray());
    }

    void pin(Value v, String because) {
        labels(v).ifPresent(l -> classes.pin(l.ids(), because));
    }

    /** Pins all that a node reads. */
    void pin(Node n, String because) {
        n.presentInputs().forEach(v -> pin(v, because));
    }

    void visit(Node n) {
        if (!n.domain().isEmpty()) {
            pin(n, n.label() + " is an operator of the domain " + n.domain());
            return;
        }
        if (Weighted.of(n).isPresent()) {
            layer(Weighted.of(n).get());
            return;
        }
        if (n.presentInputs().stream().noneMatch(v -> labels.containsKey(v.name()))) {
            if (n.is("BatchNormalization")) {
                norm(n);
            }
            return;
        }
        switch (n.type()) {
            case "Relu", "Clip" -> limit(n);
            case "LeakyRelu", "Abs", "Neg", "Identity", "Dropout" -> same(n);
            case "PRelu" -> prelu(n);
            case "BatchNormalization" -> norm(n);
            case "Add", "Sub", "Sum", "Max", "Min", "Mean" -> tieInputs(n);
            case "Mul", "Div" -> multiply(n);
            case "Shape", "Size" -> {}
            default -> {
                if (!moves.visit(n)) {
                    pin(n, n.label() + " (" + n.type() + ") does not keep scaled channels apart");
                }
            }
        }
    }

    private void same(Node n) {
        labels(n.input(0).orElseThrow()).ifPresent(l -> put(n.output(0).orElseThrow(), l));
    }

    private void prelu(Node n) {
        if (n.input(1).flatMap(Value::constant).isEmpty()) {
            pin(n, "the slope of " + n.label() + " is computed");
        } else {
            same(n);
        }
    }

    private void layer(Weighted w) {
        Optional<String> obstacle = ChannelScaling.obstacle(w);
        if (obstacle.isPresent()) {
            pin(w.node(), obstacle.get());
            return;
        }
        int[] in = inputs(w);
        int[] out = fresh(ChannelScaling.outputs(w));
        steps.add(new ChannelMap.Layer(w, in, out));
        int rank = w.activationAxis() == 1
                ? w.weight().constant().orElseThrow().shape().rank()
                : extents(w.node().output()).map(e -> e.length).orElse(2);
        put(w.node().output(), Labels.along(rank, w.resultAxis(), out));
    }

    private int[] inputs(Weighted w) {
        int count = ChannelScaling.inputs(w);
        Optional<Labels> known = labels(w.input());
        if (known.isEmpty()) {
            int[] unscaled = fresh(count);
            classes.pin(unscaled, w.input().name() + " is not scaled");
            return unscaled;
        }
        Labels l = known.get();
        int axis = w.activationAxis() < 0 ? l.rank() - 1 : w.activationAxis();
        for (int a = 0; a < l.rank(); a++) {
            l = a == axis ? l : l.collapsed(a, this::tie);
        }
        int[] full = l.dims().clone();
        full[axis] = count;
        return l.spread(full).ids();
    }

    private void limit(Node n) {
        Optional<Clip> clip = Clip.of(n);
        if (clip.isEmpty() || (clip.get().low() != 0 && clip.get().low() != Float.NEGATIVE_INFINITY)) {
            pin(n, "the limits of " + n.label() + " are computed, or the lower one is not 0");
            return;
        }
        if (Float.isFinite(clip.get().high()) && !(clip.get().high() > 0)) {
            pin(n, "the upper limit of " + n.label() + " is not above 0");
            return;
        }
        Labels from = labels(clip.get().input()).orElseThrow();
        Labels to = successor(from);
        steps.add(new ChannelMap.Limit(clip.get(), from.ids(), to.ids(), list(from.dims())));
        put(n.output(), to);
    }

    /** New channels of the same classes. */
    private Labels successor(Labels from) {
        int[] to = fresh(from.ids().length);
        for (int i = 0; i < to.length; i++) {
            classes.tie(from.ids()[i], to[i]);
        }
        return new Labels(from.dims(), to);
    }

    /** What follows a mean over {@code area} elements. */
    void average(Node n, Labels from, double area) {
        Labels to = successor(from);
        double[] gain = new double[to.ids().length];
        Arrays.fill(gain, 1 / area);
        steps.add(new ChannelMap.Link(n, from.ids(), to.ids(), gain));
        put(n.output(), to);
    }

    private void norm(Node n) {
        Optional<BatchNormalization> norm = BatchNormalization.of(n)
                .filter(BatchNormalization::isConstant)
                .filter(b -> b.scale().constant().get().dtype() == DType.FLOAT
                        && b.mean().constant().get().dtype() == DType.FLOAT);
        if (norm.isEmpty()) {
            pin(n, n.label() + " is in training form, or its statistics are computed or not float32");
            return;
        }
        int count = Math.toIntExact(norm.get().scale().constant().get().elements());
        int[] in;
        int rank;
        Optional<Labels> known = labels(norm.get().input());
        if (known.isPresent()) {
            Labels l = known.get();
            rank = l.rank();
            for (int a = 0; a < rank; a++) {
                l = a == 1 ? l : l.collapsed(a, this::tie);
            }
            int[] full = l.dims().clone();
            full[1] = count;
            in = l.spread(full).ids();
        } else {
            Optional<long[]> extents = extents(norm.get().input());
            if (extents.isEmpty()) {
                return;
            }
            rank = extents.get().length;
            in = fresh(count);
            classes.pin(in, norm.get().input().name() + " is not scaled");
        }
        int[] out = fresh(count);
        steps.add(new ChannelMap.Norm(norm.get(), in, out));
        put(n.output(), Labels.along(rank, 1, out));
    }

    /* All that is added up, or of which the greatest is taken, is scaled alike; constants are scaled too. */
    private void tieInputs(Node n) {
        Optional<Labels> tied = Optional.empty();
        for (Value v : n.presentInputs()) {
            Optional<Labels> l = labels(v);
            if (l.isPresent()) {
                Optional<Labels> both = tied.isEmpty() ? l : tied(n, tied.get(), l.get());
                if (both.isEmpty()) {
                    pin(n, n.label() + " joins too many channels");
                    return;
                }
                tied = both;
            } else if (v.constant().filter(t -> t.dtype() == DType.FLOAT).isEmpty()) {
                pin(n, n.label() + " joins it with " + v.name() + ", which is not scaled");
                return;
            }
        }
        Labels result = tied.orElseThrow();
        int rank = n.presentInputs().stream()
                .flatMap(v -> v.constant().stream())
                .mapToInt(t -> t.shape().rank())
                .reduce(result.rank(), Math::max);
        result = result.ofRank(rank);
        for (int i = 0; i < n.inputCount(); i++) {
            if (n.input(i).flatMap(Value::constant).isPresent()) {
                steps.add(new ChannelMap.Addend(n, i, list(result.dims()), result.ids()));
            }
        }
        put(n.output(), result);
    }

    private Optional<Labels> tied(Node n, Labels one, Labels other) {
        int rank = Math.max(one.rank(), other.rank());
        int[] joint = Labels.joint(one.ofRank(rank).dims(), other.ofRank(rank).dims());
        if (!Labels.fits(joint)) {
            return Optional.empty();
        }
        Labels a = one.ofRank(rank).spread(joint);
        Labels b = other.ofRank(rank).spread(joint);
        double[] gain = new double[a.ids().length];
        for (int i = 0; i < gain.length; i++) {
            classes.tie(a.ids()[i], b.ids()[i]);
            gain[i] = 1;
        }
        steps.add(new ChannelMap.Link(n, b.ids(), a.ids(), gain));
        return Optional.of(a);
    }

    private void multiply(Node n) {
        Value a = n.input(0).orElseThrow();
        Value b = n.input(1).orElseThrow();
        boolean first = labels.containsKey(a.name());
        Value other = first ? b : a;
        if (n.is("Div") && !first) {
            pin(n, n.label() + " divides by it");
        } else if (other.constant().isPresent()) {
            byConstant(n, first ? a : b, first ? 1 : 0);
        } else if (!first || !labels.containsKey(b.name())) {
            // Linear in the one that is scaled; the other one is left as it is.
            spreadTo(n, first ? a : b);
        } else if (a == b) {
            pin(n, n.label() + " squares it");
        } else {
            Value gate = n.is("Div") || size(b) <= size(a) ? b : a;
            pin(gate, n.label() + " multiplies by it");
            spreadTo(n, gate == b ? a : b);
        }
    }

    private int size(Value v) {
        return labels(v).map(l -> l.ids().length).orElse(0);
    }

    private void spreadTo(Node n, Value scaled) {
        Labels l = labels(scaled).orElseThrow();
        put(n.output(), l.ofRank(extents(n.output()).map(e -> e.length).orElse(l.rank())));
    }

    private void byConstant(Node n, Value scaled, int place) {
        var constant = n.input(place).flatMap(Value::constant).orElseThrow();
        int rank =
                Math.max(labels(scaled).orElseThrow().rank(), constant.shape().rank());
        Labels in = labels(scaled).orElseThrow().ofRank(rank);
        boolean perChannel = constant.dtype() == DType.FLOAT && constant.elements() > 1;
        for (int i = 0; i < constant.shape().rank(); i++) {
            int axis = i + rank - constant.shape().rank();
            perChannel &= constant.shape().dim(i) == 1 || constant.shape().dim(i) == in.dims()[axis];
        }
        if (!perChannel) {
            put(n.output(), in);
            return;
        }
        Labels out = new Labels(in.dims(), fresh(in.ids().length));
        steps.add(new ChannelMap.Factor(n, place, list(in.dims()), in.ids(), out.ids()));
        put(n.output(), out);
    }
}
