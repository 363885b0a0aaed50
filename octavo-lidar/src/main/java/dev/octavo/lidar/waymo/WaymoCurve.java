package dev.octavo.lidar.waymo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What was right, wrong and missed at each of 101 score cut-offs 0, 0.01 … 1, and the area under the curve that these make.
 *
 * <pre>
 *   recall = right / (right + missed)      precision = right / (right + wrong)      for APH: Σ heading accuracy / (right + wrong)
 * </pre>
 *
 * <p>Precision counts as the best at this recall or a higher one. Where recalls lie more than 0.05 apart, points are put
 * between with the precision of the higher recall; the area is that of the trapezoids, down to recall 0 at the
 * precision of the least recall.
 */
final class WaymoCurve {
    static final int CUTS = 101;
    private static final double LONGEST_STEP = 0.05;
    /** Recalls are ratios of counts: what differs by less is the same. */
    private static final double SAME = 1e-9;

    private final long[] right = new long[CUTS];
    private final double[] heading = new double[CUTS];
    private final long[] wrong = new long[CUTS];
    private final long[] missed = new long[CUTS];

    private record Point(double recall, double precision) {}

    /** A prediction matched a truth, with this heading accuracy. */
    void right(int cut, double headingAccuracy) {
        right[cut]++;
        heading[cut] += headingAccuracy;
    }

    void wrong(int cut) {
        wrong[cut]++;
    }

    void missed(int cut) {
        missed[cut]++;
    }

    WaymoCurve plus(WaymoCurve o) {
        WaymoCurve sum = new WaymoCurve();
        for (int i = 0; i < CUTS; i++) {
            sum.right[i] = right[i] + o.right[i];
            sum.heading[i] = heading[i] + o.heading[i];
            sum.wrong[i] = wrong[i] + o.wrong[i];
            sum.missed[i] = missed[i] + o.missed[i];
        }
        return sum;
    }

    /** AP, or APH with heading; 0 where there is nothing to find. */
    double area(boolean withHeading) {
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < CUTS; i++) {
            long found = right[i] + wrong[i];
            long there = right[i] + missed[i];
            if (found > 0 && there > 0) {
                double good = withHeading ? heading[i] : right[i];
                points.add(new Point((double) right[i] / there, good / found));
            }
        }
        points.sort(Comparator.comparingDouble(Point::recall)
                .thenComparingDouble(Point::precision)
                .reversed());
        double area = 0;
        double best = 0;
        double recall = points.isEmpty() ? 0 : points.get(0).recall();
        for (Point p : points) {
            double precision = Math.max(best, p.precision());
            if (recall - p.recall() > SAME) {
                // The points between take the precision of the higher recall; only the last step slopes.
                double steps = Math.ceil((recall - p.recall()) / LONGEST_STEP - SAME) - 1;
                double flat = steps * LONGEST_STEP;
                area += flat * best + (recall - flat - p.recall()) * (best + precision) / 2;
            }
            best = precision;
            recall = p.recall();
        }
        return area + recall * best;
    }
}
