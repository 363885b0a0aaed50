package dev.octavo.lidar.geometry;

import java.io.Serializable;

/** A point or a direction; metres unless said otherwise. */
public record Vec3(double x, double y, double z) implements Serializable {
    public Vec3 plus(Vec3 o) {
        return new Vec3(x + o.x, y + o.y, z + o.z);
    }

    public Vec3 minus(Vec3 o) {
        return new Vec3(x - o.x, y - o.y, z - o.z);
    }

    /** The length of the part in the x-y plane. */
    public double lengthXy() {
        return Math.sqrt(x * x + y * y);
    }
}
