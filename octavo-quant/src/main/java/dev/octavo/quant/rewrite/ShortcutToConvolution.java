package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.Journal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns the shortcut of a residual network that has no weights, every s-th pixel and channels of zeros
 * around, into one convolution that does the same.
 *
 * <pre>
 *   x -> Slice(::s, ::s) -> Pad(channels: a before, b behind) -> y      becomes      x -> Conv(K; strides=s,s) -> y
 *   K[m,c,0,0] = 1 if m = a + c, else 0
 * </pre>
 *
 * <p>Keeps the outputs to the last bit, and lets integers through where Pad would need floats. Leaves alone a
 * Slice that does not begin at the first pixel or stops before the last, one that others read too, and a Pad
 * of anything but channels with zeros.
 *
 * <p>The shortcut: He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, section 3.3, option A.
 */
public final class ShortcutToConvolution implements GraphPass {
    /** The name of this pass. */
    public static final String NAME = "shortcut-to-convolution";

    private static final int RANK = 4;
    private static final int CHANNELS = 1;

    private final Map<String, TensorType> types;

    /**
     * The rewrite.
     *
     * @param types element types and shapes by value name
     */
    public ShortcutToConvolution(Map<String, TensorType> types) {
        this.types = Map.copyOf(types);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Keeps keeps() {
        return Keeps.OUTPUTS;
    }

    @Override
    public void apply(Graph graph, Journal journal) {
        for (Node pad : graph.nodes()) {
            if (!pad.is("Pad") || slices(pad).isEmpty()) {
                continue;
            }
            List<Node> slices = slices(pad);
            Optional<String> obstacle = obstacle(pad, slices);
            if (obstacle.isPresent()) {
                journal.skipped(NAME, pad.label(), obstacle.get());
            } else {
                long weights = replace(graph, pad, slices);
                journal.did(
                        NAME,
                        pad.label(),
                        "is, with the Slice before it, a 1x1 convolution now; its kernel of zeros and ones adds "
                                + weights + " weights to the model");
            }
        }
        graph.removeUnusedConstants();
    }

    /* The Slice nodes directly before a Pad, the nearest first. */
    private static List<Node> slices(Node pad) {
        List<Node> found = new ArrayList<>();
        Optional<Node> before = pad.input(0).flatMap(Value::producer);
        while (before.filter(n -> n.is("Slice")).isPresent()) {
            found.add(before.get());
            before = before.get().input(0).flatMap(Value::producer);
        }
        return found;
    }

    private Optional<String> obstacle(Node pad, List<Node> slices) {
        Optional<Shape> shape = source(slices).flatMap(v -> shape(v.name()));
        if (shape.isEmpty() || shape.get().rank() != RANK || !shape.get().isKnown()) {
            return Optional.of("the shape of what it slices is not known, or not that of images");
        }
        TensorType type = types.get(source(slices).orElseThrow().name());
        if (type == null || type.dtype() != DType.FLOAT) {
            return Optional.of("it does not pad float32");
        }
        for (Node s : slices) {
            if (s.output().uses().size() != 1 || s.output().isGraphOutput()) {
                return Optional.of(s.label() + " has readers besides it");
            }
            if (steps(s, shape.get()).isEmpty()) {
                return Optional.of(s.label() + " does more than to take every n-th pixel from the first to the last");
            }
        }
        return around(pad).isEmpty()
                ? Optional.of("it pads something else than channels with zeros, or by computed amounts")
                : Optional.empty();
    }

    private static Optional<Value> source(List<Node> slices) {
        return slices.get(slices.size() - 1).input(0);
    }

    private Optional<Shape> shape(String value) {
        return Optional.ofNullable(types.get(value)).map(TensorType::shape);
    }

    /* The strides of height and width that a Slice takes; empty if it does anything else. */
    private static Optional<long[]> steps(Node slice, Shape shape) {
        Optional<long[]> starts = integers(slice, 1);
        Optional<long[]> ends = integers(slice, 2);
        Optional<long[]> axes = integers(slice, 3);
        Optional<long[]> steps = integers(slice, 4);
        if (starts.isEmpty() || ends.isEmpty() || axes.isEmpty() || steps.isEmpty()) {
            return Optional.empty();
        }
        long[] strides = {1, 1};
        for (int i = 0; i < axes.get().length; i++) {
            int axis = (int) (axes.get()[i] < 0 ? axes.get()[i] + RANK : axes.get()[i]);
            long step = steps.get()[i];
            boolean whole = starts.get()[i] == 0 && ends.get()[i] >= shape.dim(Math.min(axis, RANK - 1));
            if (axis <= CHANNELS || axis >= RANK || !whole || step < 1) {
                return Optional.empty();
            }
            strides[axis - 2] *= step;
        }
        return Optional.of(strides);
    }

    /* The channels before and behind that a Pad adds; empty if it does anything else. */
    private static Optional<long[]> around(Node pad) {
        boolean constant = !(pad.attribute("mode").orElse(null) instanceof Attribute.Text t)
                || t.value().equals("constant");
        boolean zeros = pad.input(2).isEmpty()
                || pad.input(2)
                        .flatMap(Value::constant)
                        .filter(t -> t.dtype() == DType.FLOAT && t.elements() == 1 && t.floats()[0] == 0)
                        .isPresent();
        Optional<long[]> pads = integers(pad, 1).filter(p -> p.length == 2 * RANK);
        if (!constant || !zeros || pads.isEmpty() || pad.input(3).isPresent()) {
            return Optional.empty();
        }
        long[] p = pads.get();
        for (int i = 0; i < p.length; i++) {
            boolean channels = i % RANK == CHANNELS;
            if (channels ? p[i] < 0 : p[i] != 0) {
                return Optional.empty();
            }
        }
        return Optional.of(new long[] {p[CHANNELS], p[RANK + CHANNELS]});
    }

    private static Optional<long[]> integers(Node n, int input) {
        return n.input(input)
                .flatMap(Value::constant)
                .filter(t -> t.dtype() == DType.INT64)
                .map(Tensor::longs);
    }

    private long replace(Graph graph, Node pad, List<Node> slices) {
        Value source = source(slices).orElseThrow();
        Shape shape = shape(source.name()).orElseThrow();
        long[] strides = {1, 1};
        for (Node s : slices) {
            long[] own = steps(s, shape).orElseThrow();
            strides[0] *= own[0];
            strides[1] *= own[1];
        }
        long[] around = around(pad).orElseThrow();
        int in = Math.toIntExact(shape.dim(CHANNELS));
        int out = Math.toIntExact(in + around[0] + around[1]);
        float[] kernel = new float[out * in];
        for (int c = 0; c < in; c++) {
            kernel[(int) (around[0] + c) * in + c] = 1;
        }
        Value weight = graph.addConstant(
                graph.freshName(pad.output().name() + "_kernel"), Tensor.ofFloats(Shape.of(out, in, 1, 1), kernel));
        Node conv = graph.insertBefore(
                pad,
                NodeSpec.of("Conv", pad.name())
                        .inputs(source.name(), weight.name())
                        .outputs(graph.freshName(pad.output().name() + "_new"))
                        .attribute("kernel_shape", Attribute.Ints.of(1, 1))
                        .attribute("strides", Attribute.Ints.of(strides)));
        graph.takeOverOutput(pad, conv);
        slices.forEach(graph::remove);
        return kernel.length;
    }
}
