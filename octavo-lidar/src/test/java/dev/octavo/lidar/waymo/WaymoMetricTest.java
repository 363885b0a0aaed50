package dev.octavo.lidar.waymo;

import static dev.octavo.lidar.testing.References.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.ModelException;
import dev.octavo.lidar.geometry.OrientedBox;
import dev.octavo.lidar.geometry.Quaternion;
import dev.octavo.lidar.geometry.Vec3;
import dev.octavo.lidar.waymo.WaymoFrame.Prediction;
import dev.octavo.lidar.waymo.WaymoFrame.Truth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cases small enough to be worked out by hand; the working stands beside them. */
class WaymoMetricTest {
    private static final Offset<Double> EXACT = within(1e-9);
    private static final WaymoClass CAR = WaymoClass.VEHICLE;

    /** 4 m long, 2 m wide and high. */
    private static OrientedBox box(double x, double y, double yaw) {
        return new OrientedBox(new Vec3(x, y, 1), 2, 4, 2, Quaternion.ofYaw(yaw));
    }

    private static Truth truth(double x, double y) {
        return new Truth(box(x, y, 0), CAR, 100, false);
    }

    private static Prediction found(double x, double y, double yaw, double score) {
        return new Prediction(box(x, y, yaw), CAR, score, false);
    }

    private static Map<String, Double> scores(List<Truth> truths, List<Prediction> predictions) {
        return WaymoMetric.none().plus(new WaymoFrame(truths, predictions)).scores();
    }

    private static double ap(List<Truth> truths, List<Prediction> predictions) {
        return at(scores(truths, predictions), "L1.vehicle.AP");
    }

    @Test
    void overlapsOfVolumesAreThoseOfGeometry() {
        OrientedBox a = box(0, 0, 0);
        assertThat(Volumes.iou(a, a)).isCloseTo(1, EXACT);
        assertThat(Volumes.iou(a, box(1, 0, 0))).isCloseTo(3.0 / 5, EXACT); // 3 of 4 m common
        assertThat(Volumes.iou(a, box(0, 0, Math.PI))).isCloseTo(1, EXACT);
        assertThat(Volumes.iou(a, box(0, 0, Math.PI / 2))).isCloseTo(4.0 / 12, EXACT); // 2 x 2 of 8 + 8 - 4
        OrientedBox above = new OrientedBox(new Vec3(0, 0, 2), 2, 4, 2, Quaternion.ofYaw(0));
        assertThat(Volumes.iou(a, above)).isCloseTo(1.0 / 3, EXACT); // half the height
        OrientedBox far = new OrientedBox(new Vec3(0, 0, 3.1), 2, 4, 2, Quaternion.ofYaw(0));
        assertThat(Volumes.iou(a, far)).isZero();
        assertThat(Volumes.headingAccuracy(box(0, 0, 3), box(0, 0, -3)))
                .isCloseTo(1 - (2 * Math.PI - 6) / Math.PI, EXACT);
    }

    @Test
    void oneRightAndOneMissed() {
        // Recall 1/2 at precision 1, nothing beyond: half the area.
        assertThat(ap(List.of(truth(10, 0), truth(20, 0)), List.of(found(10, 0, 0, 0.9))))
                .isCloseTo(0.5, EXACT);
    }

    @Test
    void aBetterScoredWrongOneHalvesThePrecision() {
        // Up to the cut 0.90: 1 right, 1 wrong. Above: recall 0, raised to the precision of recall 1.
        assertThat(ap(List.of(truth(10, 0)), List.of(found(10, 0, 0, 0.9), found(20, 0, 0, 0.95))))
                .isCloseTo(0.5, EXACT);
        // A worse scored one costs nothing: at the cuts above its score the precision is 1.
        assertThat(ap(List.of(truth(10, 0)), List.of(found(10, 0, 0, 0.9), found(20, 0, 0, 0.3))))
                .isCloseTo(1, EXACT);
    }

    @Test
    void longStepsOfRecallAreFlatButForTheirEnd() {
        // Recall 1/2 at precision 1, recall 1 at precision 2/4. From 1 down to 0.55 flat at 0.5, then one sloped step.
        double area = ap(
                List.of(truth(10, 0), truth(20, 0)),
                List.of(found(10, 0, 0, 0.9), found(40, 9, 0, 0.5), found(40, -9, 0, 0.5), found(20, 0, 0, 0.4)));
        assertThat(area).isCloseTo(0.5 + 0.05 * (0.5 + 1) / 2 + 0.45 * 0.5, EXACT);
    }

    @Test
    void headingWeighsWhatIsRight() {
        Map<String, Double> s = scores(List.of(truth(10, 0)), List.of(found(10, 0, Math.PI / 18, 0.9)));
        // Ten degrees off; the box still overlaps by more than 0.7.
        assertThat(at(s, "L1.vehicle.AP")).isCloseTo(1, EXACT);
        assertThat(at(s, "L1.vehicle.APH")).isCloseTo(1 - 1.0 / 18, EXACT);
        Map<String, Double> turned = scores(List.of(truth(10, 0)), List.of(found(10, 0, Math.PI, 0.9)));
        assertThat(at(turned, "L1.vehicle.AP")).isCloseTo(1, EXACT);
        assertThat(at(turned, "L1.vehicle.APH")).isCloseTo(0, EXACT);
        assertThat(at(turned, "L1.mAP")).isCloseTo(1.0 / 3, EXACT); // the two other classes are nowhere
    }

    @Test
    void levelsDifferInWhatIsMissed() {
        Truth easy = truth(10, 0);
        Truth few = new Truth(box(20, 0, 0), CAR, 5, false);
        Truth hard = new Truth(box(30, 9, 0), CAR, 50, true);
        Truth none = new Truth(box(40, 0, 0), CAR, 0, false);
        List<Truth> all = List.of(easy, few, hard, none);
        Map<String, Double> s = scores(all, List.of(found(10, 0, 0, 0.9)));
        assertThat(at(s, "L1.vehicle.AP")).isCloseTo(1, EXACT);
        assertThat(at(s, "L2.vehicle.AP")).isCloseTo(1.0 / 3, EXACT);
        // Found ones of level 2 are right on level 1 too: 2 right, 1 missed (the easy one).
        Map<String, Double> hardFound = scores(all, List.of(found(20, 0, 0, 0.9), found(30, 9, 0, 0.9)));
        assertThat(at(hardFound, "L1.vehicle.AP")).isCloseTo(2.0 / 3, EXACT);
        assertThat(at(hardFound, "L2.vehicle.AP")).isCloseTo(2.0 / 3, EXACT);
        // One without points is none: what is found there is wrong.
        assertThat(at(
                        scores(List.of(easy, none), List.of(found(10, 0, 0, 0.5), found(40, 0, 0, 0.9))),
                        "L2.vehicle.AP"))
                .isCloseTo(0.5, EXACT);
    }

    @Test
    void thePairingHasTheGreatestSumNotTheBestFirst() {
        // Truths at 0 and 0.5. The prediction at 0.25 fits both alike, the one at -0.4 the first alone.
        List<Truth> truths = List.of(truth(0, 0), truth(0.5, 0));
        List<Prediction> predictions = List.of(found(0.1, 0, 0, 0.9), found(-0.4, 0, 0, 0.9));
        // Greedy would give 0.1 to the truth at 0 (3.9/4.1) and leave -0.4 (to 0: 3.6/4.4) without one.
        assertThat(ap(truths, predictions)).isCloseTo(1, EXACT);
    }

    @Test
    void cyclistsAndPedestriansNeedLessOverlap() {
        // 3 of 5 in common: enough for a pedestrian, too little for a vehicle.
        for (WaymoClass c : WaymoClass.values()) {
            Map<String, Double> s = scores(
                    List.of(new Truth(box(0, 0, 0), c, 9, false)),
                    List.of(new Prediction(box(1, 0, 0), c, 0.9, false)));
            assertThat(at(s, "L1." + c.label() + ".AP")).as(c.label()).isEqualTo(c == CAR ? 0 : 1);
        }
    }

    @Test
    void noLabelZonesAndOtherRangesForgive() {
        Prediction inZone = new Prediction(box(20, 0, 0), CAR, 0.95, true);
        assertThat(ap(List.of(truth(10, 0)), List.of(found(10, 0, 0, 0.9), inZone)))
                .isCloseTo(1, EXACT);
        // The truth at 29.5 m is seen at 30.5 m: too far off to match, and no error of the range 30-50.
        List<Truth> truths = List.of(truth(29.5, 0), truth(40, 0));
        List<Prediction> predictions = List.of(found(31, 0, 0, 0.95), found(40, 0, 0, 0.9));
        Map<String, Double> s = scores(truths, predictions);
        assertThat(at(s, "L1.vehicle.30-50.AP")).isCloseTo(1, EXACT);
        assertThat(at(s, "L1.vehicle.0-30.AP")).isZero();
        assertThat(at(s, "L1.vehicle.50+.AP")).isZero();
        assertThat(at(s, "L1.vehicle.AP")).isCloseTo(0.25, EXACT); // recall 1/2 at precision 1/2
    }

    @Test
    void nothingAtAllIsZeroAndScoresThatAreNoneAreRefused() {
        assertThat(WaymoMetric.none().scores()).containsEntry("L2.mAPH", 0.0).containsEntry("samples", 0.0);
        assertThat(scores(List.of(), List.of()).values()).containsOnly(0.0, 1.0);
        assertThat(ap(List.of(), List.of(found(1, 0, 0, 1)))).isZero();
        assertThatThrownBy(() -> found(0, 0, 0, Double.NaN)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> found(0, 0, 0, 1.1)).isInstanceOf(ModelException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void partsMergeInAnyOrder(long seed) {
        Random random = new Random(seed);
        List<WaymoFrame> frames = new ArrayList<>();
        for (int f = 0; f < 6; f++) {
            List<Truth> truths = new ArrayList<>();
            List<Prediction> predictions = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                double x = 60 * random.nextDouble() - 30;
                double y = 60 * random.nextDouble() - 30;
                WaymoClass c = List.of(WaymoClass.values()).get(random.nextInt(3));
                truths.add(new Truth(box(x, y, random.nextDouble()), c, random.nextInt(12), random.nextBoolean()));
                predictions.add(new Prediction(
                        box(x + random.nextGaussian() / 4, y, random.nextDouble()), c, random.nextDouble(), false));
            }
            frames.add(new WaymoFrame(truths, predictions));
        }
        WaymoMetric all = WaymoMetric.none();
        for (WaymoFrame f : frames) {
            all = all.plus(f);
        }
        WaymoMetric left = WaymoMetric.none().plus(frames.get(5)).plus(frames.get(2));
        WaymoMetric right = WaymoMetric.none();
        for (int i : new int[] {4, 0, 3, 1}) {
            right = right.plus(frames.get(i));
        }
        Map<String, Double> merged = right.merge(left).scores();
        all.scores().forEach((k, v) -> assertThat(at(merged, k)).as(k).isCloseTo(v, EXACT));
        assertThat(at(merged, "L2.mAP")).isBetween(0.01, 0.99);
        assertThat(at(merged, "L2.mAPH")).isLessThan(at(merged, "L2.mAP"));
    }

    /** Against all permutations. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void theAssignmentIsTheBestOfAll(long seed) {
        Random random = new Random(seed);
        int rows = 1 + random.nextInt(5);
        int columns = 1 + random.nextInt(5);
        double[][] value = new double[rows][columns];
        for (double[] row : value) {
            for (int j = 0; j < columns; j++) {
                row[j] = random.nextInt(3) == 0 ? 0 : random.nextDouble();
            }
        }
        int[] columnOf = Assignment.best(value);
        double sum = 0;
        for (int i = 0; i < rows; i++) {
            sum += columnOf[i] < 0 ? 0 : value[i][columnOf[i]];
        }
        assertThat(Arrays.stream(columnOf).filter(c -> c >= 0)).doesNotHaveDuplicates();
        assertThat(sum).isCloseTo(best(value, 0, new boolean[columns]), EXACT);
        assertThat(Assignment.best(new double[0][0])).isEmpty();
    }

    private static double best(double[][] value, int row, boolean[] taken) {
        if (row == value.length) {
            return 0;
        }
        double most = best(value, row + 1, taken);
        for (int j = 0; j < taken.length; j++) {
            if (!taken[j]) {
                taken[j] = true;
                most = Math.max(most, value[row][j] + best(value, row + 1, taken));
                taken[j] = false;
            }
        }
        return most;
    }
}
