package dev.octavo.bench.lidar;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.Sample;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.exchange.DensePart;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.Objective;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.ort.quantize.Quantizer;
import dev.octavo.quant.range.MinMax;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;

/**
 * Times the full-size dense part of CenterPoint on one map, float and in 8 bits in turn, the heads' first convolutions
 * merged and apart: {@code DenseSpeed [ROUNDS] [CELLS]}. Random weights and map; a quarter of the map's cells is active.
 */
public final class DenseSpeed {
    private static final int THREADS = 2;
    private static final int MAP = 256;
    private static final int SHARED = 64;
    private static final int[] CLASSES = {1, 2, 2, 1, 2, 2};

    private final Random random = new Random(1);
    private final Map<String, Tensor> state = new HashMap<>();

    private DenseSpeed() {}

    /** Prints the least and the median time of each form. */
    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 7;
        int cells = args.length > 1 ? Integer.parseInt(args[1]) : 180;
        DenseSpeed make = new DenseSpeed();
        make.weights();
        Tensor map = make.map(cells);
        List<Form> forms = new ArrayList<>();
        for (boolean merged : new boolean[] {true, false}) {
            Graph exact = DensePart.of(make.state, merged);
            String heads = merged ? "merged" : "apart";
            forms.add(Form.of("float, heads " + heads, exact));
            forms.add(Form.of("8 bits, heads " + heads, quantized(exact, map)));
        }
        for (int r = 0; r < rounds; r++) {
            for (Form f : forms) {
                long start = System.nanoTime();
                f.session().run(Map.of("map", map));
                f.times().add((System.nanoTime() - start) / 1e6);
            }
        }
        double first = Collections.min(forms.get(0).times());
        for (Form f : forms) {
            double least = Collections.min(f.times());
            System.out.printf(
                    Locale.ROOT,
                    "%-22s least %7.1f ms  median %7.1f ms  least / float %.3f%n",
                    f.name(),
                    least,
                    f.times().stream().sorted().toList().get(rounds / 2),
                    least / first);
            f.session().close();
        }
    }

    /** One form, and its times in milliseconds. */
    private record Form(String name, Engine.Session session, List<Double> times) {
        static Form of(String name, Graph graph) {
            return new Form(name, OrtEngine.INSTANCE.open(graph, Mode.OPTIMIZED, THREADS), new ArrayList<>());
        }
    }

    private static Graph quantized(Graph exact, Tensor map) {
        Dataset one = new Dataset() {
            @Override
            public int size() {
                return 1;
            }

            @Override
            public Sample read(int index) {
                return new Sample(name(index), Map.of("map", map), OptionalInt.empty());
            }

            @Override
            public String name(int index) {
                return "map";
            }

            @Override
            public String fingerprint() {
                return "one random map";
            }
        };
        Quantizer quantizer = new Quantizer(QuantizeOptions.DEFAULT
                .withObjective(Objective.SIZE)
                .withRefinements(List.of())
                .withActivations(new MinMax()));
        Prepared prepared = quantizer.prepare(exact);
        var seen = quantizer.observe(prepared, one, SweepOptions.standard().withThreads(1), Progress.NONE);
        return prepared.lower(prepared.solve(seen.evidence()));
    }

    private void weights() {
        block(0, MAP, 128);
        block(1, 128, 256);
        deblock(0, 128, 1);
        deblock(1, 256, 2);
        conv("dense_head.shared_conv.0", SHARED, 512, 3);
        norm("dense_head.shared_conv.1", SHARED);
        String[] branches = {"center", "center_z", "dim", "rot", "vel", "hm"};
        for (int h = 0; h < CLASSES.length; h++) {
            int[] widths = {2, 1, 3, 2, 2, CLASSES[h]};
            for (int b = 0; b < branches.length; b++) {
                String p = "dense_head.heads_list." + h + "." + branches[b] + ".";
                conv(p + "0.0", SHARED, SHARED, 3);
                norm(p + "0.1", SHARED);
                conv(p + "1", widths[b], SHARED, 3);
            }
        }
    }

    private void block(int index, int in, int out) {
        String p = "backbone_2d.blocks." + index + ".";
        for (int i = 1; i <= 16; i += 3) {
            conv(p + i, out, i == 1 ? in : out, 3);
            norm(p + (i + 1), out);
        }
    }

    private void deblock(int index, int in, int side) {
        String p = "backbone_2d.deblocks." + index + ".";
        tensor(p + "0.weight", Math.sqrt(2.0 / in), in, 256, side, side);
        norm(p + "1", 256);
    }

    private void conv(String name, int out, int in, int kernel) {
        tensor(name + ".weight", Math.sqrt(2.0 / in / kernel / kernel), out, in, kernel, kernel);
    }

    private void norm(String name, int channels) {
        fill(name + ".weight", channels, 1);
        fill(name + ".bias", channels, 0);
        fill(name + ".running_mean", channels, 0);
        fill(name + ".running_var", channels, 1);
    }

    private void fill(String name, int channels, float value) {
        float[] v = new float[channels];
        Arrays.fill(v, value);
        state.put(name, Tensor.ofFloats(Shape.of(channels), v));
    }

    private void tensor(String name, double deviation, int... dims) {
        Shape shape = Shape.of(Arrays.stream(dims).asLongStream().toArray());
        float[] v = new float[Math.toIntExact(shape.elements())];
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) (random.nextGaussian() * deviation);
        }
        state.put(name, Tensor.ofFloats(shape, v));
    }

    private Tensor map(int cells) {
        float[] v = new float[MAP * cells * cells];
        for (int at = 0; at < cells * cells; at++) {
            if (random.nextInt(4) == 0) {
                for (int c = 0; c < MAP; c++) {
                    v[c * cells * cells + at] = (float) Math.abs(random.nextGaussian());
                }
            }
        }
        return Tensor.ofFloats(Shape.of(1, MAP, cells, cells), v);
    }
}
