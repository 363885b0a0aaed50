package dev.octavo.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/** Memory that Java and ONNX Runtime share, used again for every run. */
final class Slot implements AutoCloseable {
    private final Shape shape;
    private final ByteBuffer bytes;
    private final OnnxTensor tensor;

    /** Room for a value whose shape is known; {@code what} is named when it is too big. */
    Slot(TensorType type, String what) throws OrtException {
        this.shape = type.shape();
        this.bytes = Tensors.direct(type.dtype().bytesFor(shape.elements()), what);
        this.tensor = OnnxTensor.createTensor(
                Ort.environment(), bytes, shape.toArray(), Tensors.passable(type.dtype(), what));
    }

    Shape shape() {
        return shape;
    }

    OnnxTensor tensor() {
        return tensor;
    }

    /** The bytes, from the first to the last. */
    ByteBuffer bytes() {
        return bytes.duplicate().order(ByteOrder.nativeOrder()).rewind();
    }

    /** The bits of the floats, from the first to the last. */
    IntBuffer floatBits() {
        return bytes().asIntBuffer();
    }

    @Override
    public void close() {
        tensor.close();
    }
}
