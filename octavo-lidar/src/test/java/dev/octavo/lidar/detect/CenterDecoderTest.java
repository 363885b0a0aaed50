package dev.octavo.lidar.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.geometry.Pose;
import dev.octavo.lidar.geometry.Quaternion;
import dev.octavo.lidar.geometry.Vec3;
import dev.octavo.lidar.nuscenes.DetectionBox;
import dev.octavo.lidar.nuscenes.DetectionClass;
import dev.octavo.lidar.testing.References;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CenterDecoderTest {
    private static final CenterDecoder DECODER = new CenterDecoder(
            new Vec3(-14.4, -14.4, -5),
            new Vec3(0.6, 0.6, 0),
            500,
            0.1,
            new Vec3(-16, -16, -10),
            new Vec3(13, 16, 10),
            RotatedNms.CENTERPOINT);

    @Test
    void headsDecodeToTheReferenceBoxes() {
        Optional<References> data = References.npz("decode_nms.npz");
        if (data.isEmpty()) {
            return;
        }
        References r = data.get();
        List<HeadMaps> heads = new ArrayList<>();
        int label = 0;
        for (int h = 0; h < 6; h++) {
            HeadMaps head = head(r, "head" + h + ".");
            heads.add(head);
            List<Detection> boxes = DECODER.decode(head, label);
            compare(boxes, r, "head" + h + ".decoded_boxes", "head" + h + ".decoded_scores");
            assertThat(boxes)
                    .extracting(Detection::label)
                    .containsExactly(boxed(r.ints("head" + h + ".decoded_labels0")));
            List<Detection> kept = DECODER.nms().apply(boxes);
            int[] keep = r.ints("head" + h + ".nms_keep");
            assertThat(kept).hasSize(keep.length);
            for (int i = 0; i < keep.length; i++) {
                assertThat(kept.get(i)).isEqualTo(boxes.get(keep[i]));
            }
            label += head.classes();
        }
        List<Detection> all = DECODER.decode(heads);
        compare(all, r, "final.boxes", "final.scores");
        assertThat(all).extracting(d -> d.label() + 1).containsExactly(boxed(r.ints("final.labels1")));
    }

    private static HeadMaps head(References r, String p) {
        return new HeadMaps(
                r.get(p + "hm"),
                r.get(p + "center"),
                r.get(p + "center_z"),
                r.get(p + "dim"),
                r.get(p + "rot"),
                r.get(p + "vel"));
    }

    private static void compare(List<Detection> boxes, References r, String expectedBoxes, String expectedScores) {
        double[] expected = r.reals(expectedBoxes);
        assertThat(boxes).hasSize(expected.length / 9);
        double[] scores = r.reals(expectedScores);
        for (int i = 0; i < boxes.size(); i++) {
            assertThat((double) boxes.get(i).score()).isCloseTo(scores[i], within(1e-6));
            float[] numbers = boxes.get(i).numbers();
            for (int k = 0; k < 9; k++) {
                assertThat((double) numbers[k])
                        .as("%s %s %s", expectedBoxes, i, k)
                        .isCloseTo(expected[9 * i + k], within(2e-5));
            }
        }
    }

    private static Integer[] boxed(int[] a) {
        return java.util.Arrays.stream(a).boxed().toArray(Integer[]::new);
    }

    @Test
    void overlapEqualsExactClippingAndIsSymmetric() {
        Optional<References> data = References.npz("decode_nms.npz");
        if (data.isEmpty()) {
            return;
        }
        References r = data.get();
        double[] b = r.reals("iou.boxes");
        int n = Math.toIntExact(r.get("iou.boxes").shape().dim(0));
        int columns = b.length / n;
        List<Detection> boxes = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int at = i * columns;
            boxes.add(box(b[at], b[at + 1], b[at + 3], b[at + 4], b[at + 6]));
        }
        double[] exact = r.reals("iou.bev_exact");
        double[] routine = r.reals("iou.bev_reference");
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double iou = RotatedIou.of(boxes.get(i), boxes.get(j));
                assertThat(iou).isCloseTo(exact[i * n + j], within(1e-6));
                assertThat(iou).isCloseTo(routine[i * n + j], within(2e-3));
                assertThat(iou).isCloseTo(RotatedIou.of(boxes.get(j), boxes.get(i)), within(1e-12));
            }
        }
    }

    @Test
    void overlapsThatAreKnown() {
        assertThat(RotatedIou.of(box(0, 0, 4, 2, 0.7), box(0, 0, 4, 2, 0.7))).isCloseTo(1, within(1e-7));
        assertThat(RotatedIou.of(box(0, 0, 4, 2, 0), box(0, 0, 4, 2, Math.PI / 2)))
                .isCloseTo(4.0 / 12, within(1e-6));
        assertThat(RotatedIou.of(box(0, 0, 4, 2, 0), box(4, 0, 4, 2, 0))).isCloseTo(0, within(1e-12));
        assertThat(RotatedIou.of(box(0, 0, 4, 2, 0), box(2, 0, 4, 2, 0))).isCloseTo(1.0 / 3, within(1e-6));
        assertThat(RotatedIou.of(box(0, 0, 0, 0, 0), box(0, 0, 0, 0, 0))).isZero();
    }

    @Test
    void mapsThatDoNotFitAreNamed() {
        Tensor heat = Tensor.ofFloats(Shape.of(1, 2, 2), new float[4]);
        Tensor two = Tensor.ofFloats(Shape.of(2, 2, 2), new float[8]);
        assertThatThrownBy(() -> new HeadMaps(heat, two, two, two, two, two))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("'height' has the shape [2, 2, 2]");
    }

    @Test
    void aNanScoreIsNoBox() {
        Tensor heat = Tensor.ofFloats(Shape.of(1, 1, 2), Float.NaN, 3);
        Tensor two = Tensor.ofFloats(Shape.of(2, 1, 2), new float[4]);
        Tensor three = Tensor.ofFloats(Shape.of(3, 1, 2), new float[6]);
        HeadMaps head = new HeadMaps(heat, two, Tensor.ofFloats(Shape.of(1, 1, 2), new float[2]), three, two, two);
        assertThat(DECODER.decode(head, 0)).hasSize(1);
    }

    @Test
    void boxesGoToTheGlobalFrameAndBack() {
        Pose sensor = new Pose(Quaternion.ofYaw(-1.57), new Vec3(0.9, 0, 1.8));
        Pose ego = new Pose(Quaternion.ofYaw(0.8), new Vec3(600, 1600, 0));
        Detection d = new Detection(3, 4, -1, 4.5f, 1.9f, 1.6f, 0.25f, 2, 0, 0, 0.7f);
        DetectionBox b = GlobalBoxes.of(d, sensor, ego);
        assertThat(b.type()).isEqualTo(DetectionClass.CAR);
        assertThat(b.box().width()).isEqualTo(1.9f);
        assertThat(b.box().length()).isEqualTo(4.5f);
        assertThat(b.box().rotation().yaw()).isCloseTo(0.25 - 1.57 + 0.8, within(1e-6));
        assertThat(Math.hypot(b.vx(), b.vy())).isCloseTo(2, within(1e-9));
        assertThat(Math.atan2(b.vy(), b.vx())).isCloseTo(-1.57 + 0.8, within(1e-9));
        Vec3 back = ego.after(sensor).inverse().apply(b.box().centre());
        assertThat(back.x()).isCloseTo(3, within(1e-9));
        assertThat(back.z()).isCloseTo(-1, within(1e-9));
        assertThat(b.attribute()).isEqualTo("vehicle.moving");
        assertThat(GlobalBoxes.attribute(DetectionClass.BUS, 0.1)).isEqualTo("vehicle.stopped");
        assertThat(GlobalBoxes.attribute(DetectionClass.BICYCLE, 0.1)).isEqualTo("cycle.without_rider");
        assertThat(GlobalBoxes.attribute(DetectionClass.PEDESTRIAN, 0.3)).isEqualTo("pedestrian.moving");
    }

    private static Detection box(double x, double y, double dx, double dy, double yaw) {
        return new Detection((float) x, (float) y, 0, (float) dx, (float) dy, 1, (float) yaw, 0, 0, 0, 1);
    }
}
