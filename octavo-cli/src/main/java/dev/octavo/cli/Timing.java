package dev.octavo.cli;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where the time went, in seconds, without the start of Java. */
final class Timing {
    private final Map<String, Double> laps = new LinkedHashMap<>();
    private long last = System.nanoTime();

    /** What was done since the last call. */
    void lap(String what) {
        long now = System.nanoTime();
        laps.put(what, (now - last) / 1e9);
        last = now;
    }

    Map<String, Double> laps() {
        return Collections.unmodifiableMap(laps);
    }
}
