package dev.octavo.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import java.util.Optional;

/**
 * Tensor protos to tensors. Raw and external bytes are not copied; typed fields are converted when
 * somebody reads them.
 */
final class TensorDecoder {
    private final Broken broken;
    private final ExternalData data;

    TensorDecoder(Broken broken, ExternalData data) {
        this.broken = broken;
        this.data = data;
    }

    /** The tensor; empty when Octavo does not know its element type or way of storing. */
    Optional<Tensor> decode(TensorProto t) {
        Optional<DType> dtype = DType.ofOnnxCode(t.getDataType());
        boolean unknownLocation = !t.getUnknownFields()
                .getField(TensorProto.DATA_LOCATION_FIELD_NUMBER)
                .getVarintList()
                .isEmpty();
        if (dtype.isEmpty() || t.hasSegment() || unknownLocation) {
            return Optional.empty();
        }
        String who = "the tensor " + Broken.quoted(t.getName());
        Shape shape = shape(who, t);
        Storage storage = storage(who, t, dtype.get(), shape);
        return Optional.of(Tensor.carrying(dtype.get(), shape, storage, new Originals.OfTensor(t)));
    }

    private Shape shape(String who, TensorProto t) {
        long[] dims = new long[t.getDimsCount()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = t.getDims(i);
            if (dims[i] < 0) {
                throw broken.because(who + " has the extent " + dims[i] + " on axis " + i + ", expected >= 0");
            }
        }
        return Shape.of(dims);
    }

    private Storage storage(String who, TensorProto t, DType dtype, Shape shape) {
        long elements;
        long bytes;
        try {
            elements = shape.elements();
            bytes = dtype.bytesFor(elements);
        } catch (ArithmeticException e) {
            throw broken.because(who + " claims the shape " + shape + ": more elements than any file can hold");
        }
        if (ExternalData.isExternal(t)) {
            if (dtype == DType.STRING) {
                throw broken.because(who + " holds strings, which cannot be stored externally");
            }
            return data.find(t, bytes);
        }
        boolean empty = bytes == 0 && TypedFields.count(t, dtype) == 0;
        if (dtype != DType.STRING && (empty || !t.getRawData().isEmpty())) {
            if (t.getRawData().size() != bytes) {
                throw broken.because(who + " " + dtype + shape + " takes " + bytes + " bytes, the file holds "
                        + t.getRawData().size());
            }
            return Storage.of(t.getRawData().asReadOnlyByteBuffer());
        }
        long expected = TypedFields.expected(dtype, elements);
        if (TypedFields.count(t, dtype) != expected) {
            throw broken.because(who + " " + dtype + shape + " takes " + expected + " entries, the file holds "
                    + TypedFields.count(t, dtype));
        }
        if (bytes > Integer.MAX_VALUE) {
            throw broken.because(
                    who + " " + dtype + shape + " is too big for the way it is stored: " + bytes + " bytes");
        }
        return dtype == DType.STRING ? TypedFields.strings(t) : TypedFields.lazily(t, dtype, (int) bytes);
    }
}
