package dev.octavo.bench.doctor;

import dev.octavo.analysis.doctor.Diagnosis;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Puts every fault into its network and prints, as a table, what the doctor said first and what its remedies brought
 * back; then the same for the faults that were held out.
 */
public final class FaultSuite {
    private static final int THREADS = 2;

    private FaultSuite() {}

    /**
     * {@code FaultSuite DATA [WORD]…}: the folder of the networks; only faults whose list, name and network have all the
     * words.
     */
    public static void main(String[] args) {
        Path data = Path.of(args[0]);
        List<String> words =
                Arrays.stream(args).skip(1).map(w -> w.toLowerCase(Locale.ROOT)).toList();
        run("seeded", Faults.all(), data, words);
        run("held out", HeldOut.all(), data, words);
    }

    private static void run(String list, List<Fault> faults, Path data, List<String> words) {
        List<Fault> some = faults.stream()
                .filter(f -> words.stream()
                        .allMatch((list + " " + f.name() + " " + f.network()).toLowerCase(Locale.ROOT)::contains))
                .toList();
        if (some.isEmpty()) {
            return;
        }
        System.out.println("| " + list + " | network | said first | right | top-1 % float / broken / mended | "
                + "SQNR dB broken / mended | remedies kept |");
        System.out.println("|---|---|---|---|---|---|---|");
        List<Outcome> all = new ArrayList<>();
        for (Fault f : some) {
            Outcome o = Outcome.of(f, data, THREADS);
            all.add(o);
            System.out.println(row(o));
        }
        System.out.println();
        System.out.println(summary(all));
        System.out.println();
    }

    private static String row(Outcome o) {
        Diagnosis d = o.found().get(0);
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s of %s (%s, %.0f %% of the noise) | %s | %.1f / %.1f / %.1f | %.1f / %.1f | %s |",
                o.fault().name(),
                o.fault().network().toString().toLowerCase(Locale.ROOT),
                d.causes(),
                d.site(),
                d.kind(),
                100 * d.share(),
                o.right() ? "yes" : "**no**",
                100 * o.floats(),
                100 * o.broken(),
                100 * o.mended(),
                o.brokenDecibels(),
                o.mendedDecibels(),
                o.kept().isEmpty() ? "none" : String.join(", ", o.kept()));
    }

    /** How many were named right, and how much came back. */
    static String summary(List<Outcome> all) {
        long right = all.stream().filter(Outcome::right).count();
        double lost = all.stream().mapToDouble(Outcome::lost).sum();
        double back = all.stream().mapToDouble(Outcome::back).sum();
        long victims = all.stream().mapToLong(o -> o.victims().size()).sum();
        long traced = all.stream()
                .mapToLong(o -> o.victims().stream()
                        .filter(v ->
                                v.evidence().contains("from " + o.found().get(0).site() + " ("))
                        .count())
                .sum();
        return String.format(
                Locale.ROOT,
                "%d of %d named right first (%.0f %%); %.1f of %.1f points of top-1 that were lost came back (%.0f %%); "
                        + "%d sites were said to be wrong from upstream, %d of them from the site named first",
                right,
                all.size(),
                100.0 * right / all.size(),
                100 * back,
                100 * lost,
                lost > 0 ? 100 * back / lost : 100,
                victims,
                traced);
    }
}
