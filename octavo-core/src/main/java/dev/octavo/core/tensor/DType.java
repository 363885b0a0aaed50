package dev.octavo.core.tensor;

import java.util.Optional;

/**
 * The element types of ONNX. {@link #onnxCode} is the number that {@code TensorProto.DataType} gives
 * the type; types that this list does not know are carried, never interpreted.
 */
public enum DType {
    FLOAT(1, 32),
    UINT8(2, 8),
    INT8(3, 8),
    UINT16(4, 16),
    INT16(5, 16),
    INT32(6, 32),
    INT64(7, 64),
    STRING(8, 0),
    BOOL(9, 8),
    FLOAT16(10, 16),
    DOUBLE(11, 64),
    UINT32(12, 32),
    UINT64(13, 64),
    COMPLEX64(14, 64),
    COMPLEX128(15, 128),
    BFLOAT16(16, 16),
    FLOAT8E4M3FN(17, 8),
    FLOAT8E4M3FNUZ(18, 8),
    FLOAT8E5M2(19, 8),
    FLOAT8E5M2FNUZ(20, 8),
    UINT4(21, 4),
    INT4(22, 4),
    FLOAT4E2M1(23, 4),
    FLOAT8E8M0(24, 8),
    UINT2(25, 2),
    INT2(26, 2);

    private final int onnxCode;
    private final int bits;

    DType(int onnxCode, int bits) {
        this.onnxCode = onnxCode;
        this.bits = bits;
    }

    /** The number of this type in {@code TensorProto.DataType}. */
    public int onnxCode() {
        return onnxCode;
    }

    /** Bits of one element; 0 for strings. */
    public int bits() {
        return bits;
    }

    /** Bytes that {@code elements} elements take when packed, 4-bit types two to a byte, 2-bit types four. */
    public long bytesFor(long elements) {
        return Math.addExact(Math.multiplyExact(elements, (long) bits), 7) / 8;
    }

    /** The type with that ONNX number; empty for a number this version does not know. */
    public static Optional<DType> ofOnnxCode(int code) {
        for (DType t : values()) {
            if (t.onnxCode == code) {
                return Optional.of(t);
            }
        }
        return Optional.empty();
    }
}
