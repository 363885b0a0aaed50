package dev.octavo.lidar.net;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.net.SparseNet.Convolution;
import dev.octavo.lidar.net.SparseNet.Step;
import dev.octavo.lidar.net.SparseNet.Sum;
import dev.octavo.lidar.sparse.ConvGeometry;
import dev.octavo.lidar.sparse.WeightLayout;
import dev.octavo.lidar.sparse.Zyx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The 3D backbone "VoxelResBackBone8x" of the public CenterPoint: four levels of residual blocks, each level half as wide
 * as the one before, and a last convolution over the height. Widths and input features come from the weights; batch norms
 * (ε 0.001) are folded.
 *
 * <pre>  W'[o] = W[o]·γ[o]/√(σ²[o]+ε)      b'[o] = (b[o]-μ[o])·γ[o]/√(σ²[o]+ε) + β[o]</pre>
 */
public final class ResBackbone {
    private static final double EPSILON = 1e-3;
    private static final ConvGeometry SUBMANIFOLD = ConvGeometry.submanifold(Zyx.all(3), Zyx.ONE);
    private static final ConvGeometry HALF = ConvGeometry.strided(Zyx.all(3), Zyx.all(2), Zyx.ONE);
    private static final ConvGeometry HALF_LAST = ConvGeometry.strided(Zyx.all(3), Zyx.all(2), new Zyx(0, 1, 1));
    private static final ConvGeometry HEIGHT = ConvGeometry.strided(new Zyx(3, 1, 1), new Zyx(2, 1, 1), Zyx.ZERO);

    private final Map<String, Tensor> state;
    private final String prefix;
    private final List<Step> steps = new ArrayList<>();
    private final WeightLayout layout;

    private ResBackbone(Map<String, Tensor> state, String prefix, Optional<WeightLayout> layout) {
        this.state = state;
        this.prefix = prefix;
        this.layout = layout.orElseGet(() -> WeightLayout.recognise(unknowns()));
    }

    /**
     * The network of a state dictionary.
     *
     * @param state tensors by name
     * @param prefix of the names, such as {@code backbone_3d.}
     * @param layout of the weights; absent: recognised from their shapes, refused where they do not tell
     */
    public static SparseNet of(Map<String, Tensor> state, String prefix, Optional<WeightLayout> layout) {
        return new ResBackbone(state, prefix, layout).build();
    }

    private SparseNet build() {
        String at = conv("conv_input.0", "conv_input.1", "conv_input", SparseNet.INPUT, SUBMANIFOLD, true);
        at = block("conv1.0", at);
        at = block("conv1.1", at);
        for (int level = 2; level <= 4; level++) {
            String p = "conv" + level + ".";
            at = conv(p + "0.0", p + "0.1", p + "0.0", at, level == 4 ? HALF_LAST : HALF, true);
            at = block(p + "1", at);
            at = block(p + "2", at);
        }
        conv("conv_out.0", "conv_out.1", "conv_out", at, HEIGHT, true);
        return new SparseNet("VoxelResBackBone8x", ((Convolution) steps.get(0)).inputs(), steps);
    }

    private String block(String name, String input) {
        String first = conv(name + ".conv1", name + ".bn1", name + ".conv1", input, SUBMANIFOLD, true);
        String second = conv(name + ".conv2", name + ".bn2", name + ".conv2", first, SUBMANIFOLD, false);
        steps.add(new Sum(name, second, input, true));
        return name;
    }

    private String conv(String conv, String norm, String name, String input, ConvGeometry g, boolean relu) {
        Tensor weight = layout.toSpconv2(require(conv + ".weight"));
        int out = Math.toIntExact(weight.shape().dim(0));
        float[] gamma = channels(norm + ".weight", out);
        float[] beta = channels(norm + ".bias", out);
        float[] mean = channels(norm + ".running_mean", out);
        float[] variance = channels(norm + ".running_var", out);
        float[] bias = state.containsKey(prefix + conv + ".bias") ? channels(conv + ".bias", out) : new float[out];
        float[] w = weight.floats();
        int each = w.length / out;
        for (int o = 0; o < out; o++) {
            double factor = gamma[o] / Math.sqrt(variance[o] + EPSILON);
            for (int i = o * each; i < (o + 1) * each; i++) {
                w[i] = (float) (w[i] * factor);
            }
            bias[o] = (float) ((bias[o] - mean[o]) * factor + beta[o]);
        }
        steps.add(new Convolution(
                name,
                input,
                g,
                Optional.empty(),
                Tensor.ofFloats(weight.shape(), w),
                Tensor.ofFloats(Shape.of(out), bias),
                relu,
                Optional.empty()));
        return name;
    }

    private float[] channels(String name, int count) {
        Tensor t = require(name);
        if (t.elements() != count) {
            throw new ModelException(
                    prefix + name + " has the shape " + t.shape() + " beside a weight of " + count + " outputs",
                    "check that the checkpoint is of VoxelResBackBone8x, and the layout of its weights");
        }
        return t.floats();
    }

    private Tensor require(String name) {
        Tensor t = state.get(prefix + name);
        if (t == null) {
            throw new ModelException(
                    "there is no " + prefix + name + " among the " + state.size() + " tensors",
                    "check that the checkpoint is of VoxelResBackBone8x");
        }
        return t;
    }

    /* What the batch norms say of the channels tells what a weight's shape means. */
    private List<WeightLayout.Unknown> unknowns() {
        List<WeightLayout.Unknown> out = new ArrayList<>();
        long width = require("conv_input.1.weight").elements();
        Shape first = require("conv_input.0.weight").shape();
        long features = first.elements() / 27 / Math.max(1, width);
        out.add(unknown("conv_input.0", Zyx.all(3), features, width));
        for (int level = 1; level <= 4; level++) {
            if (level > 1) {
                long wider = require("conv" + level + ".0.1.weight").elements();
                out.add(unknown("conv" + level + ".0.0", Zyx.all(3), width, wider));
                width = wider;
            }
            for (int block = level == 1 ? 0 : 1; block <= (level == 1 ? 1 : 2); block++) {
                out.add(unknown("conv" + level + "." + block + ".conv1", Zyx.all(3), width, width));
                out.add(unknown("conv" + level + "." + block + ".conv2", Zyx.all(3), width, width));
            }
        }
        out.add(unknown(
                "conv_out.0",
                HEIGHT.kernel(),
                width,
                require("conv_out.1.weight").elements()));
        return out;
    }

    private WeightLayout.Unknown unknown(String conv, Zyx kernel, long in, long out) {
        return new WeightLayout.Unknown(
                prefix + conv + ".weight",
                require(conv + ".weight").shape(),
                kernel,
                Math.toIntExact(in),
                Math.toIntExact(out));
    }
}
