package dev.octavo.lidar.nuscenes;

import static dev.octavo.lidar.testing.References.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.ModelException;
import dev.octavo.lidar.geometry.Vec3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A scene of three samples 1 s apart with one sweep between, and a scene that is not asked for. */
class NuScenesTest {
    @TempDir
    Path folder;

    @BeforeEach
    void tables() throws IOException {
        write("scene", "{'token':'sc','name':'scene-1','nbr_samples':3},{'token':'sd','name':'scene-2'}");
        write(
                "sample",
                "{'token':'s0','timestamp':1000000,'scene_token':'sc','prev':'','next':'s1'},"
                        + "{'token':'s1','timestamp':2000000,'scene_token':'sc'},"
                        + "{'token':'s2','timestamp':4000000,'scene_token':'sc'},"
                        + "{'token':'x','timestamp':9,'scene_token':'sd'}");
        write("sensor", "{'token':'L','channel':'LIDAR_TOP'},{'token':'C','channel':'CAM_FRONT'}");
        write(
                "calibrated_sensor",
                "{'token':'cl','sensor_token':'L','translation':[1,0,2],'rotation':[1,0,0,0],'camera_intrinsic':[]},"
                        + "{'token':'cc','sensor_token':'C','translation':[0,0,0],'rotation':[1,0,0,0]}");
        write(
                "sample_data",
                sweep("d0", "s0", 1000000, true, "")
                        + ","
                        + sweep("e0", "s1", 1500000, false, "d0")
                        + ","
                        + sweep("d1", "s1", 2000000, true, "e0")
                        + ","
                        + sweep("d2", "s2", 4000000, true, "d1")
                        + ","
                        + sweep("dx", "x", 9, true, "")
                        + ",{'token':'cam','sample_token':'s0','ego_pose_token':'p','calibrated_sensor_token':'cc',"
                        + "'timestamp':1,'is_key_frame':true,'filename':'c.jpg','prev':''}");
        write("ego_pose", "{'token':'p','timestamp':1,'translation':[100,200,0],'rotation':[1,0,0,0]}");
        write(
                "category",
                "{'token':'kc','name':'vehicle.car'},{'token':'kr','name':'static_object.bicycle_rack'},"
                        + "{'token':'ka','name':'animal'}");
        write("attribute", "{'token':'am','name':'vehicle.moving'}");
        write(
                "instance",
                "{'token':'ic','category_token':'kc'},{'token':'ir','category_token':'kr'},"
                        + "{'token':'ia','category_token':'ka'}");
        write(
                "sample_annotation",
                annotation("a0", "s0", "ic", "'am'", 100, "", "a1")
                        + ","
                        + annotation("a1", "s1", "ic", "", 103, "a0", "a2")
                        + ","
                        + annotation("a2", "s2", "ic", "", 104, "a1", "")
                        + ","
                        + annotation("r0", "s0", "ir", "", 90, "", "")
                        + ","
                        + annotation("n0", "s0", "ia", "", 90, "", ""));
    }

    private static String sweep(String token, String sample, long time, boolean key, String prev) {
        return "{'token':'" + token + "','sample_token':'" + sample + "','ego_pose_token':'p',"
                + "'calibrated_sensor_token':'cl','timestamp':" + time + ",'is_key_frame':" + key
                + ",'filename':'" + token + ".bin','prev':'" + prev + "','next':''}";
    }

    private static String annotation(
            String token, String sample, String instance, String attribute, int x, String prev, String next) {
        return "{'token':'" + token + "','sample_token':'" + sample + "','instance_token':'" + instance
                + "','visibility_token':'4','attribute_tokens':[" + attribute + "],'translation':[" + x
                + ",200,1],'size':[2,4,1.5],'rotation':[1,0,0,0],'prev':'" + prev + "','next':'" + next
                + "','num_lidar_pts':5,'num_radar_pts':2}";
    }

    private void write(String table, String rows) throws IOException {
        Files.writeString(folder.resolve(table + ".json"), "[" + rows.replace('\'', '"') + "]");
    }

    @Test
    void annotationsBecomeTruth() {
        GroundTruth truth = NuScenes.read(folder, "scene-1"::equals).truth();
        assertThat(truth.samples().keySet()).containsExactly("s0", "s1", "s2");
        GroundTruth.SampleTruth first = at(truth.samples(), "s0");
        assertThat(first.ego()).isEqualTo(new Vec3(100, 200, 0));
        assertThat(first.racks()).hasSize(1);
        assertThat(first.boxes()).hasSize(1);
        DetectionBox car = first.boxes().get(0);
        assertThat(car.type()).isEqualTo(DetectionClass.CAR);
        assertThat(car.attribute()).isEqualTo("vehicle.moving");
        assertThat(car.points()).isEqualTo(7);
        assertThat(car.vx()).as("to the next, 3 m in 1 s").isCloseTo(3, within(1e-12));
        DetectionBox second = at(truth.samples(), "s1").boxes().get(0);
        assertThat(second.vx()).as("between both neighbours, 4 m in 3 s").isCloseTo(4.0 / 3, within(1e-12));
        assertThat(second.attribute()).isEmpty();
        assertThat(at(truth.samples(), "s2").boxes().get(0).vx())
                .as("the only neighbour is 2 s away, 1.5 s at most")
                .isNaN();
    }

    @Test
    void sweepsGoBackwardsWithinTheScene() {
        NuScenes data = NuScenes.read(folder, "scene-1"::equals);
        assertThat(data.samples()).containsExactly("s0", "s1", "s2");
        assertThat(data.sweeps("s1", 9)).extracting(NuScenes.Sweep::file).containsExactly("d1.bin", "e0.bin", "d0.bin");
        assertThat(data.sweeps("s2", 1)).extracting(NuScenes.Sweep::file).containsExactly("d2.bin", "d1.bin");
        assertThat(data.sweeps("s0", 9)).hasSize(1);
        assertThat(data.sweeps("s0", 0).get(0).sensor().apply(new Vec3(1, 1, 1)))
                .isEqualTo(new Vec3(2, 1, 3));
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        assertThatThrownBy(() -> NuScenes.read(folder, "scene-9"::equals))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("no sample");
        write("ego_pose", "{'token':'q','translation':[0,0,0],'rotation':[1,0,0,0]}");
        assertThatThrownBy(() -> NuScenes.read(folder, s -> true))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("ego_pose.json has no record p");
        write("ego_pose", "{'token':'q','translation':[0,");
        assertThatThrownBy(() -> NuScenes.read(folder, s -> true))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("not as published");
        Files.delete(folder.resolve("ego_pose.json"));
        assertThatThrownBy(() -> NuScenes.read(folder, s -> true))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("there is no table");
    }
}
