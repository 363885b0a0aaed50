package dev.octavo.quant.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BalanceTest {
    private static final int CHANNELS = 12;
    private static final int LAYERS = 4;

    /* A chain of layers, every other one depthwise, with activations between; class 0 is pinned. */
    private static List<Term> chain(Random random, boolean perChannel) {
        List<Term> terms = new ArrayList<>();
        for (int l = 0; l < LAYERS; l++) {
            boolean depthwise = l % 2 == 1;
            int[] in = l == 0 ? new int[CHANNELS] : classes(l);
            int[] out = l == LAYERS - 1 ? new int[CHANNELS] : classes(l + 1);
            int perOutput = depthwise ? 1 : CHANNELS;
            float[] largest = new float[CHANNELS * perOutput];
            for (int i = 0; i < largest.length; i++) {
                largest[i] = (float) Math.exp(random.nextGaussian());
            }
            Magnitudes size = new Magnitudes(CHANNELS, perOutput, depthwise ? CHANNELS : 1, 9, largest, largest);
            terms.add(new WeightNoise(size, in, out, positive(random), positive(random), 1, perChannel));
            if (l < LAYERS - 1) {
                terms.add(new ActivationNoise(out, positive(random), positive(random), 0.3));
            }
        }
        return terms;
    }

    private static int[] classes(int tensor) {
        return IntStream.range(0, CHANNELS)
                .map(i -> 1 + (tensor - 1) * CHANNELS + i)
                .toArray();
    }

    private static double[] positive(Random random) {
        return random.doubles(CHANNELS).map(x -> Math.exp(2 * x)).toArray();
    }

    private static boolean[] free() {
        boolean[] free = new boolean[1 + (LAYERS - 1) * CHANNELS];
        Arrays.fill(free, true);
        free[0] = false;
        return free;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void nothingNearTheSolutionIsBetter(long seed) {
        Random random = new Random(seed);
        Balance balance = new Balance(chain(random, seed % 2 == 0), List.of(), free(), 20, 1000);

        Balance.Result r = balance.solve(Balance.zeros(free().length));

        assertThat(r.converged()).isTrue();
        assertThat(r.after()).isLessThan(r.before());
        for (int i = 0; i < 200; i++) {
            double[] near = r.u().clone();
            double size = i % 2 == 0 ? 0.02 : 0.5;
            for (int c = 1; c < near.length; c++) {
                near[c] += size * random.nextGaussian();
            }
            assertThat(balance.value(near)).isGreaterThan(r.after() * 0.995);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void thereIsOneMinimumWhereverItStarts(long seed) {
        Random random = new Random(seed);
        Balance balance = new Balance(chain(random, false), List.of(), free(), 20, 1000);
        double[] far = random.doubles(free().length, -2, 2).toArray();
        far[0] = 0;

        double one = balance.solve(Balance.zeros(free().length)).after();
        double other = balance.solve(far).after();

        assertThat(other).isCloseTo(one, within(0.02 * one));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void theDifferenceIsThatOfTheSums(long seed) {
        Random random = new Random(seed);
        Balance balance = new Balance(chain(random, seed % 2 == 0), List.of(), free(), 20, 1);
        double[] from = random.doubles(free().length, -1, 1).toArray();
        double[] to = from.clone();
        int changed = random.nextInt(to.length);
        to[changed] += 0.7;

        double difference = balance.difference(from, balance.values(from), to);

        double expected = balance.value(to) - balance.value(from);
        assertThat(difference).isNotZero().isCloseTo(expected, within(1e-9 * balance.value(from)));
    }

    @Test
    void aBoundIsKept() {
        List<Balance.Bound> bounds = List.of(new Balance.Bound(1, 2, 0.5), new Balance.Bound(3, 2, -0.1));
        Balance balance = new Balance(chain(new Random(1), false), bounds, free(), 20, 500);

        double[] u = balance.solve(Balance.zeros(free().length)).u();

        assertThat(u[1]).isGreaterThanOrEqualTo(u[2] + 0.5 - 1e-9);
        assertThat(u[3]).isGreaterThanOrEqualTo(u[2] - 0.1 - 1e-9);
        assertThat(u[0]).isZero();
    }

    @Test
    void theNormIsNearlyTheLargestWeight() {
        float[] largest = {1, 2, 3, 4, 0.5f, 0.1f};
        Magnitudes size = new Magnitudes(2, 3, 1, 1, largest, largest);
        double[] norm = new double[2];
        double[] u = {0, Math.log(2), -Math.log(5)};

        new SoftRows(size, new int[] {0, 1, 2}).at(u, norm);

        assertThat(Math.exp(norm[0])).isCloseTo(4, within(0.01));
        assertThat(Math.exp(norm[1])).isCloseTo(4, within(0.01));
    }
}
