package dev.octavo.ort;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the file says in which ONNX Runtime wrote how long every node took in every run.
 *
 * @param micros microseconds per node, the second shortest of the runs that count: what the node takes when nobody else
 *     takes the core
 * @param settled whether enough of the runs are not known to have been disturbed
 */
record ProfileTrace(Map<String, Double> micros, boolean settled) {
    private static final String KERNEL = "_kernel_time";
    private static final int LEAST_CLEAN = 3;

    ProfileTrace {
        micros = Map.copyOf(micros);
    }

    /**
     * Reads the file.
     *
     * @param runs how many runs count, the last ones
     * @param clean which of these had their cores to themselves, if that is known; if fewer than three did, all count
     */
    static ProfileTrace read(Path trace, int runs, Optional<BitSet> clean) throws IOException {
        boolean settled = clean.isEmpty() || clean.get().cardinality() >= LEAST_CLEAN;
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
            List<Double> last = times.subList(Math.max(0, times.size() - runs), times.size());
            List<Double> counted = new ArrayList<>(last);
            if (last.size() == runs && clean.isPresent() && settled) {
                counted.clear();
                clean.get().stream().forEach(r -> counted.add(last.get(r)));
            }
            counted.sort(null);
            micros.put(node, counted.get(Math.min(1, counted.size() - 1)));
        });
        return new ProfileTrace(micros, settled);
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
