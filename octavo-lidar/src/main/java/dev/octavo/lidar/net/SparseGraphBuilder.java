package dev.octavo.lidar.net;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.lidar.net.SparseNet.Convolution;
import dev.octavo.lidar.net.SparseNet.Step;
import dev.octavo.lidar.net.SparseNet.Sum;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Builds the graph of a sparse network; see {@link SparseGraph} for its form. */
public final class SparseGraphBuilder {
    /** QuantizeLinear and DequantizeLinear with an axis are of this operator set. */
    private static final long OPSET = 17;

    private final SparseNet net;
    private final Levels levels;
    private final Partition partition;
    private final Graph graph;
    private final Map<String, List<String>> pieces = new HashMap<>(); // result -> its parts
    private final Map<String, SparseGraph.Operands> operands = new LinkedHashMap<>();

    private SparseGraphBuilder(SparseNet net, Partition partition) {
        this.net = net;
        this.levels = Levels.of(net);
        this.partition = partition;
        this.graph = new Graph(net.name());
        graph.setOpset("", OPSET);
    }

    /** The graph that ends in the features of the last level. */
    public static SparseGraph features(SparseNet net, Partition partition) {
        SparseGraphBuilder b = new SparseGraphBuilder(net, partition);
        b.body();
        String name = "features_out";
        b.concat(name, b.piecesOf(net.output()));
        return b.finish(name);
    }

    /** The graph that ends in the height-compressed map {@code [B, C·Z, Y, X]} of the last level. */
    public static SparseGraph map(SparseNet net, Partition partition) {
        SparseGraphBuilder b = new SparseGraphBuilder(net, partition);
        b.body();
        return b.finish(b.heightCompressed());
    }

    private void body() {
        graph.addInput(SparseGraph.FEATURES, new TensorType(DType.FLOAT, Shape.of(Shape.UNKNOWN, net.inputChannels())));
        for (int t = 0; t < levels.tables().size(); t++) {
            Levels.Table table = levels.tables().get(t);
            List<Integer> groups = partition.groups(levels, table.to());
            for (int p = 0; p < groups.size(); p++) {
                int offsets = partition.offsets(levels, table, groups.get(p)).length;
                graph.addInput(SparseGraph.table(t, p), new TensorType(DType.INT32, Shape.of(Shape.UNKNOWN, offsets)));
            }
        }
        pieces.put(SparseNet.INPUT, List.of(SparseGraph.FEATURES));
        for (Step step : net.steps()) {
            if (step instanceof Convolution c) {
                convolution(c);
            } else {
                sum((Sum) step);
            }
        }
    }

    private List<String> piecesOf(String result) {
        return Objects.requireNonNull(pieces.get(result), result);
    }

    private SparseGraph finish(String output) {
        graph.addOutput(graph.require(output));
        SparseOutline.of(net, levels, partition).putInto(graph);
        return new SparseGraph(graph.freeze(), net, levels, partition, operands, output);
    }

    /* What a convolution gathers from: the parts, divided if it wants that, and the row of zeros. */
    private String rows(Convolution c) {
        String name = c.divisor().isPresent() ? c.name() + ".rows_in" : c.input() + ".rows";
        if (graph.value(name).isPresent()) {
            return name;
        }
        List<String> parts = new ArrayList<>();
        if (c.divisor().isPresent()) {
            // Multiplying by the reciprocal once per channel; the graph defines the numbers.
            float[] factor = c.divisor().get().floats();
            for (int i = 0; i < factor.length; i++) {
                factor[i] = 1 / factor[i];
            }
            String factors = constant(c.name() + ".factor", Tensor.ofFloats(Shape.of(factor.length), factor));
            for (String p : piecesOf(c.input())) {
                parts.add(node("Mul", c.name() + "." + p + ".divided", p, factors));
            }
        } else {
            parts.addAll(piecesOf(c.input()));
        }
        parts.add(constant(name + ".zero", Tensor.ofFloats(Shape.of(1, c.inputs()), new float[c.inputs()])));
        return concat(name, parts);
    }

    private void convolution(Convolution c) {
        if (net.channels(c.input()) != c.inputs()) {
            throw new ModelException(
                    c.name() + " takes " + c.inputs() + " channels, but " + c.input() + " has "
                            + net.channels(c.input()),
                    "check the weights");
        }
        String rows = rows(c);
        int table = levels.table(c.name());
        List<Integer> groups = partition.groups(levels, levels.level(c.name()));
        String bias = constant(c.name() + ".bias", c.bias().reshaped(Shape.of(c.outputs())));
        Map<String, String> weights = new HashMap<>();
        List<String> gathered = new ArrayList<>();
        List<String> reshaped = new ArrayList<>();
        List<String> used = new ArrayList<>();
        List<String> products = new ArrayList<>();
        List<String> results = new ArrayList<>();
        for (int p = 0; p < groups.size(); p++) {
            int[] offsets = partition.offsets(levels, levels.tables().get(table), groups.get(p));
            String at = c.name() + ".part" + p;
            gathered.add(node("Gather", at + ".gathered", rows, SparseGraph.table(table, p)));
            reshaped.add(node("Reshape", at + ".columns", gathered.get(p), columns(offsets.length * c.inputs())));
            used.add(weights.computeIfAbsent(
                    c.name() + ".weight_" + offsets[0] + "_" + offsets.length,
                    name -> constant(name, matrix(c, offsets))));
            products.add(node("Gemm", at + ".product", reshaped.get(p), used.get(p), bias));
            results.add(c.relu() ? node("Relu", at, products.get(p)) : products.get(p));
        }
        pieces.put(c.name(), results);
        operands.put(c.name(), new SparseGraph.Operands(rows, gathered, reshaped, used, products, bias));
    }

    /* 0 takes over the number of rows, which may itself be 0 where -1 could not be told. */
    private String columns(int count) {
        return constant("columns" + count, Tensor.ofLongs(Shape.of(2), 0, count));
    }

    /** The weight of some offsets as {@code [offsets · Cin, Cout]}, in the order in which a row is gathered. */
    static Tensor matrix(Convolution c, int[] offsets) {
        float[] w = c.weight().floats();
        int in = c.inputs();
        int out = c.outputs();
        int all = c.geometry().offsets();
        float[] m = new float[offsets.length * in * out];
        for (int j = 0; j < offsets.length; j++) {
            for (int i = 0; i < in; i++) {
                for (int o = 0; o < out; o++) {
                    m[(j * in + i) * out + o] = w[(o * all + offsets[j]) * in + i];
                }
            }
        }
        return Tensor.ofFloats(Shape.of((long) offsets.length * in, out), m);
    }

    private void sum(Sum s) {
        List<String> a = piecesOf(s.first());
        List<String> b = piecesOf(s.second());
        if (a.size() != b.size()) {
            throw new ModelException(
                    "the sum " + s.name() + " reads the network's input, which is not cut into parts",
                    "put a convolution between, or use Partition.NONE");
        }
        List<String> results = new ArrayList<>();
        for (int p = 0; p < a.size(); p++) {
            String at = s.name() + ".part" + p;
            String sum = node("Add", s.relu() ? at + ".sum" : at, a.get(p), b.get(p));
            results.add(s.relu() ? node("Relu", at, sum) : sum);
        }
        pieces.put(s.name(), results);
    }

    private String heightCompressed() {
        int channels = net.channels(net.output());
        graph.addInput(
                SparseGraph.HEIGHT,
                new TensorType(DType.INT32, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN, Shape.UNKNOWN, Shape.UNKNOWN)));
        List<String> parts = new ArrayList<>(piecesOf(net.output()));
        parts.add(constant("map.zero", Tensor.ofFloats(Shape.of(1, channels), new float[channels])));
        String rows = concat("map.rows", parts);
        String dense = node("Gather", "map.cells", rows, SparseGraph.HEIGHT); // [B, Z, Y, X, C]
        graph.addNode(NodeSpec.of("Transpose", "map.transposed")
                .inputs(dense)
                .outputs("map.channels")
                .attribute("perm", Attribute.Ints.of(0, 4, 1, 2, 3)));
        graph.addNode(NodeSpec.of("Shape", "map.shape").inputs("map.channels").outputs("map.extents"));
        for (String[] part : new String[][] {{"batch", "0", "1"}, {"plane", "3", "5"}}) {
            String name = "map." + part[0];
            graph.addNode(NodeSpec.of("Slice", name)
                    .inputs(
                            "map.extents",
                            constant(name + ".from", Tensor.ofLongs(Shape.of(1), Long.parseLong(part[1]))),
                            constant(name + ".to", Tensor.ofLongs(Shape.of(1), Long.parseLong(part[2]))))
                    .outputs(name));
        }
        String merged = constant("map.merged", Tensor.ofLongs(Shape.of(1), -1));
        concat("map.target", List.of("map.batch", merged, "map.plane"));
        return node("Reshape", "map", "map.channels", "map.target");
    }

    private String concat(String name, List<String> parts) {
        graph.addNode(NodeSpec.of("Concat", name + ".concat")
                .inputs(parts)
                .outputs(name)
                .attribute("axis", new Attribute.Int(0)));
        return name;
    }

    private String node(String type, String output, String... inputs) {
        NodeSpec spec = NodeSpec.of(type, output + "." + type).inputs(inputs).outputs(output);
        graph.addNode(type.equals("Gather") ? spec.attribute("axis", new Attribute.Int(0)) : spec);
        return output;
    }

    private String constant(String name, Tensor value) {
        if (graph.value(name).isEmpty()) {
            graph.addConstant(name, value);
        }
        return name;
    }
}
