package dev.octavo.analysis.check;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Something that will cost accuracy or time.
 *
 * @param kind what it is
 * @param where the value or node concerned
 * @param what what is there, in one sentence
 * @param numbers figures behind it, by name
 * @param why why that matters
 * @param fix recipe lines that help, or after {@code model:} what to change in the network, after {@code see:} where to look; the best first
 * @param weight how much it matters, from 0 (a note) to 100 (the network cannot work)
 */
public record Finding(
        Kind kind,
        String where,
        String what,
        Map<String, Object> numbers,
        String why,
        List<String> fix,
        double weight) {

    /** What can be found. */
    public enum Kind {
        /** Operators that one kernel could do, and something stands between. */
        UNFUSED,
        /** A weight or constant that several calls share. */
        SHARED,
        /** An output of the network that lies on a grid. */
        COARSE_OUTPUT,
        /** Operators in float between integers. */
        FLOAT_ISLAND,
        /** A constant that no linear grid holds. */
        MIXED_CONSTANT,
        /** A range that is known, and the grid is not made for it. */
        KNOWN_RANGE,
        /** Values of different magnitude joined on one grid. */
        MIXED_JOIN,
        /** A weight that loses channels, or much of its signal. */
        COARSE_WEIGHT,
        /** An activation whose channels differ so much that one grid loses the small ones. */
        COARSE_ACTIVATION,
        /** A product of which one operand is on a grid and the other in float. */
        HALF_QUANTIZED,
        /** A line of the recipe that changes nothing. */
        NO_EFFECT,
        /** Integers will gain no time. */
        NOT_FASTER;

        /** As in JSON and text: {@code mixed-constant}. */
        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    public Finding {
        numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
        fix = List.copyOf(fix);
        weight = Math.max(0, Math.min(100, weight));
    }

    /** The figures in the order given: name, value, name, value … */
    static Map<String, Object> numbers(Object... pairs) {
        Map<String, Object> m = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            m.put(String.valueOf(pairs[i]), pairs[i + 1]);
        }
        return m;
    }
}
