package dev.octavo.lidar.sim;

import dev.octavo.lidar.geometry.OrientedBox;
import dev.octavo.lidar.geometry.Quaternion;
import dev.octavo.lidar.geometry.Vec3;

/**
 * One object, which goes straight ahead at a steady speed.
 *
 * @param kind what it is
 * @param x where its centre is at time 0, global frame, metres
 * @param y likewise
 * @param size extents, metres
 * @param yaw its heading, radians
 * @param speed along the heading, metres per second
 */
record Actor(ActorKind kind, double x, double y, Size size, double yaw, double speed) {
    /** Extents across the heading, along it, and upwards, metres. */
    record Size(double width, double length, double height) {
        Size {
            if (!(width > 0) || !(length > 0) || !(height > 0)) {
                throw new IllegalArgumentException("extents are > 0 m, got " + width + ", " + length + ", " + height);
            }
        }

        /** Radius of the circle around the footprint. */
        double radius() {
            return Math.hypot(width, length) / 2;
        }
    }

    double xAt(double seconds) {
        return x + Math.cos(yaw) * speed * seconds;
    }

    double yAt(double seconds) {
        return y + Math.sin(yaw) * speed * seconds;
    }

    /** The box at a time, standing on the ground. */
    OrientedBox at(double seconds, Ground ground) {
        double cx = xAt(seconds);
        double cy = yAt(seconds);
        Vec3 centre = new Vec3(cx, cy, ground.height(cx, cy) + size.height() / 2);
        return new OrientedBox(centre, size.width(), size.length(), size.height(), Quaternion.ofYaw(yaw));
    }
}
