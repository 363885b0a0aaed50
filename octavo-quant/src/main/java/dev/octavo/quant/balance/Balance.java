package dev.octavo.quant.balance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds the factors that make a sum of {@link Term}s least.
 *
 * <p>In u = ln s every term is convex, so there is one minimum. Each round moves every class by a part of Newton's step for
 * itself alone (a smaller part from then on, when a round made the sum larger), then lifts those that lie below a
 * {@link Bound}; rounds end when no class moves by {@link #ENOUGH}, or when four of them gain next to nothing. The least
 * sum that was met is the result. Terms that do not {@linkplain Term#pullsBySlope pull by their slopes} end where the
 * pulls are even.
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
    private static final int WINDOW = 4;
    private static final double NOTHING = 3e-3;

    private static final double DAMPING = 0.8;
    private static final double SHORTER = 0.6;
    private static final double SHORTEST = 0.3;
    private static final double LONGEST = 1;
    private static final int PARTS = 4;

    private final List<Term> terms;
    private final List<Bound> bounds;
    private final boolean[] free;
    private final double most;
    private final int rounds;
    private final boolean slopes;

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
        this.slopes = terms.stream().allMatch(Term::pullsBySlope);
    }

    /** Each term by itself, in the order in which they were given. */
    public double[] values(double[] u) {
        return terms.parallelStream()
                .mapToDouble(t -> t.add(u, new Pull(free.length)))
                .toArray();
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

    /* Parts at the same time, always the same ones added in the same order: the result depends on no number of threads. */
    private double sum(double[] u, Pull[] parts) {
        double[] sums = new double[PARTS];
        IntStream.range(0, PARTS).parallel().forEach(p -> {
            parts[p].clear();
            for (int t = p; t < terms.size(); t += PARTS) {
                sums[p] += terms.get(t).add(u, parts[p]);
            }
        });
        for (int p = 1; p < PARTS; p++) {
            parts[0].add(parts[p]);
        }
        return Arrays.stream(sums).sum();
    }

    /** The minimum, looked for from {@code start} on, or from where bounds lift it. */
    public Result solve(double[] start) {
        double[] u = start.clone();
        lift(u);
        Pull[] parts = Stream.generate(() -> new Pull(free.length)).limit(PARTS).toArray(Pull[]::new);
        Pull pull = parts[0];
        double[] best = u;
        double least = Double.POSITIVE_INFINITY;
        double before = Double.NaN;
        double now = Double.POSITIVE_INFINITY;
        double seen = Double.POSITIVE_INFINITY;
        double damping = DAMPING;
        boolean still = false;
        int round = 0;
        while (round < rounds && !still) {
            double was = now;
            now = sum(u, parts);
            if (round == 0) {
                before = now;
            }
            if (now < least && slopes) {
                least = now;
                best = u.clone();
            }
            damping = slopes && now > was ? Math.max(SHORTEST, SHORTER * damping) : damping;
            double[] last = u.clone();
            for (int c = 0; c < u.length; c++) {
                if (free[c] && pull.isBalanced(c)) {
                    double step = damping * pull.step(c);
                    u[c] = clamp(u[c] + Math.max(-LONGEST, Math.min(LONGEST, step)));
                }
            }
            lift(u);
            double moved = 0;
            for (int c = 0; c < u.length; c++) {
                moved = Math.max(moved, Math.abs(u[c] - last[c]));
            }
            round++;
            still = moved < ENOUGH;
            if (slopes && round % WINDOW == 0) {
                still |= seen - least < NOTHING * least;
                seen = least;
            }
        }
        double after = value(u);
        if (slopes && after > least) {
            u = best;
            after = least;
        }
        List<Integer> dead = new ArrayList<>();
        for (int c = 0; c < u.length; c++) {
            if (free[c] && !pull.isBalanced(c)) {
                dead.add(c);
            }
        }
        return new Result(u, round == 0 ? after : before, after, round, still, dead);
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
