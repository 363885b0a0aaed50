package dev.octavo.tasks.sample;

/**
 * A square picture under construction: three planes of doubles, where 0 is black and 255 is full.
 *
 * <p>Values may leave [0, 255] while the picture is built; {@link #toBytes} saturates them.
 */
final class Canvas {
    /** Points per pixel side at which an outline is tested; coverage is a multiple of 1/16. */
    private static final int GRID = 4;

    private final int side;
    private final double[] values;

    /** A black canvas of {@code side} by {@code side} pixels. */
    Canvas(int side) {
        this.side = side;
        this.values = new double[3 * side * side];
    }

    /** A colour that may depend on the place and on what is there already. */
    @FunctionalInterface
    interface Paint {
        /** Replaces the colour in {@code rgb}; the point is in pixels from the upper left corner. */
        void at(double x, double y, double[] rgb);
    }

    /**
     * Where a figure lies on the canvas: unit coordinates are scaled, turned and moved.
     *
     * @param x centre in pixels from the left
     * @param y centre in pixels from the top
     * @param radius pixels per unit, along the figure's longer axis
     * @param squeeze the shorter axis relative to the longer one, in (0, 1]
     * @param squeezeAngle direction of the shorter axis within the figure, in radians
     * @param turn rotation on the canvas, in radians
     */
    record Placement(double x, double y, double radius, double squeeze, double squeezeAngle, double turn) {
        private int left() {
            return Math.max(0, (int) (x - radius) - 1);
        }

        private int right(int side) {
            return Math.min(side, (int) (x + radius) + 2);
        }

        private int top() {
            return Math.max(0, (int) (y - radius) - 1);
        }

        private int bottom(int side) {
            return Math.min(side, (int) (y + radius) + 2);
        }
    }

    /** Paints every pixel. */
    void fill(Paint paint) {
        double[] rgb = new double[3];
        for (int row = 0; row < side; row++) {
            for (int column = 0; column < side; column++) {
                paintPixel(paint, column, row, 1, rgb);
            }
        }
    }

    /** Paints a placed figure with smooth edges over what is there. */
    void draw(Figure.Outline outline, Placement place, Paint paint) {
        Figure.Outline placed = placed(outline, place);
        double[] rgb = new double[3];
        for (int row = place.top(); row < place.bottom(side); row++) {
            for (int column = place.left(); column < place.right(side); column++) {
                double share = coverage(placed, column, row);
                if (share > 0) {
                    paintPixel(paint, column, row, share, rgb);
                }
            }
        }
    }

    private void paintPixel(Paint paint, int column, int row, double share, double[] rgb) {
        int first = row * side + column;
        int plane = side * side;
        for (int c = 0; c < 3; c++) {
            rgb[c] = values[first + c * plane];
        }
        paint.at(column + 0.5, row + 0.5, rgb);
        for (int c = 0; c < 3; c++) {
            values[first + c * plane] += share * (rgb[c] - values[first + c * plane]);
        }
    }

    /** The outline in canvas coordinates: undo the turn, then the squeeze, which has its own axis. */
    private static Figure.Outline placed(Figure.Outline outline, Placement place) {
        double cosTurn = StrictMath.cos(place.turn);
        double sinTurn = StrictMath.sin(place.turn);
        double cosAxis = StrictMath.cos(place.squeezeAngle);
        double sinAxis = StrictMath.sin(place.squeezeAngle);
        return (px, py) -> {
            double dx = (px - place.x) / place.radius;
            double dy = (py - place.y) / place.radius;
            double ux = cosTurn * dx + sinTurn * dy;
            double uy = cosTurn * dy - sinTurn * dx;
            double along = (cosAxis * ux + sinAxis * uy) / place.squeeze;
            double across = cosAxis * uy - sinAxis * ux;
            return outline.contains(cosAxis * along - sinAxis * across, sinAxis * along + cosAxis * across);
        };
    }

    private static double coverage(Figure.Outline outline, int column, int row) {
        int hits = 0;
        for (int i = 0; i < GRID; i++) {
            for (int j = 0; j < GRID; j++) {
                if (outline.contains(column + (j + 0.5) / GRID, row + (i + 0.5) / GRID)) {
                    hits++;
                }
            }
        }
        return hits / (double) (GRID * GRID);
    }

    /** Softens the picture with the weights 1 2 1 in both directions; the border repeats. */
    void blur() {
        for (int c = 0; c < 3; c++) {
            for (int line = 0; line < side; line++) {
                blurLine((c * side + line) * side, 1);
            }
            for (int line = 0; line < side; line++) {
                blurLine(c * side * side + line, side);
            }
        }
    }

    private void blurLine(int first, int stride) {
        double before = values[first];
        for (int i = 0; i < side; i++) {
            int at = first + i * stride;
            double here = values[at];
            double after = i + 1 < side ? values[at + stride] : here;
            values[at] = (before + 2 * here + after) / 4;
            before = here;
        }
    }

    /** Multiplies every channel's distance from mid grey by a factor and adds a shift. */
    void grade(double[] factors, double[] shifts) {
        int plane = side * side;
        for (int i = 0; i < values.length; i++) {
            int c = i / plane;
            values[i] = (values[i] - 127.5) * factors[c] + 127.5 + shifts[c];
        }
    }

    /** Adds independent grain of the given standard deviation to every value. */
    void addGrain(SampleRandom random, double deviation) {
        for (int i = 0; i < values.length; i++) {
            values[i] += deviation * random.bell();
        }
    }

    /** The mean colour of the square that encloses a placed figure. */
    double[] meanAround(Placement place) {
        double[] sum = new double[3];
        int pixels = 0;
        for (int row = place.top(); row < place.bottom(side); row++) {
            for (int column = place.left(); column < place.right(side); column++) {
                for (int c = 0; c < 3; c++) {
                    sum[c] += values[(c * side + row) * side + column];
                }
                pixels++;
            }
        }
        return new double[] {sum[0] / pixels, sum[1] / pixels, sum[2] / pixels};
    }

    /** The picture as bytes {@code [side, side, 3]}, each 0 to 255 without sign. */
    byte[] toBytes() {
        int plane = side * side;
        byte[] bytes = new byte[3 * plane];
        for (int i = 0; i < plane; i++) {
            for (int c = 0; c < 3; c++) {
                double value = Math.max(0, Math.min(255, values[c * plane + i]));
                bytes[3 * i + c] = (byte) (int) (value + 0.5);
            }
        }
        return bytes;
    }
}
