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
    private static final long MILLIS = 100;

    /* Where others use the machine too, it takes longer until each network has had its quiet moments. */
    private static final long MILLIS_IF_BUSY = 400;

    private static final int MOST_ROUNDS = 40;
    private static final int MOST_ROUNDS_IF_BUSY = 150;

    /* A network whose median run takes so many times its fastest run is not alone on the machine. */
    private static final double BUSY = 1.25;

    /* So much slower than the fastest, a network has lost. */
    private static final double LOST = 1.15;

    /* Two times closer than this cannot be told apart. */
    private static final double NOISE = 0.02;

    /* A gain that no noise makes. */
    private static final double CLEAR = 0.1;

    /* More threads that gain no more than this have no cores to run on. */
    private static final double NO_GAIN = 0.95;

    private final List<Graph> graphs;
    private final int[] threads;
    private final Map<String, Tensor> inputs;

    Judge(List<Graph> graphs, int[] threads, Map<String, Tensor> inputs) {
        this.graphs = List.copyOf(graphs);
        this.threads = threads.clone();
        this.inputs = inputs;
    }

    /**
     * Microseconds per network and number of threads: for the float network its fastest run but one, for the others
     * that times how they compare; infinite for what has lost before.
     */
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
                double[] floats = race.micros(FLOAT);
                for (int k = 0; k < in.size(); k++) {
                    micros[in.get(k)][t] = least(floats) * ratio(race.micros(k), floats);
                    lost[in.get(k)] = !race.running().contains(k);
                }
            }
        }
        return micros;
    }

    private static void race(OrtRace race, List<Integer> in) {
        long began = System.nanoTime();
        boolean busy = false;
        for (int rounds = 0; !isEnough(rounds, began, busy); rounds += ROUNDS) {
            race.run(ROUNDS);
            double[] floats = race.micros(FLOAT);
            busy = median(floats) > BUSY * least(floats);
            double best = Double.POSITIVE_INFINITY;
            for (int k : race.running()) {
                best = Math.min(best, ratio(race.micros(k), floats));
            }
            for (int k : race.running()) {
                if (in.get(k) > EVERYWHERE
                        && rounds + ROUNDS >= (busy ? 2 * LEAST_ROUNDS : LEAST_ROUNDS)
                        && ratio(race.micros(k), floats) > LOST * best) {
                    race.drop(k);
                }
            }
        }
    }

    private static boolean isEnough(int rounds, long began, boolean busy) {
        long millis = (System.nanoTime() - began) / 1_000_000;
        return rounds >= LEAST_ROUNDS
                && (rounds >= (busy ? MOST_ROUNDS_IF_BUSY : MOST_ROUNDS) || millis >= (busy ? MILLIS_IF_BUSY : MILLIS));
    }

    /*
     * How long a network takes as a multiple of the float one, both having run in the same rounds: the quotient of
     * their fastest runs and the median quotient of runs of the same round, averaged. On a machine that is busy the
     * first depends on luck, the second is blurred, but neither errs for the same reason.
     */
    static double ratio(double[] times, double[] floats) {
        int n = Math.min(times.length, floats.length);
        if (n == 0) {
            return Double.POSITIVE_INFINITY;
        }
        double[] quotients = new double[n];
        for (int i = 0; i < n; i++) {
            quotients[i] = times[i] / floats[i];
        }
        return Math.sqrt(least(Arrays.copyOf(times, n)) / least(Arrays.copyOf(floats, n)) * median(quotients));
    }

    /* The fastest run but one: the very fastest may owe to the clock. */
    private static double least(double[] times) {
        double[] sorted = times.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.POSITIVE_INFINITY : sorted[Math.min(1, sorted.length - 1)];
    }

    private static double median(double[] times) {
        double[] sorted = times.clone();
        Arrays.sort(sorted);
        return (sorted[sorted.length / 2] + sorted[(sorted.length - 1) / 2]) / 2;
    }

    /**
     * The same times without the numbers of threads that no cores were free for: with those, the times say more of
     * what else was running than of the networks.
     */
    static double[][] usable(double[][] micros) {
        int columns = micros[FLOAT].length;
        List<Integer> kept = new ArrayList<>();
        for (int t = 0; t < columns; t++) {
            if (isUsable(micros, t)) {
                kept.add(t);
            }
        }
        double[][] usable = new double[micros.length][kept.size()];
        for (int i = 0; i < micros.length; i++) {
            for (int k = 0; k < kept.size(); k++) {
                usable[i][k] = micros[i][kept.get(k)];
            }
        }
        return usable;
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
        double best = left.stream()
                .mapToDouble(i -> mean(micros[i], micros[FLOAT]))
                .min()
                .orElse(1);
        int chosen = FLOAT;
        for (int i : left) {
            boolean close = mean(micros[i], micros[FLOAT]) <= best * (1 + tie);
            if (close && (chosen == FLOAT || rank[i] > rank[chosen])) {
                chosen = i;
            }
        }
        return chosen;
    }

    /** Whether there were cores for that many threads. */
    static boolean isUsable(double[][] micros, int t) {
        return t == 0 || micros[FLOAT][t] < NO_GAIN * micros[FLOAT][0];
    }

    /** Whether a network gains so little on float with some number of threads that another race could deny it. */
    static boolean isClose(double[][] micros, int i) {
        return !isWithin(micros[i], micros[FLOAT], -CLEAR);
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
