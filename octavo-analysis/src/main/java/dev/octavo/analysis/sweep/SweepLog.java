package dev.octavo.analysis.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octavo.core.ModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a sweep has measured so far, a line of JSON per point, so that an interrupted sweep goes on where it was. A
 * last line cut off by a kill is passed over: that point is measured again. Lines of other models, data or options
 * have other keys and do no harm.
 */
public final class SweepLog {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final Map<String, Map<String, Double>> known = new LinkedHashMap<>();

    private SweepLog(Path file) {
        this.file = file;
    }

    /** The form of a line. */
    private record Line(String key, Map<String, Double> measures) {}

    /** The log in a file, which need not exist yet. */
    public static SweepLog open(Path file) {
        SweepLog log = new SweepLog(file);
        try {
            if (Files.exists(file)) {
                log.read(Files.readString(file, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new ModelException("cannot read " + file + ": " + e.getMessage(), "check the file or remove it", e);
        }
        return log;
    }

    /* Lines that are whole; what a kill cut off is taken out of the file, so that the next line begins on its own. */
    private void read(String text) throws IOException {
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        int number = 0;
        for (String line : whole.lines().toList()) {
            number++;
            try {
                Line one = JSON.readValue(line, new TypeReference<Line>() {});
                known.put(one.key(), one.measures());
            } catch (JsonProcessingException e) {
                throw new ModelException(
                        file + " line " + number + " is no result of a sweep", "remove the file to measure anew", e);
            }
        }
        if (whole.length() < text.length()) {
            Files.writeString(file, whole, StandardCharsets.UTF_8);
        }
    }

    /** What was measured under this key. */
    public Optional<Map<String, Double>> measured(String key) {
        return Optional.ofNullable(known.get(key));
    }

    /** Writes down what was measured. */
    public void add(String key, Map<String, Double> measures) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.writeString(
                    file,
                    JSON.writeValueAsString(new Line(key, measures)) + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            known.put(key, measures);
        } catch (IOException e) {
            throw new ModelException("cannot write " + file + ": " + e.getMessage(), "check space and permissions", e);
        }
    }
}
