package dev.octavo.core.stat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueCollectorTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 8, 13, 64, 129, 1000})
    void agreesWithTheLoopNestAlongTheSecondAxis(int size) {
        agrees(Shape.of(1, 5, size), 1);
        agrees(Shape.of(1, 3, size, 3), 1);
        agrees(Shape.of(2, size, 5, 7), 1);
        agrees(Shape.of(1, 2, 71, size), 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 8, 13, 64, 129, 1000})
    void agreesWithTheLoopNestAlongTheLastAxis(int size) {
        agrees(Shape.of(1, 13, size), -1);
        agrees(Shape.of(1, 5000, 3), 2);
        agrees(Shape.of(1, size), -1);
        agrees(Shape.of(size, 129), 1);
    }

    @Test
    void severalAxesGiveWhatEachGivesAlone() {
        Shape shape = Shape.of(1, 9, 21, 40);
        ValueCollector all = new ValueCollector(Set.of(1, 2, 3));
        List<ValueCollector> alone =
                List.of(new ValueCollector(Set.of(1)), new ValueCollector(Set.of(2)), new ValueCollector(Set.of(3)));
        for (int s = 0; s < 3; s++) {
            float[] data = gaussian(shape, s);
            all.add(shape, data);
            alone.forEach(c -> c.add(shape, data));
        }
        ValueEvidence seen = all.build();
        assertThat(seen.channels()).containsOnlyKeys(1, 2, 3);
        for (int i = 0; i < 3; i++) {
            ValueEvidence one = alone.get(i).build();
            assertThat(one.histogram()).isEqualTo(seen.histogram());
            ChannelStats a = Objects.requireNonNull(one.channels().get(i + 1));
            ChannelStats b = Objects.requireNonNull(seen.channels().get(i + 1));
            for (int c = 0; c < a.channels(); c++) {
                assertThat(b.min(c)).isEqualTo(a.min(c));
                assertThat(b.max(c)).isEqualTo(a.max(c));
                assertThat(b.mean(c)).isCloseTo(a.mean(c), org.assertj.core.data.Offset.offset(1e-12));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 12, 9, 9", "1, 33, 70, 61", "1, 200, 1, 1"})
    void permutingTheChannelsPermutesTheStatistics(int n, int c, int h, int w) {
        Shape shape = Shape.of(n, c, h, w);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < c; i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(c));
        ValueCollector straight = new ValueCollector(Set.of(1));
        ValueCollector permuted = new ValueCollector(Set.of(1));
        int plane = h * w;
        for (int s = 0; s < 4; s++) {
            float[] data = gaussian(shape, s);
            float[] other = new float[data.length];
            for (int i = 0; i < c; i++) {
                System.arraycopy(data, order.get(i) * plane, other, i * plane, plane);
            }
            straight.add(shape, data);
            permuted.add(shape, other);
        }
        assertThat(permuted.build().histogram()).isEqualTo(straight.build().histogram());
        ChannelStats a = channels(straight, 1);
        ChannelStats b = channels(permuted, 1);
        for (int i = 0; i < c; i++) {
            assertThat(b.min(i)).isEqualTo(a.min(order.get(i)));
            assertThat(b.max(i)).isEqualTo(a.max(order.get(i)));
            assertThat(b.mean(i)).isEqualTo(a.mean(order.get(i)));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void sharingTheSamplesOutInAnyWayGivesTheSameBits(long seed) {
        Shape shape = Shape.of(1, 6, 37, 41);
        Random r = new Random(seed);
        ValueCollector whole = new ValueCollector(Set.of(1, -1));
        List<ValueCollector> workers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            workers.add(new ValueCollector(Set.of(1, -1)));
        }
        List<float[]> samples = new ArrayList<>();
        for (int s = 0; s < 12; s++) {
            samples.add(gaussian(shape, seed * 100 + s));
        }
        samples.forEach(s -> whole.add(shape, s));
        Collections.shuffle(samples, r);
        samples.forEach(s -> workers.get(r.nextInt(3)).add(shape, s));
        Collections.shuffle(workers, r);
        ValueEvidence merged = workers.stream()
                .map(ValueCollector::build)
                .reduce(ValueEvidence::merge)
                .orElseThrow();
        assertThat(merged).isEqualTo(whole.build());
    }

    @Test
    void aChannelOfZerosAndAConstantChannelAreDescribedExactly() {
        Shape shape = Shape.of(1, 2, 4, 4);
        float[] data = new float[32];
        java.util.Arrays.fill(data, 16, 32, -2.5f);
        ValueCollector collector = new ValueCollector(Set.of(1));
        collector.add(shape, data);
        collector.add(shape, data);
        ChannelStats seen = channels(collector, 1);
        assertThat(seen.maxAbs(0)).isZero();
        assertThat(seen.mean(0)).isZero();
        assertThat(seen.min(1)).isEqualTo(-2.5f).isEqualTo(seen.max(1));
        assertThat(seen.mean(1)).isEqualTo(-2.5);
        assertThat(seen.perChannel()).isEqualTo(32);
    }

    @Test
    void theExtremesAreTheMeansOverSamples() {
        ValueCollector collector = new ValueCollector(Set.of());
        collector.add(Shape.of(1, 3), -1f, 0f, 5f);
        collector.add(Shape.of(1, 3), -3f, 2f, 1f);
        Extremes extremes = collector.build().extremes();
        assertThat(extremes.meanMin()).isEqualTo(-2);
        assertThat(extremes.meanMax()).isEqualTo(3.5);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4, 99, 4099})
    void tellsWhenAValueIsNotFinite(int at) {
        Shape shape = Shape.of(1, 10, 500);
        for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY}) {
            float[] data = gaussian(shape, 1);
            data[at] = bad;
            assertThat(new ValueCollector(Set.of(1)).add(shape, data)).isFalse();
            assertThat(new ValueCollector(Set.of(2)).add(shape, data)).isFalse();
            assertThat(new ValueCollector(Set.of()).add(shape, data)).isFalse();
        }
    }

    @Test
    void refusesAnotherNumberOfElementsOrChannels() {
        ValueCollector collector = new ValueCollector(Set.of(1));
        assertThatThrownBy(() -> collector.add(Shape.of(1, 2), 1f)).hasMessageContaining("2 elements, got 1");
        collector.add(Shape.of(1, 2), 1f, 2f);
        assertThatThrownBy(() -> collector.add(Shape.of(1, 3), 1f, 2f, 3f)).hasMessageContaining("now has 3");
        assertThatThrownBy(() -> collector.add(Shape.of(2), 1f, 2f)).hasMessageContaining("no axis 1");
    }

    private static void agrees(Shape shape, int axis) {
        ValueCollector collector = new ValueCollector(Set.of(axis));
        int a = axis < 0 ? axis + shape.rank() : axis;
        int channels = (int) shape.dim(a);
        double[] sum = new double[channels];
        float[] min = new float[channels];
        float[] max = new float[channels];
        java.util.Arrays.fill(min, Float.POSITIVE_INFINITY);
        java.util.Arrays.fill(max, Float.NEGATIVE_INFINITY);
        List<float[]> samples = List.of(gaussian(shape, 1), relu(gaussian(shape, 2)), gaussian(shape, 3));
        for (float[] data : samples) {
            assertThat(collector.add(shape, data)).isTrue();
            long inner = shape.elements();
            for (int i = 0; i <= a; i++) {
                inner /= shape.dim(i);
            }
            for (int i = 0; i < data.length; i++) {
                int c = (int) (i / inner % channels);
                sum[c] += data[i];
                min[c] = Math.min(min[c], data[i]);
                max[c] = Math.max(max[c], data[i]);
            }
        }
        ChannelStats seen = channels(collector, axis);
        assertThat(seen.perChannel()).isEqualTo(3 * shape.elements() / channels);
        for (int c = 0; c < channels; c++) {
            assertThat(seen.min(c)).isEqualTo(min[c]);
            assertThat(seen.max(c)).isEqualTo(max[c]);
            assertThat(seen.mean(c) * seen.perChannel())
                    .isCloseTo(sum[c], org.assertj.core.data.Offset.offset(1e-10 * seen.perChannel()));
        }
        DyadicHistogram histogram = samples.stream()
                .map(DyadicHistogram::of)
                .reduce(DyadicHistogram::merge)
                .orElseThrow();
        assertThat(collector.build().histogram()).isEqualTo(histogram);
    }

    private static ChannelStats channels(ValueCollector collector, int axis) {
        return Objects.requireNonNull(collector.build().channels().get(axis));
    }

    private static float[] gaussian(Shape shape, long seed) {
        Random r = new Random(seed);
        float[] data = new float[(int) shape.elements()];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) r.nextGaussian();
        }
        return data;
    }

    private static float[] relu(float[] data) {
        for (int i = 0; i < data.length; i++) {
            data[i] = Math.max(0, data[i]);
        }
        return data;
    }
}
