package dev.octavo.quant.datafree;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import java.util.Optional;
import java.util.Set;

/** Operators that put values beside others: Concat, and Pad, which puts constants beside them. */
final class JoinLaws {
    private static final Set<String> NAMES = Set.of("Concat", "Pad");

    private JoinLaws() {}

    static boolean knows(Node n) {
        return NAMES.contains(n.type());
    }

    static Law of(Node n, Known known) throws NotKnownException {
        return n.is("Concat") ? concatenated(n, known) : padded(n, known);
    }

    private static Law concatenated(Node n, Known known) throws NotKnownException {
        Value first = n.input(0).orElseThrow();
        int axis = Known.axis(Known.integer(n, "axis", 1), known.rank(first));
        Law[] parts = new Law[n.inputCount()];
        double[] extents = new double[parts.length];
        int channels = 0;
        for (int i = 0; i < parts.length; i++) {
            parts[i] = known.law(n, i);
            extents[i] = known.fullShape(n.input(i).orElseThrow()).dim(axis);
            if (parts[i].axis() != parts[0].axis()) {
                throw new NotKnownException(n.label() + " joins values with channels along different axes");
            }
            channels += parts[i].channels();
        }
        if (parts[0].axis() != axis) {
            return mixed(n, parts, extents);
        }
        double[][] at = new double[channels][];
        int c = 0;
        for (Law part : parts) {
            for (double[] f : part.at()) {
                at[c++] = f;
            }
        }
        return new Law(new Object(), axis, at);
    }

    /* Channel by channel, one of the parts at each place, as often as it is long. */
    private static Law mixed(Node n, Law[] parts, double[] extents) throws NotKnownException {
        double all = java.util.Arrays.stream(extents).sum();
        double[] shares = java.util.Arrays.stream(extents).map(e -> e / all).toArray();
        double[][] at = new double[parts[0].channels()][];
        for (int c = 0; c < at.length; c++) {
            double[][] one = new double[parts.length][];
            for (int p = 0; p < parts.length; p++) {
                if (parts[p].channels() != at.length) {
                    throw new NotKnownException(n.label() + " joins values with different numbers of channels");
                }
                one[p] = parts[p].at()[c];
            }
            at[c] = Law.mixture(one, shares);
        }
        return new Law(new Object(), parts[0].axis(), at);
    }

    private static Law padded(Node n, Known known) throws NotKnownException {
        Law x = known.law(n, 0);
        if (!Known.text(n, "mode", "constant").equals("constant")) {
            return x;
        }
        Value v = n.input(0).orElseThrow();
        Shape in = known.fullShape(v);
        Shape out = known.fullShape(n.output());
        double constant = constant(n);
        double share = 1; // of the values within a channel that are not padding
        for (int axis = 0; axis < in.rank(); axis++) {
            share *= axis == x.axis() || out.dim(axis) == 0 ? 1 : (double) in.dim(axis) / out.dim(axis);
        }
        double[] flat = new double[Law.NODES];
        java.util.Arrays.fill(flat, constant);
        int before = x.axis() == Law.NONE ? 0 : Math.toIntExact(begin(n, x.axis(), in.rank()));
        double[][] at = new double[x.axis() == Law.NONE ? 1 : Math.toIntExact(out.dim(x.axis()))][];
        for (int c = 0; c < at.length; c++) {
            boolean own = c >= before && c < before + x.channels();
            at[c] = !own
                    ? flat
                    : share == 1
                            ? x.at()[c - before]
                            : Law.mixture(new double[][] {x.at()[c - before], flat}, new double[] {share, 1 - share});
        }
        return new Law(new Object(), x.axis(), at);
    }

    private static double constant(Node n) throws NotKnownException {
        if (n.input(2).isEmpty()) {
            return Known.real(n, "value", 0);
        }
        return n.input(2)
                .get()
                .constant()
                .filter(t -> t.dtype() == DType.FLOAT && t.elements() == 1)
                .map(t -> (double) t.scalar())
                .orElseThrow(() -> new NotKnownException("what " + n.label() + " pads with is computed"));
    }

    private static long begin(Node n, int axis, int rank) throws NotKnownException {
        Optional<long[]> pads = n.attribute("pads").orElse(null) instanceof Attribute.Ints
                ? Known.integers(n, "pads", -1)
                : Known.integers(n, "", 1);
        Optional<long[]> axes = Known.integers(n, "", 3);
        if (pads.isEmpty()) {
            return 0;
        }
        if (axes.isEmpty()) {
            return pads.get()[axis];
        }
        for (int i = 0; i < axes.get().length; i++) {
            if (Known.axis(axes.get()[i], rank) == axis) {
                return pads.get()[i];
            }
        }
        return 0;
    }
}
