package dev.octavo.tasks.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.image.LabelMap;
import dev.octavo.tasks.image.Placement;
import dev.octavo.tasks.metric.SegmentationMetric.Mean;
import dev.octavo.tasks.post.LabelParts;
import dev.octavo.tasks.truth.Box;
import dev.octavo.tasks.truth.Detection;
import dev.octavo.tasks.truth.PictureTruth;
import dev.octavo.tasks.truth.TrueBox;
import dev.octavo.tasks.truth.TrueBox.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every tally must keep: merging, serializing, drawing. */
class TallyTest {
    private static final List<String> CLASSES = List.of("a", "b", "c");
    private static final List<Kind> KINDS = List.of(Kind.PLAIN, Kind.PLAIN, Kind.PLAIN, Kind.DIFFICULT, Kind.CROWD);
    private static final Bootstrap FEW = new Bootstrap(50, 7);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void mergingAnyPartitionInAnyOrderEqualsOnePass(long seed) throws Exception {
        lawful(GoldenBoxes.none(DetectionRules.VOC, CLASSES), TallyTest::boxes, seed);
        lawful(SegmentationMetric.none(LabelParts.DEFAULT, CLASSES, Mean.SEEN), TallyTest::mask, seed);
        lawful(ClassificationMetric.EMPTY, TallyTest::label, seed);
    }

    private static <M extends TaskMetric<M>> void lawful(M none, BiFunction<M, Random, M> plus, long seed)
            throws Exception {
        Random random = new Random(seed);
        List<M> parts = new ArrayList<>(Collections.nCopies(1 + random.nextInt(6), none));
        M whole = none;
        for (int i = 0; i < 60; i++) {
            long one = random.nextLong();
            whole = plus.apply(whole, new Random(one));
            int part = random.nextInt(parts.size());
            parts.set(part, plus.apply(parts.get(part), new Random(one)));
        }
        Collections.shuffle(parts, random);
        M merged = parts.stream().reduce(none, M::merge);
        assertThat(merged).isEqualTo(whole).hasSameHashCodeAs(whole);
        assertThat(merged.scores()).isEqualTo(whole.scores()).containsEntry("samples", 60.0);
        assertThat(merged.intervals(FEW)).isEqualTo(whole.intervals(FEW)).isNotEmpty();
        M back = copied(merged);
        assertThat(back).isEqualTo(whole);
        assertThat(back.scores()).isEqualTo(whole.scores());
    }

    @SuppressWarnings("unchecked")
    private static <M> M copied(M metric) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(metric);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (M) in.readObject();
        }
    }

    @Test
    void manySamplesNeitherExhaustTheStackNorTakeLong() throws Exception {
        DetectionMetric all = GoldenBoxes.none(DetectionRules.VOC, CLASSES);
        for (int i = 0; i < 100_000; i++) {
            all = all.plus("picture " + i, List.of(), List.of());
        }
        assertThat(copied(all).samples()).isEqualTo(100_000);
    }

    @Test
    void aSampleTalliedTwiceIsRefused() {
        DetectionMetric one = GoldenBoxes.none(DetectionRules.VOC, CLASSES).plus("x.jpg", List.of(), List.of());
        assertThatThrownBy(() -> one.merge(one).scores())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("x.jpg");
    }

    @Test
    void aDrawOfEverySampleOnceIsTheScoreItself() {
        Random random = new Random(3);
        DetectionMetric metric = GoldenBoxes.none(DetectionRules.VOC, CLASSES);
        for (int i = 0; i < 80; i++) {
            metric = boxes(metric, random);
        }
        for (String key :
                List.of(DetectionMetric.MAP_AREA, DetectionMetric.MAP_ELEVEN_POINT, DetectionMetric.MAP_COCO)) {
            Interval interval = Objects.requireNonNull(metric.intervals(FEW).get(key));
            assertThat(metric.scores().get(key)).isBetween(interval.low(), interval.high());
            assertThat(interval.high() - interval.low()).isBetween(0.005, 0.5);
            Interval none = metric.differences(metric, FEW).get(key);
            assertThat(none).isEqualTo(new Interval(0, 0));
        }
    }

    @Test
    void theIntervalOfAShareIsWhatDrawingGives() {
        for (long n : new long[] {20, 500}) {
            for (long hits : new long[] {1, n / 3, n - 2}) {
                Interval exact = Bootstrap.share(hits, n);
                double[] drawn = new Bootstrap(4000, 5).scores((int) n, counts -> {
                    long sum = 0;
                    for (int i = 0; i < hits; i++) {
                        sum += counts[i];
                    }
                    return (double) sum / n;
                });
                Interval approximate = Bootstrap.interval((double) hits / n, drawn);
                assertThat(exact.low()).isCloseTo(approximate.low(), within(2.01 / n + 0.003));
                assertThat(exact.high()).isCloseTo(approximate.high(), within(2.01 / n + 0.003));
            }
        }
        assertThat(Bootstrap.share(0, 10)).isEqualTo(new Interval(0, 0));
        assertThat(Bootstrap.share(10, 10)).isEqualTo(new Interval(1, 1));
        assertThat(Bootstrap.share(40_000, 50_000).low()).isCloseTo(0.7965, within(1e-3));
    }

    @Test
    void theNormalDistributionIsTheTabulatedOne() {
        assertThat(Normal.share(0)).isEqualTo(0.5);
        assertThat(Normal.share(1.96)).isCloseTo(0.9750021048517795, within(1e-12));
        assertThat(Normal.share(-3)).isCloseTo(0.0013498980316301, within(1e-12));
        assertThat(Normal.quantile(0.975)).isCloseTo(1.959963984540054, within(1e-9));
        assertThat(Normal.quantile(0.0005)).isCloseTo(-3.290526731491926, within(1e-8));
    }

    @Test
    void drawsThatLieToOneSideAreCorrected() {
        double[] draws = new double[1000];
        for (int i = 0; i < draws.length; i++) {
            draws[i] = 50 + Normal.quantile((i + 0.5) / draws.length);
        }
        Interval fair = Bootstrap.interval(50, draws);
        assertThat(fair.low()).isCloseTo(50 - 1.96, within(0.02));
        assertThat(fair.high()).isCloseTo(50 + 1.96, within(0.02));
        Interval biased = Bootstrap.interval(49.5, draws); // the draws lie half a deviation too high
        assertThat(biased.low()).isCloseTo(49 - 1.96, within(0.2));
        assertThat(biased.high()).isCloseTo(49 + 1.96, within(0.05));
    }

    private static DetectionMetric boxes(DetectionMetric m, Random r) {
        List<Detection> found = new ArrayList<>();
        List<TrueBox> objects = new ArrayList<>();
        for (int i = r.nextInt(5); i > 0; i--) {
            double x = r.nextInt(100);
            double y = r.nextInt(100);
            Box box = new Box(x, y, x + 10 + r.nextInt(50), y + 10 + r.nextInt(50));
            int label = r.nextInt(CLASSES.size());
            objects.add(new TrueBox(label, box, KINDS.get(r.nextInt(KINDS.size()))));
            for (int k = r.nextInt(3); k > 0; k--) {
                int dx = r.nextInt(12);
                Box near = new Box(box.x1() + dx, box.y1(), box.x2() + dx, box.y2());
                found.add(new Detection(label, r.nextInt(20) / 20f, near));
            }
        }
        return m.plus(Long.toString(r.nextLong()), found, objects);
    }

    private static SegmentationMetric mask(SegmentationMetric m, Random r) {
        byte[] truth = new byte[30];
        byte[] found = new byte[30];
        for (int i = 0; i < truth.length; i++) {
            truth[i] = (byte) (r.nextInt(9) == 0 ? 255 : r.nextInt(3));
            found[i] = (byte) (r.nextInt(3) == 0 || truth[i] == -1 ? r.nextInt(3) : truth[i]);
        }
        Tensor output = Tensor.ofBytes(DType.UINT8, Shape.of(1, 5, 6), found);
        PictureTruth known =
                new PictureTruth(Placement.same(6, 5), Optional.empty(), Optional.of(new LabelMap(6, 5, truth)));
        return m.plus(
                Sample.of(Long.toString(r.nextLong()), output, OptionalInt.empty())
                        .with(known),
                Map.of("labels", output));
    }

    private static ClassificationMetric label(ClassificationMetric m, Random r) {
        Tensor scores = Tensor.ofFloats(
                Shape.of(1, 6), r.nextFloat(), r.nextFloat(), r.nextFloat(), r.nextFloat(), r.nextFloat(), 1);
        return m.plus(Sample.of("s", scores, OptionalInt.of(r.nextInt(6))), Map.of("scores", scores));
    }
}
