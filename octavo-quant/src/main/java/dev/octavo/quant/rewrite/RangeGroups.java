package dev.octavo.quant.rewrite;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Divides numbers into groups of like magnitude, so that each group on a grid of its own is rounded least in proportion
 * to the numbers themselves.
 *
 * <pre>
 *   least Σ_groups Σ_{i in g} min(1, max_g / (255·√12·|m_i|))²
 * </pre>
 *
 * <p>In one dimension the best groups are runs of the sorted numbers, and dynamic programming finds them exactly.
 */
final class RangeGroups {
    private static final double NOISE = 1 / (255 * Math.sqrt(12));

    private RangeGroups() {}

    /**
     * At most {@code count} groups of indices, each ascending, the group of the smallest numbers first.
     *
     * @param magnitudes each ≥ 0
     */
    static List<int[]> of(double[] magnitudes, int count) {
        int n = magnitudes.length;
        Integer[] order = new Integer[n];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> magnitudes[i]));
        double[] sorted = new double[n];
        Arrays.setAll(sorted, i -> magnitudes[order[i]]);
        int groups = Math.min(count, n);
        int[][] begins = new int[groups + 1][n + 1];
        double[] before = new double[n + 1];
        Arrays.fill(before, Double.POSITIVE_INFINITY);
        before[0] = 0;
        for (int g = 1; g <= groups; g++) {
            before = extended(before, sorted, begins[g]);
        }
        List<int[]> found = new ArrayList<>();
        for (int g = groups, end = n; g > 0; g--) {
            int begin = begins[g][end];
            int[] members = new int[end - begin];
            for (int i = begin; i < end; i++) {
                members[i - begin] = order[i];
            }
            Arrays.sort(members);
            found.add(0, members);
            end = begin;
        }
        return found;
    }

    /* The least cost of the first j numbers in one group more, and where that group begins. */
    private static double[] extended(double[] before, double[] sorted, int[] begins) {
        int n = sorted.length;
        double[] cost = new double[n + 1];
        Arrays.fill(cost, Double.POSITIVE_INFINITY);
        for (int end = 1; end <= n; end++) {
            double largest = sorted[end - 1];
            double own = 0;
            for (int begin = end - 1; begin >= 0; begin--) {
                double m = sorted[begin];
                double relative = m == 0 ? 0 : Math.min(1, largest * NOISE / m);
                own += relative * relative;
                if (before[begin] + own < cost[end]) {
                    cost[end] = before[begin] + own;
                    begins[end] = begin;
                }
            }
        }
        return cost;
    }
}
