package dev.octavo.quant.lower;

import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.tensor.DType;

/** Which ONNX type holds the codes of a grid. */
public final class StorageTypes {
    private StorageTypes() {}

    /** The narrowest of 8, 16 and 32 bits that holds the codes. */
    public static DType of(QuantSpec spec) {
        if (spec.bits() <= 8) {
            return spec.signed() ? DType.INT8 : DType.UINT8;
        }
        if (spec.bits() <= 16) {
            return spec.signed() ? DType.INT16 : DType.UINT16;
        }
        return DType.INT32;
    }

    /** Whether the type holds these codes and no others, so that its saturation is the grid's. */
    public static boolean isExact(QuantSpec spec) {
        return spec.bits() == of(spec).bits();
    }
}
