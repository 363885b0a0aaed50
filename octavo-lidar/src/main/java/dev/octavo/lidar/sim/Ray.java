package dev.octavo.lidar.sim;

import dev.octavo.lidar.geometry.OrientedBox;

/** A ray in the global frame: where it starts, metres, and its direction of length 1. */
record Ray(double x, double y, double z, double dx, double dy, double dz) {
    /**
     * How far along the ray a box that stands upright is entered; infinity when it is missed or the ray starts inside.
     *
     * @param cos of the box's heading
     * @param sin of the box's heading
     */
    double distance(OrientedBox box, double cos, double sin) {
        double ox = x - box.centre().x();
        double oy = y - box.centre().y();
        double[] from = {
            cos * ox + sin * oy, cos * oy - sin * ox, z - box.centre().z()
        };
        double[] way = {cos * dx + sin * dy, cos * dy - sin * dx, dz};
        double[] half = {box.length() / 2, box.width() / 2, box.height() / 2};
        double in = 0;
        double out = Double.POSITIVE_INFINITY;
        for (int axis = 0; axis < 3; axis++) {
            if (way[axis] == 0) {
                if (Math.abs(from[axis]) > half[axis]) {
                    return Double.POSITIVE_INFINITY;
                }
                continue;
            }
            double a = (-half[axis] - from[axis]) / way[axis];
            double b = (half[axis] - from[axis]) / way[axis];
            in = Math.max(in, Math.min(a, b));
            out = Math.min(out, Math.max(a, b));
        }
        return in > 0 && in <= out ? in : Double.POSITIVE_INFINITY;
    }
}
