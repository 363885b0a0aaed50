package dev.octavo.lidar.net;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.sparse.ConvGeometry;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A sparse network in float, batch norms folded: steps in order, each reading the input or earlier steps by name. The
 * last step is the output.
 *
 * @param name what to call it
 * @param inputChannels features per input voxel
 * @param steps in order
 */
public record SparseNet(String name, int inputChannels, List<Step> steps) {
    /** What steps call the network's input. */
    public static final String INPUT = "input";

    /** One step; its name is that of its result. */
    public sealed interface Step {
        String name();

        /** Whether negative results become 0. */
        boolean relu();
    }

    /**
     * A sparse convolution.
     *
     * @param input which result it reads
     * @param geometry which cells it joins; of an inverse one the partner's
     * @param partner the strided convolution that an inverse one goes back over
     * @param weight {@code [Cout, kz, ky, kx, Cin]}
     * @param bias {@code [Cout]}
     * @param divisor {@code [Cin]}, divides the input before it is convolved (and quantized); absent: 1
     */
    public record Convolution(
            String name,
            String input,
            ConvGeometry geometry,
            Optional<String> partner,
            Tensor weight,
            Tensor bias,
            boolean relu,
            Optional<Tensor> divisor)
            implements Step {
        public Convolution {
            Shape s = weight.shape();
            if (s.rank() != 5
                    || s.dim(1) != geometry.kernel().z()
                    || s.dim(2) != geometry.kernel().y()
                    || s.dim(3) != geometry.kernel().x()
                    || weight.dtype() != DType.FLOAT) {
                throw new ModelException(
                        "the weight of " + name + " is " + weight + ", expected FLOAT[Cout, " + geometry.kernel()
                                + ", Cin]",
                        "convert its layout first");
            }
            if (bias.elements() != s.dim(0)) {
                throw new ModelException(
                        "the bias of " + name + " has " + bias.elements() + " values for " + s.dim(0) + " channels",
                        "give one per output channel");
            }
            if (divisor.isPresent() && divisor.get().elements() != s.dim(4)) {
                throw new ModelException("the divisor of " + name + " is " + divisor.get(), "one per input channel");
            }
            if ((geometry.kind() == ConvGeometry.Kind.INVERSE) != partner.isPresent()) {
                throw new ModelException(
                        name + " is " + geometry.kind()
                                + (partner.isPresent() ? " with a partner" : " without partner"),
                        "an inverse convolution, and no other, names the strided one that it goes back over");
            }
        }

        /** Output channels. */
        public int outputs() {
            return Math.toIntExact(weight.shape().dim(0));
        }

        /** Input channels. */
        public int inputs() {
            return Math.toIntExact(weight.shape().dim(4));
        }

        /** The same convolution with other numbers. */
        public Convolution with(Tensor newWeight, Tensor newBias, Optional<Tensor> newDivisor) {
            return new Convolution(name, input, geometry, partner, newWeight, newBias, relu, newDivisor);
        }
    }

    /** The sum of two results on the same cells. */
    public record Sum(String name, String first, String second, boolean relu) implements Step {}

    public SparseNet {
        steps = List.copyOf(steps);
        Set<String> known = new HashSet<>();
        known.add(INPUT);
        for (Step step : steps) {
            for (String read : reads(step)) {
                if (!known.contains(read)) {
                    throw new ModelException(
                            "the step " + step.name() + " reads '" + read + "', which no step before it gives",
                            "order the steps by what they read");
                }
            }
            if (!known.add(step.name())) {
                throw new ModelException("two steps are called " + step.name(), "give them names of their own");
            }
        }
        if (steps.isEmpty()) {
            throw new ModelException("the network " + name + " has no steps", "at least one");
        }
    }

    private static List<String> reads(Step step) {
        if (step instanceof Convolution c) {
            return List.of(c.input());
        }
        Sum s = (Sum) step;
        return List.of(s.first(), s.second());
    }

    /** The name of the result. */
    public String output() {
        return steps.get(steps.size() - 1).name();
    }

    /** The step of that name. */
    public Step step(String stepName) {
        return steps.stream()
                .filter(s -> s.name().equals(stepName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no step " + stepName + " in " + name));
    }

    /** The convolutions in order. */
    public List<Convolution> convolutions() {
        return steps.stream()
                .filter(Convolution.class::isInstance)
                .map(Convolution.class::cast)
                .toList();
    }

    /** The steps that read a result, in order. */
    public List<Step> readers(String result) {
        return steps.stream().filter(s -> reads(s).contains(result)).toList();
    }

    /** Channels of a result. */
    public int channels(String result) {
        if (result.equals(INPUT)) {
            return inputChannels;
        }
        Step s = step(result);
        return s instanceof Convolution c ? c.outputs() : channels(((Sum) s).first());
    }

    /** The network with some convolutions replaced by others of the same name. */
    public SparseNet mapped(UnaryOperator<Convolution> change) {
        return new SparseNet(
                name,
                inputChannels,
                steps.stream()
                        .map(s -> s instanceof Convolution c ? (Step) change.apply(c) : s)
                        .toList());
    }
}
