package dev.octavo.lidar.waymo;

import java.util.Arrays;

/**
 * Pairs rows with columns so that the sum of the pairs' values is greatest.
 *
 * <p>Source: Kuhn, "The Hungarian Method for the Assignment Problem", Naval Research Logistics Quarterly 2, 1955, in the form
 * with potentials and shortest augmenting paths, O(n³).
 */
final class Assignment {
    private static final double NEVER = 0;

    private Assignment() {}

    /**
     * The column of each row, -1 where the row stays alone.
     *
     * @param value of pairing row and column; 0 or less: these are never paired
     */
    static int[] best(double[][] value) {
        int rows = value.length;
        int columns = rows == 0 ? 0 : value[0].length;
        int n = Math.max(rows, columns);
        // Square, costs to be made least; one-based as the algorithm is written.
        double[] u = new double[n + 1];
        double[] v = new double[n + 1];
        int[] rowOf = new int[n + 1];
        int[] way = new int[n + 1];
        for (int i = 1; i <= n; i++) {
            augment(value, i, n, u, v, rowOf, way);
        }
        int[] columnOf = new int[rows];
        Arrays.fill(columnOf, -1);
        for (int j = 1; j <= columns; j++) {
            int i = rowOf[j] - 1;
            if (i >= 0 && i < rows && value[i][j - 1] > NEVER) {
                columnOf[i] = j - 1;
            }
        }
        return columnOf;
    }

    private static void augment(double[][] value, int row, int n, double[] u, double[] v, int[] rowOf, int[] way) {
        rowOf[0] = row;
        int at = 0;
        double[] least = new double[n + 1];
        Arrays.fill(least, Double.POSITIVE_INFINITY);
        boolean[] used = new boolean[n + 1];
        do {
            used[at] = true;
            int i = rowOf[at];
            double step = Double.POSITIVE_INFINITY;
            int next = 0;
            for (int j = 1; j <= n; j++) {
                if (used[j]) {
                    continue;
                }
                double reduced = cost(value, i - 1, j - 1) - u[i] - v[j];
                if (reduced < least[j]) {
                    least[j] = reduced;
                    way[j] = at;
                }
                if (least[j] < step) {
                    step = least[j];
                    next = j;
                }
            }
            for (int j = 0; j <= n; j++) {
                if (used[j]) {
                    u[rowOf[j]] += step;
                    v[j] -= step;
                } else {
                    least[j] -= step;
                }
            }
            at = next;
        } while (rowOf[at] != 0);
        while (at != 0) {
            int before = way[at];
            rowOf[at] = rowOf[before];
            at = before;
        }
    }

    private static double cost(double[][] value, int i, int j) {
        return i < value.length && j < value[0].length ? -Math.max(NEVER, value[i][j]) : 0;
    }
}
