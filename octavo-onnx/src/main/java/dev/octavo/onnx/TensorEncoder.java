package dev.octavo.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import java.util.List;
import java.util.OptionalLong;

/** Tensors to tensor protos. A tensor that was read keeps its bytes, those of a new one are copied. */
final class TensorEncoder {
    private static final int CHUNK = 1 << 29;

    private final Placement placement;

    TensorEncoder(Placement placement) {
        this.placement = placement;
    }

    /** What is left of a tensor proto when its element type, shape and data are taken away. */
    static TensorProto withoutData(TensorProto t) {
        return t.toBuilder()
                .clearDims()
                .clearDataType()
                .clearFloatData()
                .clearInt32Data()
                .clearInt64Data()
                .clearUint64Data()
                .clearDoubleData()
                .clearStringData()
                .clearRawData()
                .clearExternalData()
                .clearDataLocation()
                .build();
    }

    /** The tensor as it was read if it was, else a new proto with the name, comments … of {@code shell}. */
    TensorProto encode(Tensor t, TensorProto shell) {
        OptionalLong offset = placement.offsetOf(t);
        TensorProto read =
                t.carried().orElse(null) instanceof Originals.OfTensor o ? o.proto() : TensorProto.getDefaultInstance();
        boolean wasRead = t.carried().orElse(null) instanceof Originals.OfTensor;
        if (wasRead && offset.isEmpty() && !ExternalData.isExternal(read)) {
            return read;
        }
        TensorProto.Builder b = wasRead ? withoutData(read).toBuilder() : shell.toBuilder();
        b.setDataType(t.dtype().onnxCode());
        for (long extent : t.shape().toArray()) {
            b.addDims(extent);
        }
        if (offset.isPresent()) {
            b.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(entry("location", placement.location()))
                    .addExternalData(entry("offset", Long.toString(offset.getAsLong())))
                    .addExternalData(entry("length", Long.toString(t.storage().byteSize())));
            read.getExternalDataList().stream()
                    .filter(e -> !List.of("location", "offset", "length").contains(e.getKey()))
                    .forEach(b::addExternalData);
        } else if (t.dtype() == DType.STRING) {
            b.addAllStringData(TypedFields.strings(t.storage()));
        } else {
            b.setRawData(bytes(t.storage()));
        }
        return b.build();
    }

    private static StringStringEntryProto entry(String key, String text) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(text).build();
    }

    private static ByteString bytes(Storage storage) {
        ByteString all = ByteString.EMPTY;
        for (long at = 0; at < storage.byteSize(); at += CHUNK) {
            int n = (int) Math.min(CHUNK, storage.byteSize() - at);
            all = all.concat(ByteString.copyFrom(storage.slice(at, n)));
        }
        return all;
    }
}
