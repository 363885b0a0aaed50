package dev.octavo.ort.rewrite;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import dev.octavo.quant.channel.ChannelScaling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Random networks of everything that channels can pass: layers of all kinds, limits, residual additions,
 * concatenations, shuffles, splits, pools, paddings, constants, gates, batch normalisations. The channels of their
 * layers differ in size by factors of e^N(0, 1).
 */
final class ScalableGraphs {
    private record Image(String name, int c, int size) {}

    private final Random random;
    private final StringBuilder text = new StringBuilder();
    private final List<Image> images = new ArrayList<>();
    private Image now = new Image("x", 4, 8);
    private int count;

    private ScalableGraphs(long seed) {
        random = new Random(seed);
    }

    static Graph of(long seed) {
        ScalableGraphs g = new ScalableGraphs(seed);
        g.text.append("x[1,4,8,8]");
        g.conv();
        for (int i = 0; i < 9; i++) {
            g.step();
        }
        g.head();
        Graph graph = GraphText.parse(g.text.toString());
        unbalance(graph, g.random);
        return graph;
    }

    /** Multiplies the rows of every weight by random factors. */
    static void unbalance(Graph graph, Random random) {
        for (Node n : graph.nodes()) {
            Weighted.of(n).filter(w -> ChannelScaling.obstacle(w).isEmpty()).ifPresent(w -> {
                double[] out = new double[ChannelScaling.outputs(w)];
                double[] in = new double[ChannelScaling.inputs(w)];
                Arrays.setAll(out, i -> Math.exp(random.nextGaussian()));
                Arrays.setAll(in, i -> Math.exp(random.nextGaussian()));
                ChannelScaling.scale(graph, w, out, in);
            });
        }
    }

    private String fresh() {
        return "v" + ++count;
    }

    private void add(String input, String op, int c, int size) {
        String name = fresh();
        text.append("; ").append(input).append(" -> ").append(op).append(" -> ").append(name);
        now = new Image(name, c, size);
        images.add(now);
    }

    private void add(String op) {
        add(now.name, op, now.c, now.size);
    }

    private void step() {
        int before = now.c;
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> conv();
            case 3 ->
                add("Conv(w" + fresh() + "[" + before + ",1,3,3], b" + fresh() + "[" + before + "]; group=" + before
                        + " pads=1,1,1,1)");
            case 4 -> add(now.name, "Conv(w" + fresh() + "[8," + before / 2 + ",1,1]; group=2)", 8, now.size);
            case 5 ->
                add(
                        now.name,
                        "ConvTranspose(w" + fresh() + "[" + before + ",6,1,1], b" + fresh() + "[6])",
                        6,
                        now.size);
            case 6 -> add(normalization(before));
            case 7 -> add("LeakyRelu(; alpha=0.1)");
            case 8 -> add("PRelu(s" + fresh() + "[" + before + ",1,1])");
            case 9, 10 -> add("Clip(0.0, 1.5)");
            case 11 -> residual();
            case 12 -> concat();
            case 13 -> shuffle();
            case 14 -> split();
            case 15 -> add("MaxPool(; kernel_shape=3,3 pads=1,1,1,1) -> AveragePool(; kernel_shape=3,3 pads=1,1,1,1)");
            case 16 -> add("Mul(m" + fresh() + "[" + before + ",1,1]) -> Add(a" + fresh() + "[1," + before + ",1,1])");
            case 17 -> gate();
            case 18 ->
                add("Pad(p" + fresh() + "{0,0,1,1,0,0,0,0}) -> Slice(i" + fresh() + "{0,0}, i" + fresh() + "{"
                        + now.size + "," + now.size + "}, i" + fresh() + "{2,3})");
            default -> add("Relu -> Dropout");
        }
    }

    private String normalization(int c) {
        String id = fresh();
        String ones = "1.0" + ",1.0".repeat(c - 1);
        return "BatchNormalization(g" + id + "[" + c + "], e" + id + "[" + c + "], m" + id + "[" + c + "], o" + id + "{"
                + ones + "})";
    }

    private void conv() {
        int out = 4 + 2 * random.nextInt(3);
        String bias = random.nextBoolean() ? ", b" + fresh() + "[" + out + "]" : "";
        add(
                now.name,
                "Conv(w" + fresh() + "[" + out + "," + now.c + ",3,3]" + bias + "; pads=1,1,1,1)"
                        + (random.nextBoolean() ? " -> Relu" : " -> Clip(0.0, 2.0)"),
                out,
                now.size);
    }

    private void residual() {
        Image from = now;
        add(
                from.name,
                "Conv(w" + fresh() + "[" + from.c + "," + from.c + ",1,1], b" + fresh() + "[" + from.c + "])"
                        + " -> Add(" + from.name + ")",
                from.c,
                from.size);
    }

    private void concat() {
        Image other = images.get(random.nextInt(images.size()));
        add(now.name, "Concat(" + other.name + "; axis=1)", now.c + other.c, now.size);
    }

    private void shuffle() {
        int half = now.c / 2;
        String r = fresh();
        add(
                now.name,
                "Reshape(r" + r + "{1,2," + half + "," + now.size + "," + now.size + "})"
                        + " -> Transpose(; perm=0,2,1,3,4) -> Reshape(q" + r + "{1," + now.c + "," + now.size + ","
                        + now.size
                        + "})",
                now.c,
                now.size);
    }

    private void split() {
        int half = now.c / 2;
        String a = fresh();
        String b = fresh();
        text.append("; ")
                .append(now.name)
                .append(" -> Split(k")
                .append(a)
                .append("{")
                .append(half)
                .append(",");
        text.append(now.c - half)
                .append("}; axis=1) -> ")
                .append(a)
                .append(", ")
                .append(b);
        add(b, "Concat(" + a + "; axis=1)", now.c, now.size);
    }

    private void gate() {
        Image from = now;
        add(
                from.name,
                "GlobalAveragePool -> Conv(w" + fresh() + "[" + from.c + "," + from.c + ",1,1]) -> Sigmoid" + " -> Mul("
                        + from.name + ")",
                from.c,
                from.size);
    }

    private void head() {
        if (random.nextBoolean()) {
            add("Flatten");
            text.append(" -> Gemm(wg[").append(now.c * now.size * now.size).append(",5], bg[5]) -> y");
        } else {
            add("GlobalAveragePool -> Flatten");
            text.append(" -> MatMul(wm[").append(now.c).append(",5]) -> y");
        }
    }

    /** The weight of a layer. */
    static Tensor weight(Graph graph, int layer) {
        return graph.nodes().stream()
                .flatMap(n -> Weighted.of(n).stream())
                .skip(layer)
                .findFirst()
                .map(Weighted::weight)
                .flatMap(Value::constant)
                .orElseThrow();
    }
}
