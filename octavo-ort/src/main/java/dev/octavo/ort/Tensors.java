package dev.octavo.ort;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Tensors on their way into ONNX Runtime and out of it. Both sides are little-endian. */
final class Tensors {
    private Tensors() {}

    /** The element type as ONNX Runtime's Java side knows it; {@code what} is named in the error. */
    static OnnxJavaType passable(DType dtype, String what) {
        return Ort.javaType(dtype)
                .orElseThrow(() -> new ModelException(
                        what + " holds " + dtype + ", which cannot pass between Java and ONNX Runtime",
                        "add a Cast to INT32 or FLOAT inside the model, next to that value"));
    }

    /** A copy for ONNX Runtime; the caller closes it. */
    static OnnxTensor toOrt(Tensor tensor, String what) throws OrtException {
        OnnxJavaType type = passable(tensor.dtype(), what);
        ByteBuffer copy = direct(tensor.storage().byteSize(), what);
        put(tensor, copy);
        return OnnxTensor.createTensor(
                Ort.environment(), copy.rewind(), tensor.shape().toArray(), type);
    }

    /** Puts a tensor's bytes where the buffer stands. */
    static void put(Tensor tensor, ByteBuffer to) {
        to.put(tensor.storage().slice(0, Math.toIntExact(tensor.storage().byteSize())));
    }

    static ByteBuffer direct(long bytes, String what) {
        if (bytes > Integer.MAX_VALUE) {
            throw new ModelException(
                    what + " takes " + bytes + " bytes, a tensor passed to ONNX Runtime at most " + Integer.MAX_VALUE,
                    "use a smaller batch or input");
        }
        return ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
    }

    /** A copy that outlives the run. */
    static Tensor fromOrt(OnnxTensor value, TensorType declared) {
        Shape shape = Shape.of(value.getInfo().getShape());
        ByteBuffer bytes = value.getByteBuffer();
        return Tensor.of(declared.dtype(), shape, Storage.of(bytes));
    }
}
