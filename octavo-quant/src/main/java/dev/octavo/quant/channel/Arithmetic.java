package dev.octavo.quant.channel;

import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import java.util.Optional;

/** Channels through sums, maxima and products of two values. */
final class Arithmetic {
    private final ChannelWalk walk;

    Arithmetic(ChannelWalk walk) {
        this.walk = walk;
    }

    /* All that is added up, or of which the greatest is taken, is scaled alike; constants are scaled too. */
    void tieInputs(Node n) {
        Optional<Labels> tied = Optional.empty();
        for (Value v : n.presentInputs()) {
            Optional<Labels> l = walk.labels(v);
            if (l.isPresent()) {
                Optional<Labels> both = tied.isEmpty() ? l : tied(n, tied.get(), l.get());
                if (both.isEmpty()) {
                    walk.pin(n, n.label() + " joins too many channels");
                    return;
                }
                tied = both;
            } else if (v.constant().filter(t -> t.dtype() == DType.FLOAT).isEmpty()) {
                walk.pin(n, n.label() + " joins it with " + v.name() + ", which is not scaled");
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
                walk.add(new ChannelMap.Addend(n, i, ChannelWalk.list(result.dims()), result.ids()));
            }
        }
        walk.put(n.output(), result);
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
            walk.tie(a.ids()[i], b.ids()[i]);
            gain[i] = 1;
        }
        walk.add(new ChannelMap.Link(n, b.ids(), a.ids(), gain));
        return Optional.of(a);
    }

    void multiply(Node n) {
        Value a = n.input(0).orElseThrow();
        Value b = n.input(1).orElseThrow();
        boolean first = walk.labels(a).isPresent();
        Value other = first ? b : a;
        if (n.is("Div") && !first) {
            walk.pin(n, n.label() + " divides by it");
        } else if (other.constant().isPresent()) {
            byConstant(n, first ? a : b, first ? 1 : 0);
        } else if (!first || !walk.labels(b).isPresent()) {
            // Linear in the one that is scaled; the other one is left as it is.
            spreadTo(n, first ? a : b);
        } else if (a == b) {
            walk.pin(n, n.label() + " squares it");
        } else {
            Value gate = n.is("Div") || size(b) <= size(a) ? b : a;
            walk.pin(gate, n.label() + " multiplies by it");
            spreadTo(n, gate == b ? a : b);
        }
    }

    private int size(Value v) {
        return walk.labels(v).map(l -> l.ids().length).orElse(0);
    }

    private void spreadTo(Node n, Value scaled) {
        Labels l = walk.labels(scaled).orElseThrow();
        walk.put(
                n.output(), l.ofRank(walk.extents(n.output()).map(e -> e.length).orElse(l.rank())));
    }

    private void byConstant(Node n, Value scaled, int place) {
        Tensor constant = n.input(place).flatMap(Value::constant).orElseThrow();
        int rank = Math.max(
                walk.labels(scaled).orElseThrow().rank(), constant.shape().rank());
        Labels in = walk.labels(scaled).orElseThrow().ofRank(rank);
        boolean perChannel = constant.dtype() == DType.FLOAT && constant.elements() > 1;
        for (int i = 0; i < constant.shape().rank(); i++) {
            int axis = i + rank - constant.shape().rank();
            perChannel &= constant.shape().dim(i) == 1 || constant.shape().dim(i) == in.dims()[axis];
        }
        if (!perChannel) {
            walk.put(n.output(), in);
            return;
        }
        Labels out = new Labels(in.dims(), walk.fresh(in.ids().length));
        walk.add(new ChannelMap.Factor(n, place, ChannelWalk.list(in.dims()), in.ids(), out.ids()));
        walk.put(n.output(), out);
    }
}
