package dev.octavo.ort.cost;

import java.util.ArrayList;
import java.util.List;

/** Picks one of several networks by their times. Place 0 is the float network, place 1 has everything possible in integers. */
final class Judge {
    static final int FLOAT = 0;
    static final int EVERYWHERE = 1;

    /* Two times closer than this cannot be told apart. */
    private static final double NOISE = 0.02;

    /* A gain that no noise makes. */
    private static final double CLEAR = 0.1;

    private Judge() {}

    /**
     * The same times with those numbers of threads alone for which there were enough undisturbed runs; with the others,
     * the times say more of what else was running than of the networks. Of one thread there always are times that count.
     */
    static double[][] usable(Race.Result race) {
        List<Integer> kept = new ArrayList<>();
        for (int t = 0; t < race.settled().length; t++) {
            if (t == 0 || race.settled()[t]) {
                kept.add(t);
            }
        }
        double[][] usable = new double[race.micros().length][];
        for (int i = 0; i < usable.length; i++) {
            double[] all = race.micros()[i];
            usable[i] = kept.stream().mapToDouble(t -> all[t]).toArray();
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
        int chosen = FLOAT;
        for (int i : near(micros, tie)) {
            if (chosen == FLOAT || rank[i] > rank[chosen]) {
                chosen = i;
            }
        }
        return chosen;
    }

    /** The networks between which {@link #choose} goes by rank; none if float is the fastest. */
    static List<Integer> near(double[][] micros, double tie) {
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
        return left.stream()
                .filter(i -> mean(micros[i], micros[FLOAT]) <= best * (1 + tie))
                .toList();
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
}
