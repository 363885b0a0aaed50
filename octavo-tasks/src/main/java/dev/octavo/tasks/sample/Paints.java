package dev.octavo.tasks.sample;

import dev.octavo.tasks.sample.Canvas.Paint;

/** The paints of the sample: plain colours, gradients, and textures laid over what is there. */
final class Paints {
    private Paints() {}

    /** One colour everywhere. */
    static Paint plain(double[] colour) {
        return (x, y, rgb) -> System.arraycopy(colour, 0, rgb, 0, 3);
    }

    /**
     * Runs from one colour to another across the canvas.
     *
     * @param side pixels over which the change happens, around the middle of the canvas
     * @param angle direction of the change, in radians
     */
    static Paint gradient(int side, double angle, double[] from, double[] to) {
        double stepX = StrictMath.cos(angle) / side;
        double stepY = StrictMath.sin(angle) / side;
        return (x, y, rgb) -> {
            double share = (x - side / 2.0) * stepX + (y - side / 2.0) * stepY + 0.5;
            double kept = Math.max(0, Math.min(1, share));
            for (int c = 0; c < 3; c++) {
                rgb[c] = from[c] + kept * (to[c] - from[c]);
            }
        };
    }

    /**
     * Bands that lighten and darken what is there in turn.
     *
     * @param angle direction across the bands, in radians
     * @param width pixels per band
     * @param depth how much a band adds or takes away
     */
    static Paint stripes(double angle, double width, double depth) {
        double stepX = StrictMath.cos(angle) / width;
        double stepY = StrictMath.sin(angle) / width;
        return (x, y, rgb) -> {
            boolean even = ((long) Math.floor(x * stepX + y * stepY) & 1) == 0;
            for (int c = 0; c < 3; c++) {
                rgb[c] += even ? depth : -depth;
            }
        };
    }

    /**
     * Clouds of one colour: random strengths on a lattice, joined smoothly.
     *
     * @param random gives the lattice's pitch and its strengths
     * @param side width and height of the canvas in pixels
     * @param colour what the clouds consist of
     * @param density the greatest strength, in [0, 1]
     */
    static Paint blotches(SampleRandom random, int side, double[] colour, double density) {
        double pitch = random.between(3, 12);
        int knots = (int) (side / pitch) + 2;
        double[] strengths = new double[knots * knots];
        for (int i = 0; i < strengths.length; i++) {
            strengths[i] = density * random.unit();
        }
        return (x, y, rgb) -> {
            double share = latticeValue(strengths, knots, x / pitch, y / pitch);
            for (int c = 0; c < 3; c++) {
                rgb[c] += share * (colour[c] - rgb[c]);
            }
        };
    }

    private static double latticeValue(double[] knotValues, int knots, double x, double y) {
        int column = (int) x;
        int row = (int) y;
        double across = smooth(x - column);
        double down = smooth(y - row);
        int at = row * knots + column;
        double upper = knotValues[at] + across * (knotValues[at + 1] - knotValues[at]);
        double left = knotValues[at + knots];
        double lower = left + across * (knotValues[at + knots + 1] - left);
        return upper + down * (lower - upper);
    }

    /** Maps [0, 1] to itself with level ends. */
    private static double smooth(double t) {
        return t * t * (3 - 2 * t);
    }
}
