package dev.octavo.tasks.post;

import dev.octavo.tasks.image.Placement;
import dev.octavo.tasks.post.LabelParts.Upsample;

/**
 * Where along one axis of a small map the pixels of a larger one look: between {@code low} and {@code high}, so far from
 * low as {@code fraction} says.
 *
 * @param low the pixel before
 * @param high the pixel behind; the same where there is none
 * @param fraction 0 to 1; always 0 for the nearest pixel
 */
@SuppressWarnings("ArrayRecordComponent") // Passed along, never compared.
record Axis(int[] low, int[] high, float[] fraction) {
    /** For each of {@code canvas} pixels of the network's input. */
    static Axis of(int canvas, int map, Upsample how) {
        double[] at = new double[canvas];
        for (int i = 0; i < canvas; i++) {
            at[i] = i + 0.5;
        }
        return of(at, canvas, map, how);
    }

    /** For each pixel of the picture. */
    static Axis ofPicture(Placement p, boolean across, int map, Upsample how) {
        double[] at = new double[across ? p.width() : p.height()];
        for (int i = 0; i < at.length; i++) {
            at[i] = across ? p.canvasX(i + 0.5) : p.canvasY(i + 0.5);
        }
        return of(at, across ? p.canvasWidth() : p.canvasHeight(), map, how);
    }

    /** @param at places on the network's input, edges at whole numbers */
    private static Axis of(double[] at, int canvas, int map, Upsample how) {
        Axis axis = new Axis(new int[at.length], new int[at.length], new float[at.length]);
        for (int i = 0; i < at.length; i++) {
            double place;
            if (how == Upsample.ALIGNED) {
                place = canvas == 1 ? 0 : (at[i] - 0.5) * (map - 1) / (canvas - 1);
            } else {
                place = at[i] * map / canvas - (how == Upsample.NEAREST ? 0 : 0.5);
            }
            int low = (int) Math.floor(place);
            double fraction = how == Upsample.NEAREST ? 0 : place - low;
            axis.low[i] = Math.max(0, Math.min(map - 1, low));
            axis.high[i] = Math.max(0, Math.min(map - 1, low + 1));
            axis.fraction[i] = (float) fraction;
        }
        return axis;
    }
}
