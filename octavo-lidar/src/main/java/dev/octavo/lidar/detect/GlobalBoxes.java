package dev.octavo.lidar.detect;

import dev.octavo.lidar.geometry.OrientedBox;
import dev.octavo.lidar.geometry.Pose;
import dev.octavo.lidar.geometry.Quaternion;
import dev.octavo.lidar.geometry.Vec3;
import dev.octavo.lidar.nuscenes.DetectionBox;
import dev.octavo.lidar.nuscenes.DetectionClass;

/**
 * Detections in the LiDAR frame as boxes of the global frame, with the attribute that the detection's speed suggests:
 * moving above 0.2 m/s where the class moves, else the commonest attribute of the class.
 */
public final class GlobalBoxes {
    private static final double MOVING = 0.2;

    private GlobalBoxes() {}

    /**
     * The box of a detection whose labels are in the order of {@link DetectionClass}.
     *
     * @param sensor the sensor on the vehicle
     * @param ego the vehicle in the global frame
     */
    public static DetectionBox of(Detection d, Pose sensor, Pose ego) {
        return of(d, DetectionClass.ofIndex(d.label()), sensor, ego);
    }

    /** The box of a detection of that class, whatever its label. */
    public static DetectionBox of(Detection d, DetectionClass type, Pose sensor, Pose ego) {
        Pose toGlobal = ego.after(sensor);
        Vec3 velocity = toGlobal.rotation().rotate(new Vec3(d.vx(), d.vy(), 0));
        OrientedBox box = new OrientedBox(
                toGlobal.apply(new Vec3(d.x(), d.y(), d.z())),
                d.dy(),
                d.dx(),
                d.dz(),
                toGlobal.rotation().times(Quaternion.ofYaw(d.yaw())));
        return new DetectionBox(
                box,
                velocity.x(),
                velocity.y(),
                type,
                d.score(),
                attribute(type, Math.hypot(velocity.x(), velocity.y())),
                DetectionBox.UNCOUNTED);
    }

    static String attribute(DetectionClass type, double speed) {
        boolean moving = speed > MOVING;
        return switch (type) {
            case CAR, TRUCK, TRAILER, CONSTRUCTION_VEHICLE -> moving ? "vehicle.moving" : "vehicle.parked";
            case BUS -> moving ? "vehicle.moving" : "vehicle.stopped";
            case BICYCLE, MOTORCYCLE -> moving ? "cycle.with_rider" : "cycle.without_rider";
            case PEDESTRIAN -> moving ? "pedestrian.moving" : "pedestrian.standing";
            case BARRIER, TRAFFIC_CONE -> ""; // they have none, and the metric asks for none
        };
    }
}
