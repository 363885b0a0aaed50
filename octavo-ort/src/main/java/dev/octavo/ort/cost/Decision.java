package dev.octavo.ort.cost;

import dev.octavo.ort.cost.PlacementReport.Latency;
import dev.octavo.ort.cost.PlacementReport.Timing;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A placement as it is remembered, so that the same network is placed the same way again: measuring
 * anew could, by noise alone, decide otherwise between two that are as good.
 *
 * @param variant place of the form of the network
 * @param integer places of the groups that run in integers
 * @param why how it was found
 * @param timings what was measured
 */
record Decision(int variant, BitSet integer, String why, List<Timing> timings) {
    private static final String FIELD = "|";
    private static final int NUMBERS = 8;

    Decision {
        timings = List.copyOf(timings);
    }

    /** Whether enough was measured that nobody disturbed. */
    boolean isSettled() {
        return timings.stream().allMatch(Timing::quiet);
    }

    /** One line of text. */
    String text() {
        StringBuilder b = new StringBuilder()
                .append(variant)
                .append(FIELD)
                .append(new BigInteger(1, reversed(integer.toByteArray())).toString(16))
                .append(FIELD)
                .append(why.replace('|', '/'));
        for (Timing t : timings) {
            b.append(FIELD).append(t.threads());
            for (Latency l : List.of(t.inFloat(), t.everywhere(), t.chosen())) {
                b.append(String.format(Locale.ROOT, " %.1f %.1f", l.predicted(), l.measured()));
            }
            b.append(t.quiet() ? " 1" : " 0");
        }
        return b.toString();
    }

    /** What {@link #text} wrote; empty for any other text. */
    static Optional<Decision> parse(String text) {
        String[] fields = text.split("\\|", -1);
        if (fields.length < 3) {
            return Optional.empty();
        }
        try {
            List<Timing> timings = new ArrayList<>();
            for (int i = 3; i < fields.length; i++) {
                timings.add(timing(fields[i].split(" ", -1)));
            }
            BitSet integer = BitSet.valueOf(reversed(new BigInteger(fields[1], 16).toByteArray()));
            return Optional.of(new Decision(Integer.parseInt(fields[0]), integer, fields[2], timings));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Timing timing(String[] numbers) {
        if (numbers.length != NUMBERS) {
            throw new IllegalArgumentException("eight numbers expected, got " + numbers.length);
        }
        double[] n = new double[NUMBERS];
        for (int i = 0; i < n.length; i++) {
            n[i] = Double.parseDouble(numbers[i]);
        }
        return new Timing(
                (int) n[0], new Latency(n[1], n[2]), new Latency(n[3], n[4]), new Latency(n[5], n[6]), n[7] != 0);
    }

    /* A set of bits lists its lowest byte first, a number its highest. */
    private static byte[] reversed(byte[] bytes) {
        byte[] out = new byte[bytes.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = bytes[bytes.length - 1 - i];
        }
        return out;
    }
}
