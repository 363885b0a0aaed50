package dev.octavo.quant.lower;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Recognises what a plan can say in a DequantizeLinear: codes of a constant, or a Q before it on the very
 * same grid. Blocked grids, 4-bit and float8 codes, computed scales are not among it.
 */
final class PairReader {
    private static final Set<DType> STORAGE =
            EnumSet.of(DType.UINT8, DType.INT8, DType.UINT16, DType.INT16, DType.INT32);

    private final SpecNotes notes;

    /**
     * A dequantization.
     *
     * @param node the DQ
     * @param from what Q reads, or the constant that holds the codes
     * @param codes the codes, of a constant
     * @param spec what storage type and zero points tell, which is not the number of bits that count
     * @param params scale and zero point
     */
    record Pair(Node node, Value from, Optional<Tensor> codes, QuantSpec spec, List<QuantParams> params) {}

    PairReader(SpecNotes notes) {
        this.notes = notes;
    }

    Optional<Pair> read(Node dq) {
        Optional<Value> x = dq.input(0);
        Optional<Tensor> scale = dq.input(1).flatMap(Value::constant);
        Optional<Tensor> zero = dq.input(2).flatMap(Value::constant);
        boolean computed = dq.input(2).isPresent() && zero.isEmpty();
        // A subgraph would miss the name of a DQ that is gone.
        if (x.isEmpty() || scale.isEmpty() || computed || dq.output().isCaptured()) {
            return Optional.empty();
        }
        if (x.get().constant().isPresent()) {
            Tensor codes = x.get().constant().get();
            Optional<Shape> shape = Optional.of(codes.shape());
            return pair(dq, x.get(), Optional.of(codes), new Numbers(scale.get(), zero, codes.dtype(), shape));
        }
        Optional<Node> q = x.get().producer().filter(n -> n.is(QdqNames.QUANTIZE));
        if (q.isEmpty() || !sameGrid(q.get(), dq) || q.get().attributes().containsKey("output_dtype")) {
            return Optional.empty();
        }
        Value from = beforeClip(q.get().input(0).orElseThrow());
        DType storage = zero.map(Tensor::dtype).orElse(DType.UINT8);
        Optional<Shape> shape = from.type().or(() -> dq.output().type()).map(TensorType::shape);
        return pair(dq, from, Optional.empty(), new Numbers(scale.get(), zero, storage, shape));
    }

    private static boolean sameGrid(Node q, Node dq) {
        return q.input(1).flatMap(Value::constant).equals(dq.input(1).flatMap(Value::constant))
                && q.input(2).isPresent() == dq.input(2).isPresent()
                && q.input(2).flatMap(Value::constant).equals(dq.input(2).flatMap(Value::constant))
                && Objects.equals(q.attributes().get("axis"), dq.attributes().get("axis"));
    }

    /** What a Clip of ours limits before Q, for widths that ONNX has no type for; else the value itself. */
    Value beforeClip(Value fed) {
        Optional<Node> clip = fed.producer().filter(n -> n.is("Clip"));
        int at = fed.name().lastIndexOf(QdqNames.CLIPPED);
        if (clip.isEmpty() || at <= 0 || notes.mentions(fed.name())) {
            return fed;
        }
        String base = fed.name().substring(0, at);
        String rest = fed.name().substring(at + QdqNames.CLIPPED.length());
        Value raw = clip.get().input(0).orElse(fed);
        boolean itsOwn = raw.name().equals(base) || raw.name().startsWith(base + QdqNames.RAW_OUTPUT);
        return itsOwn && rest.matches(QdqNames.COUNTED) && notes.mentionsOddWidth(base) ? raw : fed;
    }

    /** Scale, zero point, element type of the codes, and the shape as far as it is known. */
    private record Numbers(Tensor scale, Optional<Tensor> zero, DType storage, Optional<Shape> shape) {
        boolean fit() {
            return scale.dtype() == DType.FLOAT
                    && scale.shape().rank() <= 1
                    && STORAGE.contains(storage)
                    && zero.map(z -> z.dtype() == storage && z.elements() == scale.elements())
                            .orElse(true);
        }
    }

    private static Optional<Pair> pair(Node dq, Value from, Optional<Tensor> codes, Numbers n) {
        if (!n.fit()) {
            return Optional.empty();
        }
        float[] scales = n.scale().floats();
        int[] zeros = n.zero().map(Tensor::codes).orElse(new int[scales.length]);
        OptionalInt axis = OptionalInt.empty();
        if (n.scale().shape().rank() == 1
                && (scales.length > 1 || dq.attributes().containsKey("axis"))) {
            axis = axis(dq, n.shape());
            boolean fits = axis.isPresent() && extent(n.shape(), axis.getAsInt(), scales.length) == scales.length;
            if (!fits && scales.length > 1) {
                return Optional.empty();
            }
            axis = fits ? axis : OptionalInt.empty();
        }
        List<QuantParams> params = new ArrayList<>();
        for (int i = 0; i < scales.length; i++) {
            if (!(scales[i] > 0) || Float.isInfinite(scales[i])) {
                return Optional.empty();
            }
            params.add(new QuantParams(scales[i], zeros[i]));
        }
        if (params.isEmpty()) {
            return Optional.empty();
        }
        boolean signed = n.storage() != DType.UINT8 && n.storage() != DType.UINT16;
        boolean symmetric = signed && Arrays.stream(zeros).allMatch(z -> z == 0);
        return Optional.of(
                new Pair(dq, from, codes, new QuantSpec(n.storage().bits(), signed, symmetric, axis), params));
    }

    /* The channel axis counted from the first; empty when that takes a rank that is not known. */
    private static OptionalInt axis(Node dq, Optional<Shape> shape) {
        int axis = dq.attribute("axis").orElse(null) instanceof Attribute.Int i ? (int) i.value() : 1;
        if (shape.isEmpty()) {
            return axis < 0 ? OptionalInt.empty() : OptionalInt.of(axis);
        }
        int rank = shape.get().rank();
        int counted = rank == 1 ? 0 : axis < 0 ? axis + rank : axis;
        return counted >= 0 && counted < rank ? OptionalInt.of(counted) : OptionalInt.empty();
    }

    private static long extent(Optional<Shape> shape, int axis, int otherwise) {
        long known = shape.map(s -> s.dim(axis)).orElse(Shape.UNKNOWN);
        return known == Shape.UNKNOWN ? otherwise : known;
    }
}
