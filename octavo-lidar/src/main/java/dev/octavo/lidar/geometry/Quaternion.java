package dev.octavo.lidar.geometry;

import java.io.Serializable;

/** A rotation as a quaternion w, x, y, z of any length but 0. */
public record Quaternion(double w, double x, double y, double z) implements Serializable {
    public Quaternion {
        double n = w * w + x * x + y * y + z * z;
        if (!(n > 0) || Double.isInfinite(n)) {
            throw new IllegalArgumentException(
                    "a rotation is a quaternion of finite length > 0, got " + w + ", " + x + ", " + y + ", " + z);
        }
    }

    /** The rotation by {@code yaw} radians about z. */
    public static Quaternion ofYaw(double yaw) {
        return new Quaternion(Math.cos(yaw / 2), 0, 0, Math.sin(yaw / 2));
    }

    /** First {@code o}, then this. */
    public Quaternion times(Quaternion o) {
        return new Quaternion(
                w * o.w - x * o.x - y * o.y - z * o.z,
                w * o.x + x * o.w + y * o.z - z * o.y,
                w * o.y - x * o.z + y * o.w + z * o.x,
                w * o.z + x * o.y - y * o.x + z * o.w);
    }

    /** The rotation back. */
    public Quaternion inverse() {
        return new Quaternion(w, -x, -y, -z);
    }

    /** The rotation matrix, row-major, of the quaternion brought to length 1. */
    public double[] matrix() {
        double n = Math.sqrt(w * w + x * x + y * y + z * z);
        double a = w / n;
        double b = x / n;
        double c = y / n;
        double d = z / n;
        return new double[] {
            a * a + b * b - c * c - d * d,
            2 * (b * c - a * d),
            2 * (b * d + a * c),
            2 * (b * c + a * d),
            a * a - b * b + c * c - d * d,
            2 * (c * d - a * b),
            2 * (b * d - a * c),
            2 * (c * d + a * b),
            a * a - b * b - c * c + d * d
        };
    }

    public Vec3 rotate(Vec3 v) {
        double[] m = matrix();
        return new Vec3(
                m[0] * v.x() + m[1] * v.y() + m[2] * v.z(),
                m[3] * v.x() + m[4] * v.y() + m[5] * v.z(),
                m[6] * v.x() + m[7] * v.y() + m[8] * v.z());
    }

    /** The direction of the rotated x axis in the x-y plane, radians from -π to π. */
    public double yaw() {
        double[] m = matrix();
        return Math.atan2(m[3], m[0]);
    }
}
