package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.Journal;
import dev.octavo.quant.rewrite.smooth.SmoothOptions.Widths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Smoothing by factors that each input gives anew, as an experiment: what a smoothing that knew every input beforehand
 * could reach.
 *
 * <pre>
 *   s[j] = max|X[j]|^α / max|W[j]|^(1-α)     of the X of this very input; 1 where either is 0
 *   y    = L( q(X/s), q(s·W) )               grids from this very input too: X per tensor, W per channel or tensor
 * </pre>
 *
 * <p>The graph does all of it in float, node by node. It is <b>not for export</b>: no integer kernel takes weights that
 * differ from input to input, and rounding them anew costs more time than integers gain. {@link #isSimulation} knows
 * such a graph.
 */
public final class DynamicSmoothing {
    private static final String MARK = "octavo.simulation-only";
    private static final long AXES_AS_INPUT = 18;
    private static final long LEAST_OPSET = 13;

    private final Graph graph;
    private final double alpha;
    private final Widths widths;
    private int count;

    private DynamicSmoothing(Graph graph, double alpha, Widths widths) {
        this.graph = graph;
        this.alpha = alpha;
        this.widths = widths;
    }

    /** Whether a graph was made to be looked at and not to be exported. */
    public static boolean isSimulation(Graph graph) {
        return graph.metadata().containsKey(MARK);
    }

    /**
     * A copy of a network in which the layers that the options mean are quantized on grids of each input alone.
     *
     * @param types element types and shapes of the network's values
     * @param smoothed whether channels are smoothed first, by the α of the options; else only quantized
     * @throws ModelException when the network is older than opset 13
     */
    public static Graph simulate(
            Graph network, Map<String, TensorType> types, SmoothOptions options, boolean smoothed) {
        if (network.opset() < LEAST_OPSET) {
            throw new ModelException(
                    "factors for each input can be simulated from opset 13 on, the model has " + network.opset(),
                    "export the model with a later opset");
        }
        Graph copy = network.copy();
        DynamicSmoothing work = new DynamicSmoothing(copy, options.alpha().value(), options.widths());
        for (Readers r : Readers.of(copy, types, options, new Journal())) {
            int rank = Objects.requireNonNull(types.get(r.tensor())).shape().rank();
            r.in(copy).forEach(w -> work.quantize(w, r.axis(), rank, smoothed));
        }
        copy.putMetadata(MARK, "factors of each input");
        return copy;
    }

    private void quantize(Weighted w, int axis, int rank, boolean smoothed) {
        Node at = w.node();
        WeightLayout layout = WeightLayout.of(w);
        String x = w.input().name();
        String weight = w.weight().name();
        if (smoothed) {
            String factors = factors(at, w, axis, rank);
            long[] alongInput = ones(rank);
            alongInput[axis] = layout.inputs();
            x = node(at, "Div", x, reshaped(at, factors, alongInput));
            weight = node(at, "Mul", weight, reshaped(at, spread(at, factors, layout), alongWeight(w, layout)));
        }
        graph.setInput(at, Weighted.INPUT, graph.require(onOneGrid(at, x)));
        graph.setInput(at, Weighted.WEIGHT, graph.require(onWeightGrids(at, weight, w)));
    }

    /* One factor per input channel, [C]. */
    private String factors(Node at, Weighted w, int axis, int rank) {
        WeightLayout layout = WeightLayout.of(w);
        List<Long> others = new ArrayList<>();
        for (long a = 0; a < rank; a++) {
            if (a != axis) {
                others.add(a);
            }
        }
        String seen = node(at, "Abs", w.input().name());
        if (!others.isEmpty()) {
            seen = reduced(at, "ReduceMax", seen, others);
        }
        seen = reshaped(at, seen, layout.inputs());
        float[] most = layout.inputMaxima(w.weight().constant().orElseThrow().floats());
        float[] share = new float[most.length];
        float[] read = new float[most.length];
        for (int c = 0; c < most.length; c++) {
            read[c] = most[c] > 0 ? 1 : 0;
            share[c] = most[c] > 0 ? (float) Math.pow(most[c], 1 - alpha) : 1;
        }
        String s = node(
                at,
                "Div",
                node(at, "Pow", seen, constant(Tensor.ofFloats(Shape.SCALAR, (float) alpha))),
                constant(Tensor.ofFloats(Shape.of(share.length), share)));
        String zero = constant(Tensor.ofFloats(Shape.SCALAR, 0f));
        String active =
                node(at, "Greater", node(at, "Mul", s, constant(Tensor.ofFloats(Shape.of(read.length), read))), zero);
        return node(at, "Where", active, s, constant(Tensor.ofFloats(Shape.SCALAR, 1f)));
    }

    /* In a grouped convolution each output channel reads the channels of its group: the factors, once per output. */
    private String spread(Node at, String factors, WeightLayout layout) {
        if (layout.kind() != WeightLayout.Kind.CONV || layout.groups() == 1) {
            return factors;
        }
        int perGroup = layout.inputs() / layout.groups();
        long[] index = new long[layout.outputs() * perGroup];
        for (int i = 0; i < index.length; i++) {
            index[i] = (long) i / perGroup / layout.rows() * perGroup + i % perGroup;
        }
        return node(at, "Gather", factors, constant(Tensor.ofLongs(Shape.of(index.length), index)));
    }

    private static long[] alongWeight(Weighted w, WeightLayout layout) {
        int rank = w.weight().constant().orElseThrow().shape().rank();
        long[] dims = ones(rank);
        if (layout.kind() == WeightLayout.Kind.CONV && layout.groups() > 1) {
            dims[0] = layout.outputs();
            dims[1] = layout.inputs() / layout.groups();
        } else {
            dims[w.inputAxis()] = layout.inputs();
        }
        return dims;
    }

    /* real = scale·(code - zero), scale = (max - min)/levels, both ends taken with 0 between them. */
    private String onOneGrid(Node at, String x) {
        float levels = (1 << widths.activationBits()) - 1;
        String zero = constant(Tensor.ofFloats(Shape.SCALAR, 0f));
        String low = node(at, "Min", reduced(at, "ReduceMin", x, List.of()), zero);
        String high = node(at, "Max", reduced(at, "ReduceMax", x, List.of()), zero);
        String scale = positive(at, node(at, "Div", node(at, "Sub", high, low), scalar(levels)));
        String offset = node(at, "Round", node(at, "Div", node(at, "Neg", low), scale));
        String codes = node(at, "Add", node(at, "Round", node(at, "Div", x, scale)), offset);
        codes = node(at, "Max", node(at, "Min", codes, scalar(levels)), zero);
        return node(at, "Mul", node(at, "Sub", codes, offset), scale);
    }

    private String onWeightGrids(Node at, String weight, Weighted w) {
        int rank = w.weight().constant().orElseThrow().shape().rank();
        List<Long> others = new ArrayList<>();
        for (long a = 0; widths.perChannel() && a < rank; a++) {
            if (a != w.outputAxis()) {
                others.add(a);
            }
        }
        float most = (1 << (widths.weightBits() - 1)) - 1;
        String scale =
                positive(at, node(at, "Div", reduced(at, "ReduceMax", node(at, "Abs", weight), others), scalar(most)));
        String codes = node(at, "Round", node(at, "Div", weight, scale));
        codes = node(at, "Max", node(at, "Min", codes, scalar(most)), scalar(-most - 1));
        return node(at, "Mul", codes, scale);
    }

    private String positive(Node at, String scale) {
        return node(at, "Max", scale, scalar(Float.MIN_NORMAL));
    }

    private String scalar(float value) {
        return constant(Tensor.ofFloats(Shape.SCALAR, value));
    }

    private static long[] ones(int rank) {
        long[] dims = new long[rank];
        java.util.Arrays.fill(dims, 1);
        return dims;
    }

    private String reshaped(Node at, String value, long... dims) {
        return node(at, "Reshape", value, constant(Tensor.ofLongs(Shape.of(dims.length), dims)));
    }

    private String constant(Tensor t) {
        Value v = graph.addConstant(graph.freshName("dynamic_constant_" + ++count), t);
        return v.name();
    }

    private String node(Node at, String type, String... inputs) {
        String out = graph.freshName("dynamic_" + ++count);
        graph.insertBefore(at, NodeSpec.of(type, out).inputs(inputs).outputs(out));
        return out;
    }

    /* Over these axes, or over all if none is named; the axes stay, of extent 1. */
    private String reduced(Node at, String type, String value, List<Long> axes) {
        String out = graph.freshName("dynamic_" + ++count);
        NodeSpec spec = NodeSpec.of(type, out).outputs(out).attribute("keepdims", new Attribute.Int(1));
        if (axes.isEmpty()) {
            spec.inputs(value);
        } else if (graph.opset() >= AXES_AS_INPUT) {
            long[] list = axes.stream().mapToLong(Long::longValue).toArray();
            spec.inputs(value, constant(Tensor.ofLongs(Shape.of(list.length), list)));
        } else {
            spec.inputs(value).attribute("axes", new Attribute.Ints(axes));
        }
        graph.insertBefore(at, spec);
        return out;
    }
}
