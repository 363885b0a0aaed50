package dev.octavo.ort.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.ort.cost.Race.Times;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RaceTest {
    private static Times unknown(double[] micros) {
        return new Times(micros, new BitSet());
    }

    @Test
    void findsTheRatioUnderNoiseThatHitsBothAlike() {
        Random random = new Random(1);
        double[] floats = new double[60];
        double[] halves = new double[60];
        for (int i = 0; i < floats.length; i++) {
            double busy = random.nextInt(3) == 0 ? 2 : 1;
            floats[i] = 100 * busy * (1 + 0.05 * random.nextDouble());
            halves[i] = 50 * busy * (1 + 0.05 * random.nextDouble());
        }
        assertThat(Race.ratio(unknown(halves), unknown(floats))).isCloseTo(0.5, within(0.02));
        assertThat(Race.ratio(unknown(floats), unknown(floats))).isCloseTo(1, within(1e-12));
        assertThat(Race.ratio(unknown(new double[0]), unknown(floats))).isInfinite();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void findsTheRatioThroughRunsThatOthersDisturbed(long seed) {
        // Others take a part of most runs, and of one network more often than of the other.
        Random random = new Random(seed);
        double[] floats = new double[80];
        double[] halves = new double[80];
        BitSet cleanFloats = new BitSet();
        BitSet cleanHalves = new BitSet();
        for (int i = 0; i < floats.length; i++) {
            cleanFloats.set(i, random.nextInt(10) < 6);
            cleanHalves.set(i, random.nextInt(10) < 4);
            floats[i] =
                    100 * (1 + 0.02 * random.nextDouble()) + (cleanFloats.get(i) ? 0 : 20 + 500 * random.nextDouble());
            halves[i] =
                    50 * (1 + 0.02 * random.nextDouble()) + (cleanHalves.get(i) ? 0 : 20 + 500 * random.nextDouble());
        }
        double ratio = Race.ratio(new Times(halves, cleanHalves), new Times(floats, cleanFloats));
        assertThat(ratio).isCloseTo(0.5, within(0.01));
    }
}
