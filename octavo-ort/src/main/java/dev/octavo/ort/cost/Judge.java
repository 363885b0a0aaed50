package dev.octavo.ort.cost;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.ort.OrtRace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Runs whole networks side by side, for what counts in the end is this and not the sum of parts, and
 * picks one. Place 0 is the float network, place 1 the one with everything possible in integers.
 */
final class Judge {
    static final int FLOAT = 0;
    static final int EVERYWHERE = 1;

    private static final int ROUNDS = 4;
    private static final int LEAST_ROUNDS = 8;
    private static final int MOST_ROUNDS = 40;
    private static final long MILLIS = 250;

    /* So much slower than the fastest, a network has lost. */
    private static final double LOST = 1.1;

    /* Two times closer than this cannot be told apart. */
    private static final double NOISE = 0.02;

    private final List<Graph> graphs;
    private final int[] threads;
    private final Map<String, Tensor> inputs;

    Judge(List<Graph> graphs, int[] threads, Map<String, Tensor> inputs) {
        this.graphs = List.copyOf(graphs);
        this.threads = threads.clone();
        this.inputs = inputs;
    }

    /** Microseconds per network and number of threads; infinite for what has lost before. */
    double[][] race() {
        double[][] micros = new double[graphs.size()][threads.length];
        boolean[] lost = new boolean[graphs.size()];
        for (int t = 0; t < threads.length; t++) {
            List<Integer> in = new ArrayList<>();
            for (int i = 0; i < lost.length; i++) {
                micros[i][t] = Double.POSITIVE_INFINITY;
                if (!lost[i]) {
                    in.add(i);
                }
            }
            try (OrtRace race = OrtRace.of(in.stream().map(graphs::get).toList(), threads[t], inputs)) {
                race(race, in);
                for (int k = 0; k < in.size(); k++) {
                    micros[in.get(k)][t] = race.micros(k);
                    lost[in.get(k)] = !race.running().contains(k);
                }
            }
        }
        return micros;
    }

    private static void race(OrtRace race, List<Integer> in) {
        long end = System.nanoTime() + MILLIS * 1_000_000;
        int rounds = 0;
        while (rounds < MOST_ROUNDS && (rounds < LEAST_ROUNDS || System.nanoTime() < end)) {
            race.run(ROUNDS);
            rounds += ROUNDS;
            double best = race.running().stream().mapToDouble(race::micros).min().orElse(0);
            for (int k : race.running()) {
                if (in.get(k) > EVERYWHERE && rounds >= LEAST_ROUNDS && race.micros(k) > LOST * best) {
                    race.drop(k);
                }
            }
        }
    }

    /**
     * The network to take: never one slower than float with some number of threads, if possible none slower
     * than everything in integers, of these the one that gains most over all, and of equals the preferred one.
     *
     * @param micros per network and number of threads
     * @param rank per network; of those that take the same time the one of the highest rank is taken
     * @param tie the part of the time within which times are the same
     */
    static int choose(double[][] micros, double[] rank, double tie) {
        List<Integer> fit = new ArrayList<>();
        for (int i = 1; i < micros.length; i++) {
            if (isWithin(micros[i], micros[FLOAT], 0)) {
                fit.add(i);
            }
        }
        List<Integer> fitter = fit.stream()
                .filter(i -> i == EVERYWHERE || isWithin(micros[i], micros[EVERYWHERE], NOISE))
                .toList();
        List<Integer> left = fitter.isEmpty() ? fit : fitter;
        double best = left.stream().mapToDouble(i -> mean(micros[i], micros[FLOAT])).min().orElse(1);
        int chosen = FLOAT;
        for (int i : left) {
            boolean close = mean(micros[i], micros[FLOAT]) <= best * (1 + tie);
            if (close && (chosen == FLOAT || rank[i] > rank[chosen])) {
                chosen = i;
            }
        }
        return chosen;
    }

    private static boolean isWithin(double[] times, double[] limits, double tolerance) {
        for (int t = 0; t < times.length; t++) {
            if (!(times[t] <= limits[t] * (1 + tolerance))) {
                return false;
            }
        }
        return true;
    }

    /* Geometric, so that a gain with one number of threads weighs as much as with another. */
    private static double mean(double[] times, double[] floats) {
        double product = 1;
        for (int t = 0; t < times.length; t++) {
            product *= times[t] / floats[t];
        }
        return Math.pow(product, 1.0 / times.length);
    }

    /** The numbers of threads to time on this machine. */
    static int[] threadsHere() {
        return Runtime.getRuntime().availableProcessors() > 1 ? new int[] {1, 2} : new int[] {1};
    }

    @Override
    public String toString() {
        return graphs.size() + " networks with " + Arrays.toString(threads) + " threads";
    }
}
