package dev.octavo.quant.channel;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.BatchNormalization;
import dev.octavo.core.op.Clip;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where every channel of a network comes from and goes to: which channels must be scaled alike, which cannot be scaled
 * at all and why, and what must be changed when they are.
 *
 * <p>A channel is born where it may get a factor of its own (an output of a layer, of a batch normalisation, of a
 * multiplication by constants), and behind limits and averages, where it is another quantity of the same class. A factor
 * s for a class means: each of its channels holds 1/s of what it held.
 *
 * @param classes of all channels
 * @param steps what the channels meet, in topological order
 * @param labels channels by value; values without any are not scaled
 */
public record ChannelMap(ChannelClasses classes, List<Step> steps, Map<String, Channels> labels) {
    /**
     * Which channel each element of a value belongs to.
     *
     * @param dims extents, 1 along axes on which the channel does not change
     * @param ids channels, row-major
     */
    public record Channels(List<Integer> dims, int[] ids) {
        /** The channels along one axis, if they change along no other. */
        public Optional<int[]> along(int axis) {
            int a = axis < 0 ? axis + dims.size() : axis;
            boolean alone = a >= 0 && a < dims.size() && dims.get(a) == ids.length;
            return alone ? Optional.of(ids.clone()) : Optional.empty();
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Channels c && dims.equals(c.dims) && Arrays.equals(ids, c.ids);
        }

        @Override
        public int hashCode() {
            return 31 * dims.hashCode() + Arrays.hashCode(ids);
        }

        @Override
        public String toString() {
            return "channels" + dims;
        }
    }

    /** Something that channels meet. */
    public sealed interface Step {
        Node node();
    }

    /** A layer reads channels {@code in}, one per input channel, and makes channels {@code out}. */
    public record Layer(Weighted weighted, int[] in, int[] out) implements Step {
        @Override
        public Node node() {
            return weighted.node();
        }
    }

    /** A Relu or Clip with low end 0 or none; {@code to} belongs to the same class as {@code from}, one by one. */
    public record Limit(Clip clip, int[] from, int[] to, List<Integer> dims) implements Step {
        @Override
        public Node node() {
            return clip.node();
        }
    }

    /** Noise of power 1 in {@code from[i]} is noise of power {@code gain[i]} in {@code to[i]}. */
    public record Link(Node node, int[] from, int[] to, double[] gain) implements Step {}

    /** A batch normalisation that stays; both sides are free. */
    public record Norm(BatchNormalization norm, int[] in, int[] out) implements Step {
        @Override
        public Node node() {
            return norm.node();
        }
    }

    /** A constant that must be divided by the factors of these channels. */
    public record Addend(Node node, int place, List<Integer> dims, int[] ids) implements Step {}

    /** A constant that is multiplied or divided by, and can take the ratio of two factors. */
    public record Factor(Node node, int place, List<Integer> dims, int[] in, int[] out) implements Step {}

    /**
     * The map of a graph.
     *
     * @param types element types and shapes with batch 1, by value name; what is missing is not followed
     */
    public static ChannelMap of(Graph graph, Map<String, TensorType> types) {
        ChannelWalk walk = new ChannelWalk(types);
        graph.nodes().forEach(walk::visit);
        for (Value v : graph.values()) {
            if (v.isGraphOutput()) {
                walk.pin(v, v.name() + " is an output of the network");
            }
            if (v.isCaptured()) {
                walk.pin(v, v.name() + " is read inside a subgraph");
            }
        }
        return walk.map();
    }
}
