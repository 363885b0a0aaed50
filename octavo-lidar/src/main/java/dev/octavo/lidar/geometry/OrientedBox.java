package dev.octavo.lidar.geometry;

import java.io.Serializable;

/**
 * A box in any orientation.
 *
 * @param centre metres
 * @param width extent across the heading, metres
 * @param length extent along the heading, metres
 * @param height extent upwards, metres
 * @param rotation turns the x axis into the heading
 */
public record OrientedBox(Vec3 centre, double width, double length, double height, Quaternion rotation)
        implements Serializable {
    /** Whether a point lies inside or on the boundary. */
    public boolean contains(Vec3 p) {
        Vec3 local = rotation.inverse().rotate(p.minus(centre));
        return Math.abs(local.x()) <= length / 2
                && Math.abs(local.y()) <= width / 2
                && Math.abs(local.z()) <= height / 2;
    }

    /** Intersection over union of the sizes, centres and orientations laid upon each other. */
    public double alignedIou(OrientedBox o) {
        double common = Math.min(width, o.width) * Math.min(length, o.length) * Math.min(height, o.height);
        return common / (width * length * height + o.width * o.length * o.height - common);
    }
}
