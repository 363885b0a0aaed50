package dev.octavo.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Storage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a tensor proto that hold numbers one by one ({@code float_data} and its like), as the
 * dense bytes of a tensor. A tensor of strings holds each string as its length (32 bits) and its bytes.
 */
final class TypedFields {
    private TypedFields() {}

    /** How many entries the field for that element type has. */
    static int count(TensorProto t, DType dtype) {
        return switch (dtype) {
            case FLOAT, COMPLEX64 -> t.getFloatDataCount();
            case DOUBLE, COMPLEX128 -> t.getDoubleDataCount();
            case INT64 -> t.getInt64DataCount();
            case UINT32, UINT64 -> t.getUint64DataCount();
            case STRING -> t.getStringDataCount();
            default -> t.getInt32DataCount();
        };
    }

    /** How many entries that field should have. */
    static long expected(DType dtype, long elements) {
        return switch (dtype) {
            case COMPLEX64, COMPLEX128 -> Math.multiplyExact(elements, 2L);
            case UINT4, INT4, UINT2, INT2, FLOAT4E2M1 -> dtype.bytesFor(elements); // one entry holds one byte
            default -> elements;
        };
    }

    /** The bytes, converted on first use. */
    static Storage lazily(TensorProto t, DType dtype, int bytes) {
        return new Storage() {
            private volatile @Nullable ByteBuffer converted;

            @Override
            public long byteSize() {
                return bytes;
            }

            @Override
            public ByteBuffer slice(long offset, int length) {
                ByteBuffer b = converted;
                if (b == null) {
                    b = convert(t, dtype, bytes).asReadOnlyBuffer();
                    converted = b;
                }
                return b.slice(Math.toIntExact(offset), length).order(ByteOrder.LITTLE_ENDIAN);
            }
        };
    }

    private static ByteBuffer convert(TensorProto t, DType dtype, int bytes) {
        ByteBuffer b = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0, n = count(t, dtype); i < n; i++) {
            switch (dtype) {
                case FLOAT, COMPLEX64 -> b.putFloat(t.getFloatData(i));
                case DOUBLE, COMPLEX128 -> b.putDouble(t.getDoubleData(i));
                case INT64 -> b.putLong(t.getInt64Data(i));
                case UINT64 -> b.putLong(t.getUint64Data(i));
                case UINT32 -> b.putInt((int) t.getUint64Data(i));
                case INT32 -> b.putInt(t.getInt32Data(i));
                case INT16, UINT16, FLOAT16, BFLOAT16 -> b.putShort((short) t.getInt32Data(i));
                default -> b.put((byte) t.getInt32Data(i));
            }
        }
        return b.flip();
    }

    /** The bytes of a tensor of strings. */
    static Storage strings(TensorProto t) {
        long bytes = 0;
        for (ByteString s : t.getStringDataList()) {
            bytes += 4L + s.size();
        }
        ByteBuffer b = ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
        for (ByteString s : t.getStringDataList()) {
            b.putInt(s.size());
            s.copyTo(b);
        }
        return Storage.of(b.flip());
    }

    /** The strings in the bytes of a tensor of strings. */
    static List<ByteString> strings(Storage storage) {
        ByteBuffer b = storage.slice(0, Math.toIntExact(storage.byteSize()));
        List<ByteString> strings = new ArrayList<>();
        while (b.hasRemaining()) {
            int length = b.getInt();
            strings.add(ByteString.copyFrom(b, length));
        }
        return strings;
    }
}
