package dev.octavo.lidar.waymo;

import dev.octavo.lidar.detect.Footprint;
import dev.octavo.lidar.detect.RotatedIou;
import dev.octavo.lidar.geometry.OrientedBox;

/** Overlap and headings of upright boxes. */
final class Volumes {
    private Volumes() {}

    /** Intersection over union of the volumes, 0..1. */
    static double iou(OrientedBox a, OrientedBox b) {
        double top = Math.min(a.centre().z() + a.height() / 2, b.centre().z() + b.height() / 2);
        double bottom = Math.max(a.centre().z() - a.height() / 2, b.centre().z() - b.height() / 2);
        if (!(top > bottom)) {
            return 0;
        }
        double common = RotatedIou.intersection(footprint(a), footprint(b)) * (top - bottom);
        double union = volume(a) + volume(b) - common;
        return union > 0 ? common / union : 0;
    }

    private static double volume(OrientedBox b) {
        return b.length() * b.width() * b.height();
    }

    private static Footprint footprint(OrientedBox b) {
        return new Footprint(
                b.centre().x(),
                b.centre().y(),
                b.length(),
                b.width(),
                b.rotation().yaw());
    }

    /** 1 for the same heading, 0 for the opposite one. */
    static double headingAccuracy(OrientedBox a, OrientedBox b) {
        double apart =
                Math.abs(Math.IEEEremainder(a.rotation().yaw() - b.rotation().yaw(), 2 * Math.PI));
        return 1 - apart / Math.PI;
    }

    /** 0 within 30 m of the vehicle, 1 within 50 m, 2 beyond. */
    static int range(OrientedBox b) {
        double d = b.centre().lengthXy();
        return d < 30 ? 0 : d < 50 ? 1 : 2;
    }
}
