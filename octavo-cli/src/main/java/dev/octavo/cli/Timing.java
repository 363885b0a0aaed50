package dev.octavo.cli;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where the time went, in seconds, from the start of the process. */
final class Timing {
    private final Map<String, Double> laps = new LinkedHashMap<>();
    private long last = System.nanoTime();

    Timing() {
        long sinceStart = System.currentTimeMillis()
                - ProcessHandle.current()
                        .info()
                        .startInstant()
                        .map(java.time.Instant::toEpochMilli)
                        .orElse(System.currentTimeMillis());
        laps.put("start", sinceStart / 1e3);
    }

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
