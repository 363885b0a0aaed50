package dev.octavo.lidar.exchange;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import java.nio.ByteBuffer;

/** Floating-point tensors of any width as FLOAT. */
final class Halves {
    private Halves() {}

    /** The tensor in FLOAT: exact from half precision and bfloat16, rounded from double. */
    static Tensor toFloat(Tensor t, String name) {
        if (t.dtype() == DType.FLOAT) {
            return t;
        }
        float[] out = new float[Math.toIntExact(t.elements())];
        ByteBuffer b = t.storage().slice(0, Math.toIntExact(t.storage().byteSize()));
        for (int i = 0; i < out.length; i++) {
            out[i] = switch (t.dtype()) {
                case FLOAT16 -> half(b.getShort());
                case BFLOAT16 -> Float.intBitsToFloat(b.getShort() << 16);
                case DOUBLE -> (float) b.getDouble();
                default ->
                    throw new ModelException(
                            name + " holds " + t.dtype() + ", expected floating-point numbers",
                            "check that the file belongs to this kind of network");
            };
        }
        return Tensor.ofFloats(t.shape(), out);
    }

    /** The value of an IEEE 754 half-precision number. */
    static float half(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 31) {
            return Float.intBitsToFloat(sign | 0x7f800000 | (fraction << 13));
        }
        if (exponent == 0) { // zero and denormals: fraction · 2^-24
            return Float.intBitsToFloat(sign | Float.floatToRawIntBits(fraction * 0x1p-24f));
        }
        return Float.intBitsToFloat(sign | ((exponent + 112) << 23) | (fraction << 13));
    }
}
