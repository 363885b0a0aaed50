package dev.octavo.lidar.testing;

import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.net.ResBackbone;
import dev.octavo.lidar.net.SparseNet;
import dev.octavo.lidar.net.SparseNet.Step;
import dev.octavo.lidar.sparse.Cells;
import dev.octavo.lidar.sparse.SparseTensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The whole 3D backbone on a 64 x 64 column of a real frame, with the reference results of every stage. */
public record Crop(References data, SparseNet net, SparseTensor input) {
    private static final String WEIGHTS = "weights/";

    /** Empty when the data is not on this machine. */
    public static Optional<Crop> load() {
        return References.npz("crop_a.npz").map(r -> {
            Map<String, Tensor> state = new HashMap<>();
            r.arrays().forEach((name, t) -> {
                if (name.startsWith(WEIGHTS)) {
                    state.put(name.substring(WEIGHTS.length()), t);
                }
            });
            SparseNet net = ResBackbone.of(state, "backbone_3d.", Optional.empty());
            int[] shape = r.ints("input.spatial_shape");
            Cells cells = Cells.of(r.get("input.coords"), DefinedConvolution.zyx(shape), 1);
            return new Crop(r, net, new SparseTensor(r.get("input.features"), cells));
        });
    }

    /** The network up to a step. */
    public SparseNet upTo(String step) {
        List<Step> steps = net.steps();
        int at = 0;
        while (!steps.get(at).name().equals(step)) {
            at++;
        }
        return new SparseNet(step, net.inputChannels(), steps.subList(0, at + 1));
    }

    /** Expected features in the order of other cells. */
    public double[] expected(String coords, String features, Cells order) {
        int[] c = data.ints(coords);
        double[] f = data.reals(features);
        int channels = f.length / (c.length / 4);
        double[] out = new double[f.length];
        for (int i = 0; i < c.length / 4; i++) {
            int row = order.find(c[4 * i], c[4 * i + 1], c[4 * i + 2], c[4 * i + 3]);
            System.arraycopy(f, i * channels, out, row * channels, channels);
        }
        return out;
    }

    /** The largest difference relative to the largest expected value. */
    public static double worst(float[] actual, double[] expected) {
        double difference = 0;
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        return difference / largest;
    }

    /** The same numbers in double precision. */
    public static double[] wide(float[] values) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i];
        }
        return out;
    }

    /** {@code |actual - expected| / |expected|}, Euclidean. */
    public static double relativeL2(float[] actual, double[] expected) {
        return relativeL2(wide(actual), expected);
    }

    /** {@code |actual - expected| / |expected|}, Euclidean. */
    public static double relativeL2(double[] actual, double[] expected) {
        double difference = 0;
        double whole = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            whole += expected[i] * expected[i];
        }
        return Math.sqrt(difference / whole);
    }
}
