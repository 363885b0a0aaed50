package dev.octavo.lidar.sim;

import dev.octavo.lidar.nuscenes.DetectionClass;

/**
 * What may stand in a scene: usual sizes in metres, usual speed, how bright it returns, and how often it appears.
 * Sizes and speeds are round numbers of the usual order, not measured.
 */
enum ActorKind {
    CAR(DetectionClass.CAR, "vehicle.car", new Body(1.9, 4.6, 1.7, 60), 8, 9),
    TRUCK(DetectionClass.TRUCK, "vehicle.truck", new Body(2.5, 7.0, 2.9, 75), 7, 3),
    CONSTRUCTION_VEHICLE(
            DetectionClass.CONSTRUCTION_VEHICLE, "vehicle.construction", new Body(2.8, 6.4, 3.2, 90), 1, 0.5),
    BUS(DetectionClass.BUS, "vehicle.bus.rigid", new Body(2.9, 11.0, 3.5, 45), 7, 2),
    TRAILER(DetectionClass.TRAILER, "vehicle.trailer", new Body(2.9, 12.0, 3.9, 30), 4, 0.5),
    BARRIER(DetectionClass.BARRIER, "movable_object.barrier", new Body(2.5, 0.5, 1.0, 120), 0, 4),
    MOTORCYCLE(DetectionClass.MOTORCYCLE, "vehicle.motorcycle", new Body(0.8, 2.1, 1.5, 40), 7, 0.5),
    BICYCLE(DetectionClass.BICYCLE, "vehicle.bicycle", new Body(0.6, 1.7, 1.3, 35), 4, 2),
    PEDESTRIAN(DetectionClass.PEDESTRIAN, "human.pedestrian.adult", new Body(0.7, 0.7, 1.8, 20), 1.4, 6),
    TRAFFIC_CONE(DetectionClass.TRAFFIC_CONE, "movable_object.trafficcone", new Body(0.4, 0.4, 1.1, 180), 0, 3);

    /**
     * Mean extents in metres, and the material.
     *
     * @param reflectivity intensity of a return from nearby, 0 to 255
     */
    record Body(double width, double length, double height, double reflectivity) {}

    /** An object slower than this, metres per second, counts as standing. */
    private static final double STANDING = 0.2;

    private final DetectionClass type;
    private final String category;
    private final double width;
    private final double length;
    private final double height;
    private final double reflectivity;
    private final double speed;
    private final double share;

    ActorKind(DetectionClass type, String category, Body body, double speed, double share) {
        this.type = type;
        this.category = category;
        this.width = body.width();
        this.length = body.length();
        this.height = body.height();
        this.reflectivity = body.reflectivity();
        this.speed = speed;
        this.share = share;
    }

    DetectionClass type() {
        return type;
    }

    /** The category's name in the tables. */
    String category() {
        return category;
    }

    Body body() {
        return new Body(width, length, height, reflectivity);
    }

    /** Usual speed of one that moves, metres per second; 0 for what never moves. */
    double speed() {
        return speed;
    }

    /** How often it appears, relative to the others. */
    double share() {
        return share;
    }

    /** The name of the attribute of one that goes at a speed; empty for kinds without. */
    String attribute(double metresPerSecond) {
        boolean moves = Math.abs(metresPerSecond) > STANDING;
        return switch (this) {
            case BARRIER, TRAFFIC_CONE -> "";
            case PEDESTRIAN -> moves ? "pedestrian.moving" : "pedestrian.standing";
            case BICYCLE, MOTORCYCLE -> moves ? "cycle.with_rider" : "cycle.without_rider";
            default -> moves ? "vehicle.moving" : "vehicle.parked";
        };
    }
}
