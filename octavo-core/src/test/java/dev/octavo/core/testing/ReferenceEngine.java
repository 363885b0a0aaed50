package dev.octavo.core.testing;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.BatchNormalization;
import dev.octavo.core.op.Clip;
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

    private ReferenceEngine() {}

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
        ReferenceEngine engine = new ReferenceEngine();
        for (Value v : graph.values()) {
            v.constant().filter(t -> t.dtype() == DType.FLOAT).ifPresent(t -> engine.values.put(v.name(), array(t)));
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
        float[] f = t.floats();
        double[] d = new double[f.length];
        for (int i = 0; i < f.length; i++) {
            d[i] = f[i];
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
        return require(n.input(i).orElseThrow());
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
            case "Flatten" -> new Array(List.of(x.dim(0), x.data.length / x.dim(0)), x.data);
            default -> throw new IllegalArgumentException("the reference does not know " + n.type());
        };
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

    private static Array clip(Node n, Array x) {
        Clip c = Clip.of(n).orElseThrow();
        Array y = new Array(x.dims, x.data.clone());
        for (int i = 0; i < y.data.length; i++) {
            y.data[i] = Math.min(c.high(), Math.max(c.low(), x.data[i]));
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
            for (Value v : n.presentInputs()) {
                Array a = require(v);
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
