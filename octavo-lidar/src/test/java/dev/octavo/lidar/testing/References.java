package dev.octavo.lidar.testing;

import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.RealData;
import dev.octavo.tasks.npy.NpyReader;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The reference cases for point clouds that others computed; see their README in the data folder. */
public record References(Map<String, Tensor> arrays) {
    /** An {@code .npz} file of the reference folder; empty when the data is not on this machine. */
    public static Optional<References> npz(String name) {
        return RealData.folder("pointcloud/reference").map(f -> new References(NpyReader.readAll(f.resolve(name))));
    }

    /** A file of the point cloud folder. */
    public static Optional<Path> file(String name) {
        return RealData.folder("pointcloud").map(f -> f.resolve(name));
    }

    public Tensor get(String name) {
        return Objects.requireNonNull(arrays.get(name), name);
    }

    public Optional<Tensor> find(String name) {
        return Optional.ofNullable(arrays.get(name));
    }

    /** What a map holds under a key, which must be there. */
    public static <K, V> V at(Map<K, V> map, K key) {
        return Objects.requireNonNull(map.get(key), () -> "nothing under " + key);
    }

    public int[] ints(String name) {
        return get(name).codes();
    }

    /** The numbers of a FLOAT or DOUBLE array. */
    public double[] reals(String name) {
        return reals(get(name));
    }

    public static double[] reals(Tensor t) {
        double[] out = new double[Math.toIntExact(t.elements())];
        if (t.dtype() == DType.DOUBLE) {
            t.storage().slice(0, out.length * 8).asDoubleBuffer().get(out);
        } else {
            float[] f = t.floats();
            for (int i = 0; i < f.length; i++) {
                out[i] = f[i];
            }
        }
        return out;
    }
}
