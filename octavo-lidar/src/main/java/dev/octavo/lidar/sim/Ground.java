package dev.octavo.lidar.sim;

/**
 * A nearly even ground: {@code z = amplitude · (sin(x / 9 + phase) + sin(y / 7 + 2 · phase)) / 2}. Its slope is below
 * {@code amplitude / 7}, so that a ray that comes down steeper than that meets it once.
 *
 * @param amplitude metres, 0 for a plane
 * @param phase radians
 */
record Ground(double amplitude, double phase) {
    private static final double WAVE_X = 9;
    private static final double WAVE_Y = 7;
    private static final double MOST = 0.1;
    private static final int STEPS = 30;
    private static final double EXACT = 1e-6;

    Ground {
        if (!(amplitude >= 0 && amplitude <= MOST)) {
            throw new IllegalArgumentException("the amplitude is 0 to " + MOST + " m, got " + amplitude);
        }
    }

    /** Metres above the global zero. */
    double height(double x, double y) {
        return amplitude * (Math.sin(x / WAVE_X + phase) + Math.sin(y / WAVE_Y + 2 * phase)) / 2;
    }

    /** How far along a ray the ground is; infinity when it is not met. */
    double distance(Ray ray) {
        if (ray.dz() >= -2 * amplitude / WAVE_Y) {
            return Double.POSITIVE_INFINITY;
        }
        double t = -ray.z() / ray.dz();
        for (int i = 0; i < STEPS; i++) { // a contraction, for the slope of the ray is twice that of the ground
            double next = (height(ray.x() + t * ray.dx(), ray.y() + t * ray.dy()) - ray.z()) / ray.dz();
            if (Math.abs(next - t) < EXACT) {
                return next;
            }
            t = next;
        }
        return t;
    }
}
