package dev.octavo.analysis.check;

import dev.octavo.analysis.check.CheckReport.Forecast;
import dev.octavo.analysis.check.Finding.Kind;
import dev.octavo.core.op.Workload;
import dev.octavo.ort.cost.PlacementReport;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.Placement;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Whether integers will be faster: as measured, or by rules. */
final class Forecasts {
    private static final double GAIN = 1.05;
    private static final double SLOWER = 35;
    private static final double NO_FASTER = 20;
    private static final int INTEGER_BITS = 8;

    private Forecasts() {}

    static Forecast of(Subject s, Optional<PlacementReport> placement) {
        double share = share(s);
        if (s.options().scheme().activationBits() > INTEGER_BITS
                || s.options().scheme().weightBits() > INTEGER_BITS) {
            return new Forecast(
                    "rules", 0, 0, 0, 0, "more than 8 bits run in float between conversions: slower than float");
        }
        Optional<PlacementReport.Timing> timing =
                placement.flatMap(p -> p.timings().stream().findFirst());
        if (timing.isPresent()) {
            double before = timing.get().inFloat().measured();
            double after = timing.get().chosen().measured();
            boolean remembered = placement.get().remembered();
            return new Forecast(
                    remembered ? "remembered" : "measured",
                    before / after,
                    before,
                    after,
                    share,
                    String.format(
                            Locale.ROOT,
                            "x%.2f with one thread (%.2f ms in float, %.2f quantized), %s on this machine%s; %.0f %% of the"
                                    + " multiply-accumulates in integers",
                            before / after,
                            before / 1e3,
                            after / 1e3,
                            remembered ? "measured earlier" : "measured now",
                            timing.get().quiet() ? "" : ", which was busy",
                            100 * share));
        }
        RoughCosts costs = new RoughCosts(s.types());
        double before = Placement.cost(s.graph(), s.groups(), Set.of(), costs);
        double after = Placement.cost(s.graph(), s.groups(), s.integer(), costs);
        return new Forecast(
                "rules",
                after == 0 ? 1 : before / after,
                before,
                after,
                share,
                String.format(
                        Locale.ROOT,
                        "about x%.1f, by rules and not measured: %.0f %% of the multiply-accumulates in integers, %.0f %% of"
                                + " the time for conversions; --measure times it on this machine",
                        after == 0 ? 1 : before / after,
                        100 * share,
                        100 * conversions(s, costs) / Math.max(1e-9, after)));
    }

    private static double conversions(Subject s, RoughCosts costs) {
        double arithmetic = s.groups().stream()
                .mapToDouble(g -> s.integer().contains(g) ? costs.inIntegers(g) : costs.inFloat(g))
                .sum();
        return Placement.cost(s.graph(), s.groups(), s.integer(), costs) - arithmetic;
    }

    private static double share(Subject s) {
        double all = 0;
        double integer = 0;
        for (Group g : s.groups()) {
            double macs = Workload.macs(g.node(), s.types());
            all += macs;
            integer += s.integer().contains(g) ? macs : 0;
        }
        return all == 0 ? 0 : integer / all;
    }

    static List<Finding> findings(Subject s, Forecast f) {
        if (f.speedup() >= GAIN) {
            return List.of();
        }
        boolean slower = f.speedup() < 1 / GAIN;
        return List.of(new Finding(
                Kind.NOT_FASTER,
                s.graph().name().isEmpty() ? "the network" : s.graph().name(),
                slower ? "quantized it will be slower: " + f.text() : "quantized it will be no faster: " + f.text(),
                Finding.numbers("speedup", f.speedup(), "from", f.from(), "integerMacShare", f.integerShare()),
                "then nothing but its size is gained",
                List.of("plan: { objective: latency }"),
                slower && !f.from().equals("rules") ? SLOWER : NO_FASTER));
    }
}
