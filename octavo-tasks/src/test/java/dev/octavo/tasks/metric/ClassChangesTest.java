package dev.octavo.tasks.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ClassChangesTest {
    private static final ClassChanges NONE = ClassChanges.none("float", "int8");

    private static Tensor row(float... scores) {
        return Tensor.ofFloats(Shape.of(1, scores.length), scores);
    }

    private static ClassChanges plus(ClassChanges c, String name, Tensor one, Tensor other) {
        Sample sample = Sample.of(name, row(0), OptionalInt.of(1));
        return c.plus(sample, Map.of("float/y", one, "int8/y", other));
    }

    @Test
    void namesThoseThatChangedMostAndHowMuchMoved() {
        ClassChanges a = plus(NONE, "same", row(0.2f, 0.7f, 0.1f), row(0.3f, 0.6f, 0.1f));
        ClassChanges b = plus(NONE, "little", row(0.5f, 0.4f, 0.1f), row(0.4f, 0.5f, 0.1f));
        ClassChanges c = plus(NONE, "much", row(0.9f, 0.1f, 0f), row(0f, 0.1f, 0.9f));
        ClassChanges all = a.merge(b).merge(c);
        assertThat(all.most(5)).containsOnlyKeys("much", "little");
        assertThat(all.most(1)).containsOnlyKeys("much");
        ClassChanges.Change change = all.most(2).values().iterator().next();
        assertThat(change.label()).isEqualTo(1);
        assertThat(change.one()).isZero();
        assertThat(change.other()).isEqualTo(2);
        assertThat(change.ofOne()).isCloseTo(0.9, within(1e-6));
        assertThat(change.moved()).isCloseTo(1.8, within(1e-6));
        assertThat(all.scores().get("change")).isCloseTo(2 / 3.0, within(1e-9));
        assertThat(c.merge(a).merge(b)).isEqualTo(all);
    }

    @Test
    void takesTheSoftmaxOfWhatIsNoShareAndNaNForTheGreatestChange() {
        ClassChanges c = plus(NONE, "logits", row(0, 10, 0), row(10, 0, 0));
        ClassChanges.Change change = c.most(1).values().iterator().next();
        assertThat(change.ofOne()).isCloseTo(1 / (1 + 2 * Math.exp(-10)), within(1e-9));
        assertThat(change.moved()).isBetween(1.9, 2.0);
        ClassChanges nan = plus(c, "nan", row(0, 10, 0), row(Float.NaN, 0, 0));
        assertThat(nan.most(1)).containsOnlyKeys("nan");
        assertThat(nan.most(1).values().iterator().next().other()).isEqualTo(-1);
    }
}
