package dev.octavo.lidar.nuscenes;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octavo.core.ModelException;
import dev.octavo.lidar.geometry.OrientedBox;
import dev.octavo.lidar.geometry.Quaternion;
import dev.octavo.lidar.geometry.Vec3;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Result files of the detection task: predictions per sample token, in the global frame. */
public final class ResultFile {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String[] META = {"use_camera", "use_lidar", "use_radar", "use_map", "use_external"};

    private ResultFile() {}

    /**
     * The predictions of a file, in its order.
     *
     * @throws ModelException when the file is missing, is no result file, or has more than 500 boxes for a sample
     */
    public static Map<String, List<DetectionBox>> read(Path file) {
        JsonNode root = parse(file);
        JsonNode results = root.get("results");
        if (results == null || !results.isObject()) {
            throw new ModelException(
                    file + " is no result file: it has no object 'results'", "it maps sample tokens to lists of boxes");
        }
        Map<String, List<DetectionBox>> out = new LinkedHashMap<>();
        results.properties().forEach(sample -> {
            String where = file + ", sample " + sample.getKey();
            if (sample.getValue().size() > NuScenesMetric.MOST_BOXES) {
                throw new ModelException(
                        where + " has " + sample.getValue().size() + " boxes, at most " + NuScenesMetric.MOST_BOXES
                                + " are allowed",
                        "keep the best " + NuScenesMetric.MOST_BOXES);
            }
            List<DetectionBox> boxes = new ArrayList<>();
            for (JsonNode n : sample.getValue()) {
                boxes.add(box(n, where + ", box " + boxes.size()));
            }
            out.put(sample.getKey(), boxes);
        });
        return out;
    }

    private static JsonNode parse(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (NoSuchFileException | java.io.FileNotFoundException e) {
            throw new ModelException("there is no file " + file, "check the path", e);
        } catch (JsonProcessingException e) {
            throw new ModelException(file + " is no JSON: " + e.getOriginalMessage(), "write it again", e);
        } catch (IOException e) {
            throw new ModelException(file + " cannot be read: " + e.getMessage(), "check the file", e);
        }
    }

    /** A box as result files write it; {@code num_pts} may be there or not. */
    static DetectionBox box(JsonNode n, String where) {
        double[] centre = reals(n, "translation", 3, where);
        double[] size = reals(n, "size", 3, where);
        double[] turn = reals(n, "rotation", 4, where);
        double[] speed = reals(n, "velocity", 2, where);
        return new DetectionBox(
                new OrientedBox(
                        new Vec3(centre[0], centre[1], centre[2]),
                        size[0],
                        size[1],
                        size[2],
                        new Quaternion(turn[0], turn[1], turn[2], turn[3])),
                speed[0],
                speed[1],
                DetectionClass.ofLabel(n.path("detection_name").asText()),
                n.path("detection_score").asDouble(-1),
                n.path("attribute_name").asText(""),
                n.path("num_pts").asInt(DetectionBox.UNCOUNTED));
    }

    static double[] reals(JsonNode n, String key, int count, String where) {
        JsonNode list = n.get(key);
        if (list == null || list.size() != count) {
            throw new ModelException(
                    where + " has " + (list == null ? "no" : list.size() + " numbers as") + " '" + key + "'",
                    "give " + count + " numbers");
        }
        double[] out = new double[count];
        for (int i = 0; i < count; i++) {
            JsonNode v = list.get(i);
            // NaN is no JSON number: files hold it as text, as null, or bare where the writer was lax.
            out[i] = v.isNumber() ? v.asDouble() : Double.NaN;
        }
        return out;
    }

    /** Writes predictions of a network that used the LiDAR alone. */
    public static void write(Path file, Map<String, List<DetectionBox>> results) throws IOException {
        try (Writer out = Files.newBufferedWriter(file);
                JsonGenerator json = JSON.getFactory().createGenerator(out)) {
            json.writeStartObject();
            json.writeObjectFieldStart("meta");
            for (String key : META) {
                json.writeBooleanField(key, key.equals("use_lidar"));
            }
            json.writeEndObject();
            json.writeObjectFieldStart("results");
            for (Map.Entry<String, List<DetectionBox>> sample : results.entrySet()) {
                json.writeArrayFieldStart(sample.getKey());
                for (DetectionBox b : sample.getValue()) {
                    write(json, sample.getKey(), b);
                }
                json.writeEndArray();
            }
            json.writeEndObject();
            json.writeEndObject();
        }
    }

    private static void write(JsonGenerator json, String sample, DetectionBox b) throws IOException {
        OrientedBox box = b.box();
        Quaternion r = box.rotation();
        json.writeStartObject();
        json.writeStringField("sample_token", sample);
        array(
                json,
                "translation",
                box.centre().x(),
                box.centre().y(),
                box.centre().z());
        array(json, "size", box.width(), box.length(), box.height());
        array(json, "rotation", r.w(), r.x(), r.y(), r.z());
        array(json, "velocity", b.vx(), b.vy());
        json.writeStringField("detection_name", b.type().label());
        json.writeNumberField("detection_score", b.score());
        json.writeStringField("attribute_name", b.attribute());
        json.writeEndObject();
    }

    private static void array(JsonGenerator json, String key, double... values) throws IOException {
        json.writeFieldName(key);
        json.writeArray(values, 0, values.length);
    }
}
