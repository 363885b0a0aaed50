package dev.octavo.lidar.detect;

/**
 * Overlap of two boxes seen from above, each turned by its yaw: one is clipped by the four sides of the other, exactly
 * (no margin at the corners).
 *
 * <p>Source: Sutherland and Hodgman, "Reentrant Polygon Clipping", Communications of the ACM 17(1), 1974.
 */
public final class RotatedIou {
    /** A quadrilateral cut by four lines has at most eight corners. */
    private static final int MOST_CORNERS = 8;

    private RotatedIou() {}

    /** Intersection over union of the footprints, 0..1; 0 where a footprint has no area. */
    public static double of(Detection a, Detection b) {
        double common = intersection(Footprint.of(a), Footprint.of(b));
        double union = (double) a.dx() * a.dy() + (double) b.dx() * b.dy() - common;
        return union > 0 ? common / union : 0;
    }

    /** Area that two footprints have in common, square metres. */
    public static double intersection(Footprint a, Footprint b) {
        double reach = Math.hypot(a.dx(), a.dy()) / 2 + Math.hypot(b.dx(), b.dy()) / 2;
        if (Math.hypot(a.x() - b.x(), a.y() - b.y()) > reach) {
            return 0;
        }
        // In b's own frame its sides are x = ±dx/2 and y = ±dy/2.
        double cos = Math.cos(a.yaw() - b.yaw());
        double sin = Math.sin(a.yaw() - b.yaw());
        double towardsX = a.x() - b.x();
        double towardsY = a.y() - b.y();
        double centreX = Math.cos(b.yaw()) * towardsX + Math.sin(b.yaw()) * towardsY;
        double centreY = -Math.sin(b.yaw()) * towardsX + Math.cos(b.yaw()) * towardsY;
        double[] polygon = new double[2 * (MOST_CORNERS + 4)];
        int[] signs = {1, 1, -1, 1, -1, -1, 1, -1};
        for (int i = 0; i < 4; i++) {
            double u = signs[2 * i] * a.dx() / 2.0;
            double v = signs[2 * i + 1] * a.dy() / 2.0;
            polygon[2 * i] = centreX + cos * u - sin * v;
            polygon[2 * i + 1] = centreY + sin * u + cos * v;
        }
        double[] spare = new double[polygon.length];
        int corners = 4;
        for (int side = 0; side < 4 && corners > 0; side++) {
            int axis = side / 2;
            double sign = side % 2 == 0 ? 1 : -1;
            double limit = (axis == 0 ? b.dx() : b.dy()) / 2.0;
            corners = clip(polygon, corners, axis, sign, limit, spare);
            double[] swap = polygon;
            polygon = spare;
            spare = swap;
        }
        return area(polygon, corners);
    }

    /* Keeps the part with sign·coordinate <= limit. */
    private static int clip(double[] from, int corners, int axis, double sign, double limit, double[] to) {
        int n = 0;
        for (int i = 0; i < corners; i++) {
            int next = (i + 1) % corners;
            double here = limit - sign * from[2 * i + axis];
            double there = limit - sign * from[2 * next + axis];
            if (here >= 0) {
                to[2 * n] = from[2 * i];
                to[2 * n + 1] = from[2 * i + 1];
                n++;
            }
            if ((here >= 0) != (there >= 0)) {
                double t = here / (here - there);
                to[2 * n] = from[2 * i] + t * (from[2 * next] - from[2 * i]);
                to[2 * n + 1] = from[2 * i + 1] + t * (from[2 * next + 1] - from[2 * i + 1]);
                n++;
            }
        }
        return n;
    }

    private static double area(double[] polygon, int corners) {
        double twice = 0;
        for (int i = 0; i < corners; i++) {
            int next = (i + 1) % corners;
            twice += polygon[2 * i] * polygon[2 * next + 1] - polygon[2 * next] * polygon[2 * i + 1];
        }
        return Math.abs(twice) / 2;
    }
}
