package dev.octavo.tasks.sample;

import java.util.Locale;

/**
 * The ten figures of the sample, which are its classes: the label of a figure is its ordinal.
 *
 * <p>Every figure lies within the unit disc around the origin and is given by an inside test. The
 * <i>trait</i>, a number in [0, 1], varies the members of a class: how thick a ring is, how far a
 * star's points reach.
 */
enum Figure {
    CIRCLE,
    RING,
    CRESCENT,
    TRIANGLE,
    SQUARE,
    PENTAGON,
    STAR,
    CROSS,
    ARROW,
    CHECKERBOARD;

    /** Tells the points of a figure from the points around it. */
    @FunctionalInterface
    interface Outline {
        /** Whether the point belongs to the figure; x points right, y points down. */
        boolean contains(double x, double y);

        /** The points of either outline. */
        default Outline or(Outline other) {
            return (x, y) -> contains(x, y) || other.contains(x, y);
        }

        /** The points of this outline that are not in the other one. */
        default Outline without(Outline other) {
            return (x, y) -> contains(x, y) && !other.contains(x, y);
        }
    }

    /** The class name shown to people: lower case, one word. */
    String className() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * One member of the class.
     *
     * @param trait picks the member, in [0, 1]
     */
    Outline outline(double trait) {
        return switch (this) {
            case CIRCLE -> disc(0, 0.92);
            case RING -> disc(0, 0.96).without(disc(0, 0.45 + 0.2 * trait));
            case CRESCENT -> disc(0, 0.98).without(disc(0.3 + 0.25 * trait, 0.82));
            case TRIANGLE -> polygon(3, 1, 1);
            case SQUARE -> box(0.78, 0.78);
            case PENTAGON -> polygon(5, 1, 1);
            case STAR -> polygon(10, 1, 0.4 + 0.12 * trait);
            case CROSS -> cross(0.2 + 0.12 * trait);
            case ARROW -> arrow(0.16 + 0.1 * trait, 0.05 + 0.25 * trait);
            case CHECKERBOARD -> checkers(trait < 0.5 ? 3 : 4);
        };
    }

    private static Outline disc(double centreX, double radius) {
        double square = radius * radius;
        return (x, y) -> (x - centreX) * (x - centreX) + y * y <= square;
    }

    private static Outline box(double halfWidth, double halfHeight) {
        return (x, y) -> Math.abs(x) <= halfWidth && Math.abs(y) <= halfHeight;
    }

    private static Outline cross(double halfBar) {
        return box(halfBar, 0.94).or(box(0.94, halfBar));
    }

    /** A polygon whose corners lie at equal angles, in turn at the even and at the odd radius. */
    private static Outline polygon(int corners, double evenRadius, double oddRadius) {
        double[] xs = new double[corners];
        double[] ys = new double[corners];
        for (int i = 0; i < corners; i++) {
            double angle = 2 * StrictMath.PI * i / corners;
            double radius = i % 2 == 0 ? evenRadius : oddRadius;
            xs[i] = radius * StrictMath.cos(angle);
            ys[i] = radius * StrictMath.sin(angle);
        }
        return (x, y) -> insidePolygon(xs, ys, x, y);
    }

    /** A shaft from the left and a head that ends at (1, 0). */
    private static Outline arrow(double halfShaft, double neck) {
        double[] xs = {1, neck, neck, -0.92, -0.92, neck, neck};
        double[] ys = {0, 0.72, halfShaft, halfShaft, -halfShaft, -halfShaft, -0.72};
        return (x, y) -> insidePolygon(xs, ys, x, y);
    }

    /** The dark fields of a board with {@code cells} rows; the light ones let the ground through. */
    private static Outline checkers(int cells) {
        double half = 0.86;
        double cell = 2 * half / cells;
        return (x, y) -> {
            if (Math.abs(x) >= half || Math.abs(y) >= half) {
                return false;
            }
            int column = (int) ((x + half) / cell);
            int row = (int) ((y + half) / cell);
            return (column + row) % 2 == 0;
        };
    }

    /** The even-odd rule: a ray to the right crosses the border an odd number of times. */
    private static boolean insidePolygon(double[] xs, double[] ys, double x, double y) {
        boolean inside = false;
        for (int i = 0, j = xs.length - 1; i < xs.length; j = i++) {
            boolean straddles = (ys[i] > y) != (ys[j] > y);
            if (straddles && x < xs[i] + (xs[j] - xs[i]) * (y - ys[i]) / (ys[j] - ys[i])) {
                inside = !inside;
            }
        }
        return inside;
    }
}
