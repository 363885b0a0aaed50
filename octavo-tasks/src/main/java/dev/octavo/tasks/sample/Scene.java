package dev.octavo.tasks.sample;

import dev.octavo.tasks.sample.Canvas.Placement;

/**
 * Composes one picture: a ground, clutter behind, the figure that is the label, clutter in front, and
 * the faults of a camera.
 *
 * <p>The figure in question is always the largest one. Clutter, which is thin bars and small members
 * of any class, may hide a part of it; light, contrast, blur and grain vary. Together they keep a small
 * network from being perfect, so that the damage of a bad quantization can be seen.
 */
final class Scene {
    private static final double SMALLEST_RADIUS = 8.5;
    private static final double LARGEST_RADIUS = 17;
    private static final double LEAST_CONTRAST = 75;

    private final int side;
    private final SampleRandom random;
    private final Canvas canvas;

    /**
     * An empty scene.
     *
     * @param side the picture's width and height in pixels
     * @param random decides everything about the picture but its label
     */
    Scene(int side, SampleRandom random) {
        this.side = side;
        this.random = random;
        this.canvas = new Canvas(side);
    }

    /** Renders the figure into {@code [side, side, 3]} bytes. */
    byte[] render(Figure figure) {
        paintGround();
        clutter(random.below(4), 2.5, 5);
        paintFigure(figure);
        clutter(random.below(3), 2, 4.5);
        expose();
        return canvas.toBytes();
    }

    private void paintGround() {
        canvas.fill(Paints.gradient(side, angle(), colour(), colour()));
        canvas.fill(Paints.blotches(random, side, colour(), random.between(0, 0.6)));
        if (random.chance(0.35)) {
            canvas.fill(Paints.stripes(angle(), random.between(3, 9), random.between(10, 40)));
        }
    }

    private void paintFigure(Figure figure) {
        double radius = random.between(SMALLEST_RADIUS, LARGEST_RADIUS);
        double margin = 0.8 * radius;
        double x = random.between(margin, side - margin);
        double y = random.between(margin, side - margin);
        Placement place = new Placement(x, y, radius, random.between(0.78, 1), angle(), angle());
        double[] first = colourAwayFrom(canvas.meanAround(place));
        double[] second = first.clone();
        for (int c = 0; c < 3; c++) {
            second[c] += random.between(-35, 35);
        }
        canvas.draw(figure.outline(random.unit()), place, Paints.gradient(side, angle(), first, second));
    }

    /** Small figures and thin bars of any colour. */
    private void clutter(int pieces, double smallest, double largest) {
        Figure[] figures = Figure.values();
        for (int i = 0; i < pieces; i++) {
            boolean bar = random.chance(0.4);
            Figure.Outline outline = figures[random.below(figures.length)].outline(random.unit());
            double radius = random.between(smallest, largest);
            if (bar) {
                double halfWidth = random.between(0.04, 0.1);
                outline = (x, y) -> Math.abs(y) <= halfWidth && Math.abs(x) <= 0.99;
                radius *= 3.5;
            }
            Placement place = new Placement(random.between(0, side), random.between(0, side), radius, 1, 0, angle());
            canvas.draw(outline, place, Paints.plain(colour()));
        }
    }

    private void expose() {
        if (random.chance(0.4)) {
            canvas.blur();
        }
        double contrast = random.between(0.4, 1.15);
        double brightness = random.between(-45, 45);
        double[] factors = new double[3];
        double[] shifts = new double[3];
        for (int c = 0; c < 3; c++) {
            factors[c] = contrast * random.between(0.85, 1.15);
            shifts[c] = brightness + random.between(-12, 12);
        }
        canvas.grade(factors, shifts);
        canvas.addGrain(random, random.between(2, 16));
    }

    private double angle() {
        return random.between(0, 2 * StrictMath.PI);
    }

    private double[] colour() {
        return new double[] {random.between(10, 245), random.between(10, 245), random.between(10, 245)};
    }

    /** A colour that is far enough from another one to be seen; the farthest of 16 if none is. */
    private double[] colourAwayFrom(double[] other) {
        double[] best = colour();
        for (int i = 1; i < 16 && distance(best, other) < LEAST_CONTRAST; i++) {
            double[] next = colour();
            if (distance(next, other) > distance(best, other)) {
                best = next;
            }
        }
        return best;
    }

    private static double distance(double[] a, double[] b) {
        double square = 0;
        for (int c = 0; c < 3; c++) {
            square += (a[c] - b[c]) * (a[c] - b[c]);
        }
        return StrictMath.sqrt(square);
    }
}
