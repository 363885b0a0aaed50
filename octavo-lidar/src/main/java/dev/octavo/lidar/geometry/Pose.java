package dev.octavo.lidar.geometry;

import java.io.Serializable;

/**
 * Where one frame lies in another: {@code point in outer = rotation · point in inner + translation}.
 *
 * @param rotation of the inner frame's axes
 * @param translation of the inner frame's origin, metres
 */
public record Pose(Quaternion rotation, Vec3 translation) implements Serializable {
    /** The frame itself. */
    public static final Pose IDENTITY = new Pose(new Quaternion(1, 0, 0, 0), new Vec3(0, 0, 0));

    /** The point of the outer frame. */
    public Vec3 apply(Vec3 p) {
        return rotation.rotate(p).plus(translation);
    }

    /** The outer frame in the inner one. */
    public Pose inverse() {
        Quaternion back = rotation.inverse();
        Vec3 t = back.rotate(translation);
        return new Pose(back, new Vec3(-t.x(), -t.y(), -t.z()));
    }

    /** First {@code inner}, then this. */
    public Pose after(Pose inner) {
        return new Pose(rotation.times(inner.rotation), apply(inner.translation));
    }

    /** The upper three rows of the 4x4 matrix, row-major: 12 numbers. */
    public double[] matrix() {
        double[] r = rotation.matrix();
        return new double[] {
            r[0], r[1], r[2], translation.x(),
            r[3], r[4], r[5], translation.y(),
            r[6], r[7], r[8], translation.z()
        };
    }
}
