package dev.octavo.ort;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The file in which ONNX Runtime wrote how long every node took in every run. */
final class ProfileTrace {
    private static final String KERNEL = "_kernel_time";

    private ProfileTrace() {}

    /**
     * Microseconds per node, the second shortest: what the node takes when nobody else takes the core.
     *
     * @param runs how many runs count, the last ones
     */
    static Map<String, Double> read(Path trace, int runs) throws IOException {
        Map<String, List<Double>> all = new HashMap<>();
        try (JsonParser json = new JsonFactory().createParser(trace.toFile())) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.START_OBJECT) {
                    readEvent(json, all);
                }
            }
        }
        Map<String, Double> micros = new HashMap<>();
        all.forEach((node, times) -> {
            List<Double> counted = new ArrayList<>(times.subList(Math.max(0, times.size() - runs), times.size()));
            counted.sort(null);
            micros.put(node, counted.get(Math.min(1, counted.size() - 1)));
        });
        return micros;
    }

    private static void readEvent(JsonParser json, Map<String, List<Double>> all) throws IOException {
        String name = "";
        double micros = -1;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            JsonToken value = json.nextToken();
            if (key.equals("name")) {
                name = json.getText();
            } else if (key.equals("dur")) {
                micros = json.getDoubleValue();
            } else if (value == JsonToken.START_OBJECT || value == JsonToken.START_ARRAY) {
                json.skipChildren();
            }
        }
        if (name.endsWith(KERNEL) && micros >= 0) {
            all.computeIfAbsent(name.substring(0, name.length() - KERNEL.length()), k -> new ArrayList<>())
                    .add(micros);
        }
    }
}
