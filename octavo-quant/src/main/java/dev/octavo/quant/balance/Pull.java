package dev.octavo.quant.balance;

import java.util.Arrays;

/**
 * How strongly each class is drawn to a smaller and to a larger factor: the parts of the derivative by u = ln s that
 * grow and that shrink with u, both positive, and how fast they do.
 */
public final class Pull {
    private final double[] down;
    private final double[] up;
    private final double[] downRate;
    private final double[] upRate;

    Pull(int classes) {
        down = new double[classes];
        up = new double[classes];
        downRate = new double[classes];
        upRate = new double[classes];
    }

    void clear() {
        Arrays.fill(down, 0);
        Arrays.fill(up, 0);
        Arrays.fill(downRate, 0);
        Arrays.fill(upRate, 0);
    }

    /** What draws there draws here too. */
    void add(Pull other) {
        for (int c = 0; c < down.length; c++) {
            down[c] += other.down[c];
            up[c] += other.up[c];
            downRate[c] += other.downRate[c];
            upRate[c] += other.upRate[c];
        }
    }

    /** A derivative {@code amount} > 0, which grows as e^(rate·u): the class should be smaller. */
    public void down(int c, double amount, double rate) {
        down[c] += amount;
        downRate[c] += amount * rate;
    }

    /** A derivative {@code -amount} < 0, which shrinks as e^(-rate·u): the class should be larger. */
    public void up(int c, double amount, double rate) {
        up[c] += amount;
        upRate[c] += amount * rate;
    }

    /** Whether a class is drawn both ways; otherwise there is nothing to balance. */
    boolean isBalanced(int c) {
        return down[c] > 0 && up[c] > 0 && down[c] < Double.MAX_VALUE && up[c] < Double.MAX_VALUE;
    }

    /** Newton's step for ln up = ln down, all other classes staying where they are. */
    double step(int c) {
        return (Math.log(up[c]) - Math.log(down[c])) / (downRate[c] / down[c] + upRate[c] / up[c]);
    }
}
