package dev.octavo.tasks.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassificationMetricTest {
    private static final Tensor IMAGE = Tensor.ofFloats(Shape.of(1, 1), 0f);

    @Test
    void countsFirstAndFirstFive() {
        float[] scores = {0.1f, 0.9f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f};
        assertThat(seen(1, scores)).isEqualTo(new ClassificationMetric(1, 1, 1, 0));
        assertThat(seen(3, scores)).isEqualTo(new ClassificationMetric(1, 0, 1, 0));
        assertThat(seen(2, scores)).isEqualTo(new ClassificationMetric(1, 0, 0, 0));
    }

    @Test
    void theLowerOfEqualScoresRanksFirst() {
        float[] flat = new float[10];
        assertThat(seen(0, flat).top1()).isEqualTo(1);
        assertThat(seen(1, flat).top1()).isZero();
        assertThat(seen(4, flat).top5()).isEqualTo(1);
        assertThat(seen(5, flat).top5()).isZero();
    }

    @Test
    void aNanIsWrongWhereverItStands() {
        for (int at = 0; at < 3; at++) {
            float[] scores = {3f, 2f, 1f};
            scores[at] = Float.NaN;
            assertThat(seen(0, scores)).isEqualTo(new ClassificationMetric(1, 0, 0, 1));
        }
        assertThat(seen(0, Float.NaN, 1f).scores()).containsEntry("nan", 1.0);
        assertThat(seen(0, 2f, 1f).scores()).doesNotContainKey("nan");
    }

    @Test
    void infiniteScoresRank() {
        assertThat(seen(1, 5f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY).top1())
                .isEqualTo(1);
    }

    @Test
    void readsOtherShapesAndTypes() {
        assertThat(ClassificationMetric.EMPTY
                        .plus(sample(1), output(Tensor.ofFloats(Shape.of(1, 2, 1, 1), 0f, 1f)))
                        .top1())
                .isEqualTo(1);
        Tensor codes = Tensor.ofCodes(DType.UINT8, Shape.of(1, 3), 7, 200, 100);
        assertThat(ClassificationMetric.EMPTY.plus(sample(1), output(codes)).top1())
                .isEqualTo(1);
    }

    @Test
    void scoresAreFractionsInOrder() {
        ClassificationMetric half = seen(0, 1f, 0f).merge(seen(1, 1f, 0f));
        assertThat(half.scores())
                .containsExactly(Map.entry("top1", 0.5), Map.entry("top5", 1.0), Map.entry("samples", 2.0));
        assertThat(ClassificationMetric.EMPTY.scores().get("top1")).isNaN();
    }

    @Test
    void refusesWhatIsNoClassification() {
        assertThatThrownBy(() -> seen(2, 0f, 1f))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("class 2")
                .hasMessageContaining("2 classes");
        Sample unlabelled = Sample.of("a.png", IMAGE, OptionalInt.empty());
        Map<String, Tensor> scores = output(Tensor.ofFloats(Shape.of(1, 2), 0f, 1f));
        assertThatThrownBy(() -> ClassificationMetric.EMPTY.plus(unlabelled, scores))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("a.png has no label");
        for (Shape shape : List.of(Shape.of(2, 2), Shape.of(4), Shape.of(1, 2, 2, 1), Shape.of(2, 1, 2))) {
            Map<String, Tensor> map = output(Tensor.ofFloats(shape, 0f, 1f, 2f, 3f));
            assertThatThrownBy(() -> ClassificationMetric.EMPTY.plus(sample(0), map))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining(shape.toString());
        }
        Map<String, Tensor> longs = output(Tensor.ofLongs(Shape.of(1, 2), 0, 1));
        assertThatThrownBy(() -> ClassificationMetric.EMPTY.plus(sample(0), longs))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("INT64");
        assertThatThrownBy(() -> new ClassificationMetric(1, 1, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void mergingAnyPartitionInAnyOrderEqualsOnePass(long seed) {
        Random random = new Random(seed);
        ClassificationMetric whole = ClassificationMetric.EMPTY;
        List<ClassificationMetric> parts =
                new ArrayList<>(Collections.nCopies(1 + random.nextInt(6), ClassificationMetric.EMPTY));
        for (int i = 0; i < 300; i++) {
            float[] scores = new float[12];
            for (int k = 0; k < scores.length; k++) {
                scores[k] = random.nextInt(40) == 0 ? Float.NaN : random.nextInt(5);
            }
            Map<String, Tensor> out = output(Tensor.ofFloats(Shape.of(1, 12), scores));
            Sample sample = sample(random.nextInt(12));
            whole = whole.plus(sample, out);
            int part = random.nextInt(parts.size());
            parts.set(part, parts.get(part).plus(sample, out));
        }
        Collections.shuffle(parts, random);
        assertThat(parts.stream().reduce(ClassificationMetric.EMPTY, ClassificationMetric::merge))
                .isEqualTo(whole);
    }

    private static ClassificationMetric seen(int label, float... scores) {
        return ClassificationMetric.EMPTY.plus(
                sample(label), output(Tensor.ofFloats(Shape.of(1, scores.length), scores)));
    }

    private static Sample sample(int label) {
        return Sample.of("s", IMAGE, OptionalInt.of(label));
    }

    private static Map<String, Tensor> output(Tensor t) {
        return Map.of("logits", t);
    }
}
