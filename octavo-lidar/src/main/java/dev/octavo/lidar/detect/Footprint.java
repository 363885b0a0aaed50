package dev.octavo.lidar.detect;

/**
 * A box seen from above.
 *
 * @param x centre, metres
 * @param y centre, metres
 * @param dx extent along the heading, metres
 * @param dy extent across the heading, metres
 * @param yaw heading, radians
 */
public record Footprint(double x, double y, double dx, double dy, double yaw) {
    static Footprint of(Detection d) {
        return new Footprint(d.x(), d.y(), d.dx(), d.dy(), d.yaw());
    }
}
