package dev.octavo.quant.balance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the factors that make a sum of {@link Term}s least.
 *
 * <p>In u = ln s every term is convex, so there is one minimum. Each round moves every class by half of Newton's step for
 * itself alone, then lifts those that lie below a {@link Bound}; rounds end when no class moves by {@link #ENOUGH}, or when ten of them gain next to nothing.
 */
public final class Balance {
    /** A class that must not be smaller than another: u ≥ u of {@code other} + {@code by}. */
    public record Bound(int of, int other, double by) {}

    /**
     * What was found.
     *
     * @param u ln s by class
     * @param before sum of all terms at the start
     * @param after sum of all terms at the end
     * @param rounds how many rounds it took
     * @param converged whether it ended because nothing moved any more
     * @param dead classes that nothing draws one way, which keep factor 1
     */
    @SuppressWarnings("ArrayRecordComponent") // a result, compared nowhere
    public record Result(double[] u, double before, double after, int rounds, boolean converged, List<Integer> dead) {
        /** The same, looked at from another start. */
        public Result from(double start) {
            return new Result(u, start, after, rounds, converged, dead);
        }
    }

    /** The largest |Δ ln s| of a round that counts as none. */
    public static final double ENOUGH = 1e-3;

    /* A tensor whose channels all move alike changes nothing: so it also ends when the sum falls no more. */
    private static final int WINDOW = 10;
    private static final double NOTHING = 1e-3;

    private static final double DAMPING = 0.5;
    private static final double LONGEST = 1;

    private final List<Term> terms;
    private final List<Bound> bounds;
    private final boolean[] free;
    private final double most;
    private final int rounds;

    /**
     * A problem.
     *
     * @param free the classes to move
     * @param most bound of |ln s|
     * @param rounds at most so many
     */
    public Balance(List<Term> terms, List<Bound> bounds, boolean[] free, double most, int rounds) {
        this.terms = List.copyOf(terms);
        this.bounds = List.copyOf(bounds);
        this.free = free.clone();
        this.most = most;
        this.rounds = rounds;
    }

    /** Each term by itself, in the order in which they were given. */
    public double[] values(double[] u) {
        Pull pull = new Pull(free.length);
        return terms.stream().mapToDouble(t -> t.add(u, pull)).toArray();
    }

    /** The sum of all terms. */
    public double value(double[] u) {
        return Arrays.stream(values(u)).sum();
    }

    /**
     * How much larger the sum is elsewhere; only the terms that depend on what differs are computed.
     *
     * @param known each term at {@code from}, as {@link #values} gave them
     */
    public double difference(double[] from, double[] known, double[] to) {
        boolean[] differs = new boolean[from.length];
        for (int c = 0; c < from.length; c++) {
            differs[c] = from[c] != to[c];
        }
        Pull pull = new Pull(free.length);
        double more = 0;
        for (int t = 0; t < known.length; t++) {
            more += terms.get(t).dependsOn(differs) ? terms.get(t).add(to, pull) - known[t] : 0;
        }
        return more;
    }

    private double sum(double[] u, Pull pull) {
        double sum = 0;
        for (Term t : terms) {
            sum += t.add(u, pull);
        }
        return sum;
    }

    /** The minimum, looked for from {@code start} on. */
    public Result solve(double[] start) {
        double[] u = start.clone();
        Pull pull = new Pull(free.length);
        double before = Double.NaN;
        double moved = Double.POSITIVE_INFINITY;
        double seen = Double.POSITIVE_INFINITY;
        boolean still = false;
        int round = 0;
        while (round < rounds && !still) {
            pull.clear();
            double now = sum(u, pull);
            if (round == 0) {
                before = now;
                seen = now;
            }
            double[] last = u.clone();
            for (int c = 0; c < u.length; c++) {
                if (free[c] && pull.isBalanced(c)) {
                    double step = DAMPING * pull.step(c);
                    u[c] = clamp(u[c] + Math.max(-LONGEST, Math.min(LONGEST, step)));
                }
            }
            lift(u);
            moved = 0;
            for (int c = 0; c < u.length; c++) {
                moved = Math.max(moved, Math.abs(u[c] - last[c]));
            }
            round++;
            still = moved < ENOUGH;
            if (round % WINDOW == 0) {
                still |= seen - now < NOTHING * now;
                seen = now;
            }
        }
        List<Integer> dead = new ArrayList<>();
        for (int c = 0; c < u.length; c++) {
            if (free[c] && !pull.isBalanced(c)) {
                dead.add(c);
            }
        }
        return new Result(u, round == 0 ? value(u) : before, value(u), round, still, dead);
    }

    private double clamp(double u) {
        return Math.max(-most, Math.min(most, u));
    }

    private void lift(double[] u) {
        for (Bound b : bounds) {
            double least = u[b.other()] + b.by();
            if (u[b.of()] < least && free[b.of()]) {
                u[b.of()] = least;
            }
        }
    }

    /** Nothing moved. */
    public static double[] zeros(int classes) {
        double[] u = new double[classes];
        Arrays.fill(u, 0);
        return u;
    }
}
