package dev.octavo.lidar.waymo;

import java.util.Locale;

/** What is detected, and how well a box must fit to count. */
public enum WaymoClass {
    VEHICLE(0.7),
    PEDESTRIAN(0.5),
    CYCLIST(0.5);

    private final double leastIou;

    WaymoClass(double leastIou) {
        this.leastIou = leastIou;
    }

    /** A prediction and a truth may be matched when their volumes overlap at least so much, as intersection over union. */
    public double leastIou() {
        return leastIou;
    }

    /** The name in scores. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
