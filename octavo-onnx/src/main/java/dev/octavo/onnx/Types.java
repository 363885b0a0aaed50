package dev.octavo.onnx;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.TensorType;
import java.util.Optional;

/** Value infos to types and back. */
final class Types {
    private Types() {}

    /** The type that an entry states; empty when it is no tensor, or its element type or rank is not known. */
    static Optional<TensorType> of(ValueInfoProto info) {
        if (!info.getType().hasTensorType()) {
            return Optional.empty();
        }
        TypeProto.Tensor t = info.getType().getTensorType();
        Optional<DType> dtype = DType.ofOnnxCode(t.getElemType());
        if (dtype.isEmpty() || !t.hasShape()) {
            return Optional.empty();
        }
        long[] dims =
                t.getShape().getDimList().stream().mapToLong(Types::extent).toArray();
        return Optional.of(new TensorType(dtype.get(), Shape.of(dims)));
    }

    // Some exporters write -1 for "not known".
    private static long extent(Dimension d) {
        return d.hasDimValue() && d.getDimValue() >= 0 ? d.getDimValue() : Shape.UNKNOWN;
    }

    /** A new entry. */
    static ValueInfoProto describe(String name, Optional<TensorType> type) {
        ValueInfoProto bare = ValueInfoProto.newBuilder().setName(name).build();
        return update(bare, type);
    }

    /** The entry, stating that type; extents that stay the same keep their symbolic names. */
    static ValueInfoProto update(ValueInfoProto info, Optional<TensorType> type) {
        if (type.isEmpty() || of(info).equals(type)) {
            return info;
        }
        Shape shape = type.get().shape();
        TensorShapeProto before = info.getType().getTensorType().getShape();
        boolean sameRank = before.getDimCount() == shape.rank();
        TensorShapeProto.Builder dims = before.toBuilder().clearDim();
        for (int i = 0; i < shape.rank(); i++) {
            if (sameRank && extent(before.getDim(i)) == shape.dim(i)) {
                dims.addDim(before.getDim(i));
            } else if (shape.dim(i) >= 0) {
                dims.addDim(Dimension.newBuilder().setDimValue(shape.dim(i)));
            } else {
                dims.addDim(Dimension.getDefaultInstance());
            }
        }
        ValueInfoProto.Builder b = info.toBuilder();
        b.getTypeBuilder()
                .getTensorTypeBuilder()
                .setElemType(type.get().dtype().onnxCode())
                .setShape(dims);
        return b.build();
    }
}
