package dev.octavo.tasks.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComparisonMetricTest {
    private static final ComparisonMetric NONE = ComparisonMetric.none("float", List.of("float", "int8"));

    @Test
    void knowsWhatWasGainedAndWhatWasLost() {
        ComparisonMetric metric = NONE;
        int[][] labelFloatInt8 = {{0, 0, 0}, {0, 0, 1}, {0, 1, 0}, {1, 0, 1}, {1, 0, 0}, {2, 0, 1}};
        for (int[] one : labelFloatInt8) {
            metric = seen(metric, one[0], one[1], one[2]);
        }
        assertThat(metric.agreement("int8")).isCloseTo(2 / 6.0, within(1e-12));
        assertThat(metric.of("float").top1()).isEqualTo(2);
        assertThat(metric.of("int8").top1()).isEqualTo(3);
        // Two gained, one lost of six: the mean is 1/6, the variance of one example 3/6 - 1/36.
        double reach = 1.959963984540054 * Math.sqrt((0.5 - 1 / 36.0) / 6);
        Interval difference = metric.difference("int8");
        assertThat(difference.low()).isCloseTo(1 / 6.0 - reach, within(1e-12));
        assertThat(difference.high()).isCloseTo(1 / 6.0 + reach, within(1e-12));
        assertThat(difference.holdsZero()).isTrue();
        assertThat(metric.difference("float")).isEqualTo(new Interval(0, 0));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void mergingAnyPartitionInAnyOrderEqualsOnePass(long seed) {
        Random r = new Random(seed);
        ComparisonMetric whole = NONE;
        List<ComparisonMetric> parts = new ArrayList<>(Collections.nCopies(1 + r.nextInt(5), NONE));
        for (int i = 0; i < 200; i++) {
            int label = r.nextInt(3);
            int first = r.nextInt(3);
            int second = r.nextInt(3);
            whole = seen(whole, label, first, second);
            int part = r.nextInt(parts.size());
            parts.set(part, seen(parts.get(part), label, first, second));
        }
        Collections.shuffle(parts, r);
        assertThat(parts.stream().reduce(NONE, ComparisonMetric::merge)).isEqualTo(whole);
    }

    private static ComparisonMetric seen(ComparisonMetric metric, int label, int first, int second) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        outputs.put("float/scores", scores(first));
        outputs.put("float/other", scores(2 - first));
        outputs.put("int8/scores", scores(second));
        return metric.plus(Sample.of("x", scores(0), OptionalInt.of(label)), outputs);
    }

    private static Tensor scores(int first) {
        float[] scores = new float[3];
        scores[first] = 1;
        return Tensor.ofFloats(Shape.of(1, 3), scores);
    }
}
