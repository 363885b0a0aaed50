package dev.octavo.tasks.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.octavo.core.ModelException;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.tasks.truth.Box;
import dev.octavo.tasks.truth.TrueBox;
import dev.octavo.tasks.truth.TrueBox.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Objects from COCO's {@code instances_….json}, read as a stream: polygons and captions are passed over. Classes are the
 * categories in the order of their numbers, which have gaps.
 */
final class CocoBoxes implements Boxes {
    private final Map<String, List<TrueBox>> byFile = new HashMap<>();
    private final List<String> classes;

    private CocoBoxes(Reading read, Path file) {
        classes = List.copyOf(read.categories.values());
        List<Integer> numbers = List.copyOf(read.categories.keySet());
        read.files.values().forEach(f -> byFile.put(f, new ArrayList<>()));
        for (Annotation a : read.annotations) {
            String picture = read.files.get(a.picture);
            int label = numbers.indexOf(a.category);
            if (picture == null || label < 0) {
                throw new ModelException(
                        file.getFileName() + " has an object of "
                                + (picture == null ? "picture " + a.picture : "category " + a.category)
                                + ", which it does not list",
                        "check that the file is complete");
            }
            byFile.getOrDefault(picture, new ArrayList<>()).add(a.object(label));
        }
    }

    private record Annotation(long picture, int category, Box box, boolean crowd, double area) {
        /** Its area is that of its outline, which the file knows; some files do not. */
        TrueBox object(int label) {
            Kind kind = crowd ? Kind.CROWD : Kind.PLAIN;
            return area >= 0 ? new TrueBox(label, box, kind, area) : new TrueBox(label, box, kind);
        }
    }

    /** What was read so far; the parts of the file come in any order. */
    private static final class Reading {
        final Map<Long, String> files = new HashMap<>();
        final TreeMap<Integer, String> categories = new TreeMap<>();
        final List<Annotation> annotations = new ArrayList<>();
    }

    static CocoBoxes read(Path file) {
        if (!Files.exists(file)) {
            throw new ModelException("there is no file of annotations at " + file, "check the path");
        }
        Reading reading = new Reading();
        try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String part = json.currentName();
                json.nextToken();
                if (json.currentToken() == JsonToken.START_ARRAY
                        && List.of("images", "categories", "annotations").contains(part)) {
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        item(json, part, reading, file);
                    }
                } else {
                    json.skipChildren();
                }
            }
        } catch (JsonProcessingException e) {
            throw new ModelException(
                    file.getFileName() + " is no COCO JSON: " + e.getOriginalMessage(), "check that it is complete", e);
        } catch (IOException e) {
            throw PictureFiles.unreadable(file.toString(), e);
        }
        if (reading.files.isEmpty() || reading.categories.isEmpty()) {
            throw new ModelException(
                    file.getFileName() + " lists no images or no categories",
                    "give an instances_….json of COCO's form");
        }
        return new CocoBoxes(reading, file);
    }

    /** One object of one of the lists, up to its closing brace. */
    private static void item(JsonParser json, String part, Reading to, Path file) throws IOException {
        long id = -1;
        long picture = -1;
        int category = -1;
        boolean crowd = false;
        double area = Double.NaN;
        String name = "";
        double[] box = {};
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            json.nextToken();
            switch (key) {
                case "id" -> id = json.getValueAsLong();
                case "image_id" -> picture = json.getValueAsLong();
                case "category_id" -> category = json.getValueAsInt();
                case "iscrowd" -> crowd = json.getValueAsInt() == 1;
                case "file_name", "name" -> name = json.getValueAsString("");
                case "area" -> area = json.getValueAsDouble(Double.NaN);
                case "bbox" -> box = numbers(json);
                default -> json.skipChildren();
            }
        }
        switch (part) {
            case "images" -> to.files.put(id, name);
            case "categories" -> to.categories.put((int) id, name);
            default -> to.annotations.add(new Annotation(picture, category, box(box, id, file), crowd, area));
        }
    }

    private static double[] numbers(JsonParser json) throws IOException {
        List<Double> numbers = new ArrayList<>();
        if (json.currentToken() == JsonToken.START_ARRAY) {
            while (json.nextToken() != JsonToken.END_ARRAY) {
                numbers.add(json.getValueAsDouble(Double.NaN));
                json.skipChildren();
            }
        }
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** COCO stores left, top, width, height. */
    private static Box box(double[] v, long id, Path file) {
        try {
            if (v.length == 4) {
                return new Box(v[0], v[1], v[0] + v[2], v[1] + v[3]);
            }
        } catch (IllegalArgumentException e) {
            // Falls through to the same message: the numbers are no box.
        }
        throw new ModelException(
                file.getFileName() + ": object " + id + " has no bbox of left, top, width, height", "mend the file");
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public List<TrueBox> of(PictureFiles.Entry picture) throws UnreadableSampleException {
        List<TrueBox> found = byFile.getOrDefault(picture.path(), byFile.get(picture.name()));
        if (found == null) {
            throw new UnreadableSampleException(picture.path(), "the COCO file does not list it", null);
        }
        return found;
    }
}
