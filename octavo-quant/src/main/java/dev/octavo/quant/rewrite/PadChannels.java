package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Conv;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.Journal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Adds channels of zeros around a depthwise convolution until their number is a multiple of 16, for
 * integer kernels take 16 channels at a time and what is left over one by one.
 *
 * <pre>
 *   x -> Conv(P[C,..]) -> Conv(D[C,1,..]; group=C) -> Conv(N[M,C,..]) -> y
 *   becomes the same with C' = 16·⌈C/16⌉: rows of zeros under P and D, columns of zeros behind those of N
 * </pre>
 *
 * <p>Keeps the outputs: what the added channels hold is multiplied by zero in the end. Makes the model a
 * little larger and float arithmetic a little slower, so it is to be used where measuring shows a gain. Leaves
 * alone a depthwise convolution that is not between two full ones, with nothing but activation functions in
 * between.
 */
public final class PadChannels implements GraphPass {
    /** The name of this pass. */
    public static final String NAME = "pad-channels";

    private static final int MULTIPLE = 16;

    /* What treats every channel alike, and needs to know of none. */
    private static final Set<String> CHANNELLESS = Set.of(
            "Relu", "Clip", "LeakyRelu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Gelu", "Elu", "Softplus");

    /** A depthwise convolution between full ones, and the values whose channels change. */
    private record Place(Conv before, Conv depthwise, List<Conv> behind, List<Value> values) {}

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
        for (Node n : graph.nodes()) {
            Optional<Conv> conv = Conv.of(n).filter(Conv::isDepthwise).filter(c -> c.group() % MULTIPLE != 0);
            if (conv.isEmpty()) {
                continue;
            }
            List<Value> values = new ArrayList<>();
            Optional<Conv> before = before(conv.get(), values);
            List<Conv> behind = behind(conv.get(), values);
            Optional<String> obstacle = obstacle(conv.get(), before, behind);
            if (obstacle.isPresent()) {
                journal.skipped(NAME, n.label(), obstacle.get());
            } else {
                Place place = new Place(before.get(), conv.get(), behind, values);
                int added = MULTIPLE - conv.get().group() % MULTIPLE;
                long weights = pad(graph, place, added);
                journal.did(
                        NAME,
                        n.label(),
                        "has " + (conv.get().group() + added) + " channels instead of "
                                + conv.get().group() + ", which adds " + weights + " weights of 0 to the model");
            }
        }
        graph.removeUnusedConstants();
    }

    private static Optional<Conv> before(Conv depthwise, List<Value> values) {
        Value v = depthwise.input();
        values.add(v);
        while (v.uses().size() == 1 && !v.isGraphOutput() && v.producer().isPresent()) {
            Node giver = v.producer().get();
            if (!isChannelless(giver)) {
                return Conv.of(giver);
            }
            v = giver.input(0).orElseThrow();
            values.add(v);
        }
        return Optional.empty();
    }

    /* The convolutions that read the result; none if anything else does. */
    private static List<Conv> behind(Conv depthwise, List<Value> values) {
        Value v = depthwise.node().output();
        values.add(v);
        while (v.uses().size() == 1
                && !v.isGraphOutput()
                && isChannelless(v.uses().get(0).node())) {
            v = v.uses().get(0).node().output();
            values.add(v);
        }
        List<Conv> readers = new ArrayList<>();
        for (Use u : v.uses()) {
            Optional<Conv> reader =
                    u.isCaptured() || u.input() != Weighted.INPUT ? Optional.empty() : Conv.of(u.node());
            if (reader.isEmpty()) {
                return List.of();
            }
            readers.add(reader.get());
        }
        return v.isGraphOutput() ? List.of() : readers;
    }

    private static boolean isChannelless(Node n) {
        return n.domain().isEmpty()
                && CHANNELLESS.contains(n.type())
                && n.input(0).isPresent();
    }

    private static Optional<String> obstacle(Conv depthwise, Optional<Conv> before, List<Conv> behind) {
        if (before.isEmpty() || behind.isEmpty()) {
            return Optional.of("it is not between convolutions with nothing but activations in between");
        }
        if (depthwise.weight().constant().map(t -> t.shape().dim(0)).orElse(0L) != depthwise.group()) {
            return Optional.of("it gives several channels for one, or its weight is computed");
        }
        List<Conv> full = new ArrayList<>(behind);
        full.add(before.get());
        for (Conv c : full) {
            if (c.group() != 1) {
                return Optional.of(c.node().label() + " has groups of channels");
            }
        }
        full.add(depthwise);
        for (Conv c : full) {
            if (!isFloat(c.weight()) || !c.bias().map(PadChannels::isFloat).orElse(true)) {
                return Optional.of("the weight or bias of " + c.node().label() + " is computed or not float32");
            }
        }
        return Optional.empty();
    }

    private static boolean isFloat(Value v) {
        return v.constant().filter(t -> t.dtype() == DType.FLOAT).isPresent() && !v.isGraphInput();
    }

    private static long pad(Graph graph, Place place, int added) {
        long weights = 0;
        for (Conv c : List.of(place.before(), place.depthwise())) {
            weights += pad(graph, c.node(), Weighted.WEIGHT, 0, added);
            if (c.bias().isPresent()) {
                weights += pad(graph, c.node(), Weighted.BIAS, 0, added);
            }
        }
        for (Conv c : place.behind()) {
            weights += pad(graph, c.node(), Weighted.WEIGHT, 1, added);
        }
        int channels = place.depthwise().group() + added;
        graph.setAttribute(place.depthwise().node(), "group", new Attribute.Int(channels));
        for (Value v : place.values()) {
            v.type()
                    .ifPresent(t ->
                            graph.setType(v, new TensorType(t.dtype(), t.shape().withDim(1, channels))));
            padStatistics(graph, v.name(), channels);
        }
        return weights;
    }

    private static long pad(Graph graph, Node n, int input, int axis, int added) {
        Value v = n.input(input).orElseThrow();
        Tensor old = v.constant().orElseThrow();
        Tensor padded = padded(old, axis, added);
        if (v.uses().size() == 1) {
            graph.replaceConstant(v, padded);
        } else {
            graph.setInput(n, input, graph.addConstant(graph.freshName(v.name() + "_padded"), padded));
        }
        return padded.elements() - old.elements();
    }

    private static Tensor padded(Tensor t, int axis, int added) {
        float[] from = t.floats();
        Shape shape = t.shape().withDim(axis, t.shape().dim(axis) + added);
        int block = 1;
        for (int i = axis; i < t.shape().rank(); i++) {
            block *= Math.toIntExact(t.shape().dim(i));
        }
        float[] to = new float[Math.toIntExact(shape.elements())];
        int blocks = block == 0 ? 0 : from.length / block;
        for (int b = 0; b < blocks; b++) {
            System.arraycopy(from, b * block, to, b * (to.length / blocks), block);
        }
        return Tensor.ofFloats(shape, to);
    }

    /* What a folded batch normalisation knew of the value: of the new channels, that they are 0. */
    private static void padStatistics(Graph graph, String value, int channels) {
        BatchNormStatistics.of(graph, value).ifPresent(s -> {
            float[] mean = new float[channels];
            float[] deviation = new float[channels];
            for (int c = 0; c < Math.min(channels, s.mean().size()); c++) {
                mean[c] = s.mean().get(c);
                deviation[c] = s.deviation().get(c);
            }
            BatchNormStatistics.record(graph, value, deviation, mean);
        });
    }
}
