package dev.octavo.lidar.detect;

/**
 * A box in the LiDAR frame.
 *
 * @param x centre, metres
 * @param y centre, metres
 * @param z centre, metres
 * @param dx extent along the heading, metres
 * @param dy extent across the heading, metres
 * @param dz extent upwards, metres
 * @param yaw heading, radians from the x axis towards y
 * @param vx velocity along x, metres per second
 * @param vy velocity along y
 * @param label index of the class
 * @param score confidence, 0..1
 */
public record Detection(
        float x,
        float y,
        float z,
        float dx,
        float dy,
        float dz,
        float yaw,
        float vx,
        float vy,
        int label,
        float score) {
    /** x, y, z, dx, dy, dz, yaw, vx, vy. */
    public float[] numbers() {
        return new float[] {x, y, z, dx, dy, dz, yaw, vx, vy};
    }
}
