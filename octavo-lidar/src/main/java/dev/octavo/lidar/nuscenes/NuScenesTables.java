package dev.octavo.lidar.nuscenes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.octavo.core.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * The tables of the data set as published: one JSON array of records per table. Read record by record, so that the
 * large ones are never in memory as a whole; unknown fields are passed over.
 */
final class NuScenesTables {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    record Sample(String token, long timestamp, String scene_token) {}

    record Scene(String token, String name) {}

    record SampleData(
            String token,
            String sample_token,
            String ego_pose_token,
            String calibrated_sensor_token,
            long timestamp,
            boolean is_key_frame,
            String filename,
            String prev) {}

    record PoseRow(String token, List<Double> translation, List<Double> rotation) {}

    record Calibrated(String token, String sensor_token, List<Double> translation, List<Double> rotation) {}

    record Sensor(String token, String channel) {}

    record Annotation(
            String token,
            String sample_token,
            String instance_token,
            List<String> attribute_tokens,
            List<Double> translation,
            List<Double> size,
            List<Double> rotation,
            String prev,
            String next,
            int num_lidar_pts,
            int num_radar_pts) {}

    record Instance(String token, String category_token) {}

    record Named(String token, String name) {}

    private NuScenesTables() {}

    /** Hands over every record of a table. */
    static <T> void each(Path folder, String table, Class<T> type, Consumer<T> reader) {
        Path file = folder.resolve(table + ".json");
        if (!Files.exists(file)) {
            throw new ModelException(
                    "there is no table " + file, "name the folder with the tables, such as v1.0-trainval");
        }
        try (MappingIterator<T> rows = JSON.readerFor(type).readValues(file.toFile())) {
            while (rows.hasNextValue()) {
                reader.accept(rows.nextValue());
            }
        } catch (JsonProcessingException e) {
            throw new ModelException(
                    file + " is not as published, line "
                            + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()) + ": "
                            + e.getOriginalMessage(),
                    "download the tables again",
                    e);
        } catch (IOException e) {
            throw new ModelException(file + " cannot be read: " + e.getMessage(), "check the file", e);
        }
    }
}
