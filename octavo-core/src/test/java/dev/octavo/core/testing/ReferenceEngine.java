package dev.octavo.core.testing;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.BatchNormalization;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Runs small graphs in double precision by the definitions of their operators: those of {@link RandomGraphs}
 * and a few more. For tests that prove a rewrite keeps what the network computes.
 */
public final class ReferenceEngine {
    private final Map<String, Array> values = new HashMap<>();

    private final Reads reads;

    private ReferenceEngine(Reads reads) {
        this.reads = reads;
    }

    /** What a node makes of a value before it computes; for simulating without Q and DQ. */
    public interface Reads {
        /** What input {@code i} of a node is taken to be. */
        Array read(Node n, int i, Array value);
    }

    /** A dense array of doubles, row-major. */
    public static final class Array {
        private final List<Integer> dims;
        private final double[] data;

        Array(List<Integer> dims, double[] data) {
            this.dims = List.copyOf(dims);
            this.data = data;
        }

        /** The extents, outermost first. */
        public List<Integer> dims() {
            return dims;
        }

        /** The elements themselves, not a copy. */
        public double[] data() {
            return data;
        }

        /** An array of its own with the same elements. */
        public Array copy() {
            return new Array(dims, data.clone());
        }

        int dim(int axis) {
            return dims.get(axis);
        }

        /** Elements after an axis. */
        int inner(int axis) {
            return dims.subList(axis + 1, dims.size()).stream().reduce(1, (a, b) -> a * b);
        }

        static Array zeros(Integer... dims) {
            int n = 1;
            for (int d : dims) {
                n *= d;
            }
            return new Array(List.of(dims), new double[n]);
        }
    }

    /** The outputs for these inputs, by name. */
    public static Map<String, Array> run(Graph graph, Map<String, Array> inputs) {
        return run(graph, inputs, (n, i, value) -> value);
    }

    /** As {@link #run(Graph, Map)}, every reading of a value passed through {@code reads}. */
    public static Map<String, Array> run(Graph graph, Map<String, Array> inputs, Reads reads) {
        ReferenceEngine engine = new ReferenceEngine(reads);
        for (Value v : graph.values()) {
            v.constant().ifPresent(t -> engine.values.put(v.name(), array(t)));
        }
        engine.values.putAll(inputs);
        for (Node n : graph.nodes()) {
            if (!n.is("Constant")) {
                engine.values.put(n.output().name(), engine.compute(n));
            }
        }
        TreeMap<String, Array> out = new TreeMap<>();
        graph.outputs().forEach(v -> out.put(v.name(), engine.require(v)));
        return out;
    }

    /** Everything that the graph computes, by name, for the same inputs. */
    public static Map<String, Array> trace(Graph graph, Map<String, Array> inputs) {
        Graph all = graph.copy();
        for (Value v : all.values()) {
            if (v.producer().isPresent() && !v.isGraphOutput()) {
                all.addOutput(v);
            }
        }
        return run(all, inputs);
    }

    /** Seeded Gaussian inputs for a graph whose required inputs are of known shape; unknown extents are 1. */
    public static Map<String, Array> inputs(Graph graph, long seed) {
        Random random = new Random(seed);
        Map<String, Array> in = new TreeMap<>();
        for (Value v : graph.requiredInputs()) {
            Shape shape = v.type().orElseThrow().shape();
            Integer[] dims = new Integer[shape.rank()];
            for (int i = 0; i < dims.length; i++) {
                dims[i] = (int) Math.max(1, shape.dim(i));
            }
            Array a = Array.zeros(dims);
            for (int i = 0; i < a.data.length; i++) {
                a.data[i] = random.nextGaussian();
            }
            in.put(v.name(), a);
        }
        return in;
    }

    private static Array array(Tensor t) {
        List<Integer> dims = java.util.Arrays.stream(t.shape().toArray())
                .mapToObj(d -> (int) d)
                .toList();
        double[] d = new double[Math.toIntExact(t.elements())];
        float[] f = t.dtype() == DType.FLOAT ? t.floats() : new float[d.length];
        int[] codes = t.dtype() == DType.FLOAT || t.dtype() == DType.INT64 ? new int[d.length] : t.codes();
        for (int i = 0; i < d.length; i++) {
            d[i] = f[i] + (double) codes[i];
        }
        return new Array(dims, d);
    }

    private Array require(Value v) {
        Array a = values.get(v.name());
        if (a == null) {
            throw new IllegalArgumentException(v.name() + " has no value");
        }
        return a;
    }

    private Array in(Node n, int i) {
        return reads.read(n, i, require(n.input(i).orElseThrow()));
    }

    private Array compute(Node n) {
        Array x = in(n, 0);
        return switch (n.type()) {
            case "Conv" -> ReferenceProducts.conv(x, in(n, 1), bias(n), attributes(n));
            case "ConvTranspose" -> ReferenceProducts.convTranspose(x, in(n, 1), bias(n), attributes(n));
            case "Gemm" -> ReferenceProducts.gemm(x, in(n, 1), bias(n), attributes(n));
            case "MatMul" -> ReferenceProducts.gemm(x, in(n, 1), null, Map.of());
            case "BatchNormalization" -> normalize(n, x);
            case "Relu", "Clip" -> clip(n, x);
            case "Identity", "Dropout" -> x;
            case "Add" -> add(x, in(n, 1));
            case "Concat" -> concat(n);
            case "MaxPool" -> ReferenceProducts.maxPool(x, attributes(n));
            case "GlobalAveragePool" -> mean(x);
            case "QuantizeLinear", "DequantizeLinear" -> ReferenceProducts.grid(n, x, in(n, 1), zero(n));
            case "Flatten" -> new Array(List.of(x.dim(0), x.data.length / x.dim(0)), x.data);
            default -> throw new IllegalArgumentException("the reference does not know " + n.type());
        };
    }

    private double[] zero(Node n) {
        return n.input(2).isPresent() ? in(n, 2).data : new double[in(n, 1).data.length];
    }

    private double @org.jspecify.annotations.Nullable [] bias(Node n) {
        return n.input(2).isPresent() ? in(n, 2).data : null;
    }

    private static Map<String, List<Long>> attributes(Node n) {
        Map<String, List<Long>> out = new HashMap<>();
        n.attributes().forEach((k, a) -> {
            if (a instanceof Attribute.Int i) {
                out.put(k, List.of(i.value()));
            } else if (a instanceof Attribute.Ints i) {
                out.put(k, i.values());
            }
        });
        return out;
    }

    private Array normalize(Node n, Array x) {
        BatchNormalization b = BatchNormalization.of(n).orElseThrow();
        Array y = new Array(x.dims, x.data.clone());
        int inner = x.inner(1);
        for (int i = 0; i < y.data.length; i++) {
            int c = i / inner % x.dim(1);
            double deviation = Math.sqrt(in(n, 4).data[c] + b.epsilon());
            y.data[i] = (x.data[i] - in(n, 3).data[c]) / deviation * in(n, 1).data[c] + in(n, 2).data[c];
        }
        return y;
    }

    private Array clip(Node n, Array x) {
        double low = n.is("Relu") ? 0 : n.input(1).isPresent() ? in(n, 1).data[0] : Double.NEGATIVE_INFINITY;
        double high = n.input(2).isPresent() ? in(n, 2).data[0] : Double.POSITIVE_INFINITY;
        Array y = new Array(x.dims, x.data.clone());
        for (int i = 0; i < y.data.length; i++) {
            y.data[i] = Math.min(high, Math.max(low, x.data[i]));
        }
        return y;
    }

    private static Array add(Array a, Array b) {
        Array y = new Array(a.dims, a.data.clone());
        for (int i = 0; i < y.data.length; i++) {
            y.data[i] += b.data[i % b.data.length];
        }
        return y;
    }

    private Array concat(Node n) {
        int channels =
                n.presentInputs().stream().mapToInt(v -> require(v).dim(1)).sum();
        Array first = in(n, 0);
        Array y = Array.zeros(first.dim(0), channels, first.dim(2), first.dim(3));
        int at = 0;
        for (int batch = 0; batch < first.dim(0); batch++) {
            for (int i = 0; i < n.inputCount(); i++) {
                Array a = in(n, i);
                int size = a.dim(1) * a.inner(1);
                System.arraycopy(a.data, batch * size, y.data, at, size);
                at += size;
            }
        }
        return y;
    }

    private static Array mean(Array x) {
        Array y = Array.zeros(x.dim(0), x.dim(1), 1, 1);
        int inner = x.inner(1);
        for (int i = 0; i < x.data.length; i++) {
            y.data[i / inner] += x.data[i] / inner;
        }
        return y;
    }
}
