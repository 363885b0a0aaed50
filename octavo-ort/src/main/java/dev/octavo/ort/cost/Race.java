package dev.octavo.ort.cost;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.ort.OrtRace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * Runs whole networks side by side, for what counts in the end is this and not the sum of parts. Only runs that had their
 * cores to themselves count, where the system tells which did; on a busy machine it takes longer until there are enough.
 */
final class Race {
    private static final int ROUNDS = 4;
    private static final int LEAST_ROUNDS = 8;
    private static final int MOST_ROUNDS = 40;
    private static final int MOST_ROUNDS_IF_BUSY = 400;
    private static final long MILLIS = 100;
    private static final long MILLIS_IF_BUSY = 1200;

    /* A network whose median run takes so many times its fastest run is not alone on the machine. */
    private static final double BUSY = 1.25;

    /* So much slower than the fastest, a network has lost. */
    private static final double LOST = 1.15;

    private final List<Graph> graphs;
    private final int[] threads;
    private final Map<String, Tensor> inputs;

    /**
     * A race to be run.
     *
     * @param graphs place 0 is the float network, place 1 the one with everything possible in integers
     * @param threads numbers of threads to run them with
     */
    Race(List<Graph> graphs, int[] threads, Map<String, Tensor> inputs) {
        this.graphs = List.copyOf(graphs);
        this.threads = threads.clone();
        this.inputs = Map.copyOf(inputs);
    }

    /** How it ended. */
    static final class Result {
        private final double[][] micros;
        private final boolean[] settled;

        Result(double[][] micros, boolean[] settled) {
            this.micros = micros;
            this.settled = settled;
        }

        /**
         * Microseconds per network and number of threads: for the float network its fastest run but one, for the others
         * that times how they compare; infinite for what has lost before.
         */
        double[][] micros() {
            return micros;
        }

        /** Per number of threads: whether there were enough runs that nobody disturbed. */
        boolean[] settled() {
            return settled;
        }
    }

    /** The times of one network, round by round, and which of them nobody disturbed. */
    static final class Times {
        private final double[] micros;
        private final BitSet clean;

        Times(double[] micros, BitSet clean) {
            this.micros = micros;
            this.clean = clean;
        }

        double[] micros() {
            return micros;
        }

        BitSet clean() {
            return clean;
        }
    }

    Result run() {
        double[][] micros = new double[graphs.size()][threads.length];
        boolean[] settled = new boolean[threads.length];
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
                settled[t] = run(race, in);
                Times floats = times(race, Judge.FLOAT);
                for (int k = 0; k < in.size(); k++) {
                    micros[in.get(k)][t] = least(floats) * ratio(times(race, k), floats);
                    lost[in.get(k)] = !race.running().contains(k);
                }
            }
        }
        return new Result(micros, settled);
    }

    private static boolean run(OrtRace race, List<Integer> in) {
        long began = System.nanoTime();
        boolean busy = false;
        int counted = 0;
        for (int rounds = 0; !isEnough(rounds, counted, began, busy); ) {
            race.run(ROUNDS);
            rounds += ROUNDS;
            Times floats = times(race, Judge.FLOAT);
            double best = Double.POSITIVE_INFINITY;
            counted = rounds;
            for (int k : race.running()) {
                best = Math.min(best, ratio(times(race, k), floats));
                counted = Math.min(counted, race.clean(k).cardinality());
            }
            busy = race.isKnowing() ? counted < rounds / 2 : median(floats.micros()) > BUSY * least(floats.micros());
            counted = race.isKnowing() ? counted : busy ? rounds / 2 : rounds;
            for (int k : race.running()) {
                if (in.get(k) > Judge.EVERYWHERE
                        && counted >= LEAST_ROUNDS
                        && ratio(times(race, k), floats) > LOST * best) {
                    race.drop(k);
                }
            }
        }
        return counted >= LEAST_ROUNDS && (race.isKnowing() || !busy);
    }

    private static boolean isEnough(int rounds, int counted, long began, boolean busy) {
        long millis = (System.nanoTime() - began) / 1_000_000;
        boolean enough = counted >= LEAST_ROUNDS && (counted >= MOST_ROUNDS || millis >= (busy ? 4 : 1) * MILLIS);
        return enough || (rounds >= LEAST_ROUNDS && (rounds >= MOST_ROUNDS_IF_BUSY || millis >= MILLIS_IF_BUSY));
    }

    /* Of undisturbed runs, if there are enough. */
    private static double least(Times times) {
        return least(together(times, times));
    }

    private static Times times(OrtRace race, int k) {
        return new Times(race.micros(k), race.clean(k));
    }

    private static BitSet both(Times a, Times b) {
        BitSet both = (BitSet) a.clean().clone();
        both.and(b.clean());
        return both;
    }

    /* The rounds to compare: those in which neither was disturbed; or all that both ran. */
    private static double[] together(Times times, Times other) {
        BitSet both = both(times, other);
        return both.cardinality() >= LEAST_ROUNDS
                ? only(times, both)
                : Arrays.copyOf(times.micros(), Math.min(times.micros().length, other.micros().length));
    }

    private static double[] only(Times times, BitSet rounds) {
        return rounds.stream().mapToDouble(r -> times.micros()[r]).toArray();
    }

    /*
     * How long a network takes as a multiple of the float one, both having run in the same rounds: the quotient of
     * their fastest runs and the median quotient of runs of the same round, averaged. On a machine that is busy the
     * first depends on luck, the second is blurred, but neither errs for the same reason. Where rounds in which neither
     * was disturbed are rare, the undisturbed runs of either are compared, whatever their rounds.
     */
    static double ratio(Times network, Times floatNetwork) {
        boolean apart = both(network, floatNetwork).cardinality() < LEAST_ROUNDS
                && Math.min(network.clean().cardinality(), floatNetwork.clean().cardinality()) >= LEAST_ROUNDS;
        double[] times = apart ? only(network, network.clean()) : together(network, floatNetwork);
        double[] floats = apart ? only(floatNetwork, floatNetwork.clean()) : together(floatNetwork, network);
        if (times.length == 0) {
            return Double.POSITIVE_INFINITY;
        }
        double middle = apart ? median(times) / median(floats) : median(quotients(times, floats));
        return Math.sqrt(least(times) / least(floats) * middle);
    }

    private static double[] quotients(double[] times, double[] floats) {
        double[] quotients = new double[times.length];
        for (int i = 0; i < quotients.length; i++) {
            quotients[i] = times[i] / floats[i];
        }
        return quotients;
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
}
