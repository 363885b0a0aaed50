package dev.octavo.quant.target;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Clip;
import dev.octavo.core.op.Conv;
import dev.octavo.core.op.Gemm;
import dev.octavo.core.op.Op;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.TensorType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * ONNX Runtime's CPU provider on x64: unsigned 8-bit activations, signed 8-bit weights. What it fuses
 * was read off the graphs that it really builds; see {@code docs/targets/onnxruntime-cpu.md}.
 */
public final class OnnxRuntimeCpu implements Target {
    /** Operators with an integer kernel between DQ and Q, besides the weighted ones. */
    private static final Set<String> FUSES =
            Set.of("Add", "Mul", "AveragePool", "GlobalAveragePool", "LeakyRelu", "Sigmoid", "Softmax", "Concat");

    /** Operators that move bytes as they are. */
    private static final Set<String> MOVES = Set.of(
            "MaxPool",
            "Reshape",
            "Flatten",
            "Transpose",
            "Squeeze",
            "Unsqueeze",
            "Gather",
            "Slice",
            "DepthToSpace",
            "Expand");

    @Override
    public String name() {
        return "onnxruntime-cpu";
    }

    @Override
    public boolean givesFloat(Node node) {
        return node.is("Gemm") || node.is("MatMul");
    }

    @Override
    public Optional<String> obstacle(Group group, Map<String, TensorType> types) {
        Node n = group.node();
        if (!n.domain().isEmpty()) {
            return Optional.of("it is an operator of the domain " + n.domain());
        }
        Optional<String> notFloat = notFloat(n, types);
        if (notFloat.isPresent()) {
            return notFloat;
        }
        for (Node limit : group.limits()) {
            if (!Clip.of(limit).map(c -> c.low() <= 0 && c.high() > 0).orElse(false)) {
                return Optional.of("the limits of " + limit.label() + " are computed or leave out 0");
            }
        }
        Optional<Weighted> w = Weighted.of(n);
        if (w.isPresent()) {
            return weighted(w.get());
        }
        if (n.is("Resize")) {
            boolean nearest = !(n.attribute("mode").orElse(null) instanceof Attribute.Text t)
                    || t.value().equals("nearest");
            return nearest ? Optional.empty() : Optional.of("ONNX Runtime interpolates in float");
        }
        if (FUSES.contains(n.type()) || MOVES.contains(n.type())) {
            return Optional.empty();
        }
        return Optional.of("ONNX Runtime has no integer kernel for " + n.type());
    }

    private static Optional<String> notFloat(Node n, Map<String, TensorType> types) {
        Op op = OpCatalog.of(n);
        for (int i = 0; i < n.inputCount(); i++) {
            Optional<Value> v = n.input(i);
            if (v.isPresent() && op.isData(i) && !isFloat(v.get(), types)) {
                return Optional.of("its input " + v.get().name() + " does not hold float32");
            }
        }
        return n.presentOutputs().size() == 1 ? Optional.empty() : Optional.of("it has several outputs");
    }

    private static boolean isFloat(Value v, Map<String, TensorType> types) {
        TensorType known = types.get(v.name());
        return (known != null ? Optional.of(known) : v.type())
                .map(t -> t.dtype() == DType.FLOAT)
                .orElse(false);
    }

    private static Optional<String> weighted(Weighted w) {
        if (w.node().is("ConvTranspose")) {
            return Optional.of("ONNX Runtime has no integer kernel for ConvTranspose");
        }
        if (w.bias().filter(b -> b.constant().isEmpty()).isPresent()) {
            return Optional.of("its bias is computed, not constant");
        }
        if (w instanceof Conv && !w.hasConstantWeight()) {
            return Optional.of("its weight is computed, not constant");
        }
        if (w instanceof Gemm g && (g.alpha() != 1f || g.beta() != 1f || g.transA() || !g.hasConstantWeight())) {
            return Optional.of("it scales its product, or transposes its input, or its weight is computed");
        }
        if (w instanceof Gemm g && g.bias().isPresent() && !isOnePerOutput(g)) {
            return Optional.of("its bias is not one number per output");
        }
        return Optional.empty();
    }

    private static boolean isOnePerOutput(Gemm g) {
        Shape bias = g.bias().orElseThrow().constant().orElseThrow().shape();
        Shape weight = g.weight().constant().orElseThrow().shape();
        return bias.rank() == 1 && bias.dim(0) == weight.dim(g.outputAxis());
    }
}
