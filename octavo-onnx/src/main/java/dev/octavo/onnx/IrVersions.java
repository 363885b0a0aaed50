package dev.octavo.onnx;

/** The version of the file format that came with each version of ONNX's own operators. */
final class IrVersions {
    /** From this version on an initializer need not be listed among the inputs. */
    static final long INITIALIZERS_ALONE = 4;

    // Index: opset. From ONNX's release table; an opset later than the last entry gets the last one's version.
    private static final int[] OF_OPSET = {
        3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 5, 6, 7, 7, 7, 8, 8, 8, 8, 9, 9, 10, 10, 11, 12, 13, 13, 13, 14
    };

    private IrVersions() {}

    /** The lowest version whose release knew that opset. */
    static long forOpset(long opset) {
        return OF_OPSET[(int) Math.max(0, Math.min(opset, OF_OPSET.length - 1))];
    }
}
