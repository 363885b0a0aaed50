package dev.octavo.lidar.nuscenes;

import dev.octavo.core.ModelException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The ten classes of the detection task, in the order of CenterPoint's labels. */
public enum DetectionClass {
    CAR(50),
    TRUCK(50),
    CONSTRUCTION_VEHICLE(50),
    BUS(50),
    TRAILER(50),
    BARRIER(30),
    MOTORCYCLE(40),
    BICYCLE(40),
    PEDESTRIAN(40),
    TRAFFIC_CONE(30);

    private static final List<DetectionClass> IN_ORDER = List.of(values());

    private static final Map<String, DetectionClass> BY_CATEGORY = Map.ofEntries(
            Map.entry("movable_object.barrier", BARRIER),
            Map.entry("movable_object.trafficcone", TRAFFIC_CONE),
            Map.entry("vehicle.bicycle", BICYCLE),
            Map.entry("vehicle.motorcycle", MOTORCYCLE),
            Map.entry("vehicle.bus.bendy", BUS),
            Map.entry("vehicle.bus.rigid", BUS),
            Map.entry("vehicle.car", CAR),
            Map.entry("vehicle.construction", CONSTRUCTION_VEHICLE),
            Map.entry("vehicle.trailer", TRAILER),
            Map.entry("vehicle.truck", TRUCK),
            Map.entry("human.pedestrian.adult", PEDESTRIAN),
            Map.entry("human.pedestrian.child", PEDESTRIAN),
            Map.entry("human.pedestrian.construction_worker", PEDESTRIAN),
            Map.entry("human.pedestrian.police_officer", PEDESTRIAN));

    private final double range;

    DetectionClass(double range) {
        this.range = range;
    }

    /** Boxes count only within this distance from the vehicle, metres. */
    public double range() {
        return range;
    }

    /** The name in result files. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The class of a label index, from 0, as CenterPoint's heads count. */
    public static DetectionClass ofIndex(int label) {
        return IN_ORDER.get(label);
    }

    /** The class with a name as in result files. */
    public static DetectionClass ofLabel(String label) {
        return Arrays.stream(values())
                .filter(c -> c.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new ModelException(
                        "there is no detection class '" + label + "'",
                        "the classes are "
                                + Arrays.stream(values())
                                        .map(DetectionClass::label)
                                        .collect(Collectors.joining(", "))));
    }

    /** The class that a category of the data set counts as; most categories count as none. */
    public static Optional<DetectionClass> ofCategory(String category) {
        return Optional.ofNullable(BY_CATEGORY.get(category));
    }

    /** Whether boxes of this class inside a bicycle rack are left out. */
    boolean parksInRacks() {
        return this == BICYCLE || this == MOTORCYCLE;
    }

    /** Whether front and back look alike, so that the heading counts modulo π. */
    boolean isSymmetric() {
        return this == BARRIER;
    }

    /** Whether an error is measured for this class at all. */
    boolean has(TpError error) {
        return switch (this) {
            case TRAFFIC_CONE -> error == TpError.TRANSLATION || error == TpError.SCALE;
            case BARRIER -> error != TpError.VELOCITY && error != TpError.ATTRIBUTE;
            default -> true;
        };
    }
}
