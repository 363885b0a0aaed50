package dev.octavo.analysis.check;

import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Conv;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.OpKind;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.op.Workload;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.target.CostModel;
import dev.octavo.quant.target.Group;
import java.util.Map;
import java.util.Optional;

/**
 * What kernels of ONNX Runtime's CPU provider cost by rules read off the tables in {@code
 * docs/targets/onnxruntime-cpu.md}: one thread of one machine. Right to a factor of two; ratios are better.
 */
final class RoughCosts implements CostModel {
    private static final double DENSE = 80e3; // multiply-accumulates per microsecond in float
    private static final double DENSE_INTEGER = 240e3;
    private static final double DEPTHWISE = 37e3;
    private static final double MEMORY_BOUND = 10.6e3; // one row times a matrix
    private static final double MEMORY_BOUND_INTEGER = 31e3;
    private static final double FEW_CHANNELS = 0.6; // float over integer time with at most FEW input channels
    private static final int FEW = 4;
    private static final double NARROW_DEPTHWISE = 0.7;
    private static final int NARROW = 100;
    private static final double PER_ELEMENT = 0.15e-3; // microseconds
    private static final double CALL = 1;

    private final Map<String, TensorType> types;

    RoughCosts(Map<String, TensorType> types) {
        this.types = types;
    }

    /** Microseconds to turn so many floats into codes. */
    static double quantize(double elements) {
        return 6 + 0.18e-3 * elements;
    }

    /** Microseconds to turn so many codes into floats. */
    static double dequantize(double elements) {
        return 6 + 0.22e-3 * elements;
    }

    @Override
    public double inFloat(Group g) {
        Node n = g.node();
        double macs = Workload.macs(n, types);
        if (macs > 0) {
            return CALL + macs / (isDepthwise(n) ? DEPTHWISE : isOneRow(n) ? MEMORY_BOUND : DENSE);
        }
        return free(n) ? 0 : CALL + PER_ELEMENT * elements(g.output());
    }

    @Override
    public double inIntegers(Group g) {
        Node n = g.node();
        double macs = Workload.macs(n, types);
        if (macs > 0) {
            if (isDepthwise(n)) {
                return channels(n) < NARROW ? inFloat(g) / NARROW_DEPTHWISE : inFloat(g);
            }
            if (channels(n) <= FEW && n.is("Conv")) {
                return inFloat(g) / FEW_CHANNELS;
            }
            return CALL + macs / (isOneRow(n) ? MEMORY_BOUND_INTEGER : DENSE_INTEGER);
        }
        return free(n) ? 0 : CALL + PER_ELEMENT * elements(g.output());
    }

    @Override
    public double quantize(Value v) {
        return quantize(elements(v));
    }

    @Override
    public double dequantize(Value v) {
        return dequantize(elements(v));
    }

    private static boolean free(Node n) {
        return OpCatalog.of(n).kind() == OpKind.PASSES_THROUGH
                || n.is("Constant")
                || n.presentOutputs().isEmpty();
    }

    private static boolean isDepthwise(Node n) {
        return Conv.of(n)
                .filter(c -> c.group() > 1
                        && c.hasConstantWeight()
                        && c.weight().constant().orElseThrow().shape().dim(1) == 1)
                .isPresent();
    }

    private boolean isOneRow(Node n) {
        return !n.is("Conv")
                && Weighted.of(n)
                        .flatMap(w -> shape(n.output()))
                        .filter(s -> s.isKnown() && s.elements() == s.dim(-1))
                        .isPresent();
    }

    private double channels(Node n) {
        return n.input(0)
                .flatMap(this::shape)
                .filter(s -> s.rank() > 1)
                .map(s -> (double) s.dim(1))
                .orElse(0.0);
    }

    private Optional<Shape> shape(Value v) {
        return Optional.ofNullable(types.get(v.name())).map(TensorType::shape);
    }

    private double elements(Value v) {
        return shape(v).filter(Shape::isKnown).map(s -> (double) s.elements()).orElse(0.0);
    }
}
