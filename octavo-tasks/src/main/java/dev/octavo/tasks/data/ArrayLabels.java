package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.npy.NpyReader;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Class indices from an array of integers {@code [N]} or {@code [N, 1]}. */
final class ArrayLabels {
    private ArrayLabels() {}

    static int[] read(Path npy, int examples) {
        return of(NpyReader.read(npy), String.valueOf(npy.getFileName()), examples);
    }

    static int[] of(Tensor array, String name, int examples) {
        if (array.elements() != examples) {
            throw new ModelException(
                    name + " holds " + array.elements() + " labels " + array.shape() + " for " + examples + " examples",
                    "save one class index per example, in their order");
        }
        int[] classes = new int[examples];
        ByteBuffer b = array.storage().slice(0, Math.toIntExact(array.storage().byteSize()));
        for (int i = 0; i < examples; i++) {
            long label = next(b, array.dtype(), name);
            if (label < 0 || label > Integer.MAX_VALUE) {
                throw new ModelException(
                        name + " has the class " + label + " at " + i, "classes are whole numbers from 0");
            }
            classes[i] = (int) label;
        }
        return classes;
    }

    private static long next(ByteBuffer b, DType dtype, String name) {
        return switch (dtype) {
            case UINT8 -> b.get() & 0xff;
            case INT8 -> b.get();
            case UINT16 -> b.getShort() & 0xffff;
            case INT16 -> b.getShort();
            case INT32 -> b.getInt();
            case UINT32 -> b.getInt() & 0xffffffffL;
            case INT64, UINT64 -> b.getLong();
            default ->
                throw new ModelException(
                        name + " holds labels of type " + dtype, "save integers: labels.astype('int64')");
        };
    }
}
