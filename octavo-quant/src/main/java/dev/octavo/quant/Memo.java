package dev.octavo.quant;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Results of pure functions, kept so that plans solved one after another from the same graph compute nothing twice:
 * weights, their grids and their codes are the same whatever rule the activations follow. Safe for several threads.
 */
public final class Memo {
    private final Map<Record, Object> known = new ConcurrentHashMap<>();

    /**
     * The result for a key, computed once.
     *
     * @param key the function's name and arguments: a record type of the caller's own
     */
    public <T> T of(Record key, Class<T> type, Supplier<T> compute) {
        return type.cast(known.computeIfAbsent(key, k -> compute.get()));
    }
}
