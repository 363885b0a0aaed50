package dev.octavo.analysis.doctor;

import dev.octavo.core.plan.Choice;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Site;
import dev.octavo.quant.range.LeastSquares;
import dev.octavo.quant.range.Measured;
import dev.octavo.quant.range.RangeRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Remedies that help only where they are given to all the sites at once: ranges from data like those in use, and width
 * for a chain of values of which each keeps places far off among its values.
 */
final class Together {
    private static final double BY_CALIBRATION = 0.01;
    private static final double WORTH_IT = 0.1;

    private Together() {}

    /** The diagnoses with such remedies first where they belong. */
    static List<Diagnosis> added(Patient p, List<Diagnosis> found) {
        return withWidth(p, withCalibration(p, found));
    }

    private static List<Diagnosis> withCalibration(Patient p, List<Diagnosis> found) {
        if (found.stream().noneMatch(Together::blamesCalibration)) {
            return found;
        }
        Map<String, Grid> grids = fromUse(p);
        if (grids.isEmpty()) {
            return found;
        }
        Remedy remedy = Remedies.fixedAll("ranges from data like those in use", grids);
        return found.stream()
                .map(d -> blamesCalibration(d) ? prefixed(d, remedy) : d)
                .toList();
    }

    private static boolean blamesCalibration(Diagnosis d) {
        return d.blames().stream().anyMatch(b -> b.cause() == Cause.CALIBRATION && b.share() >= WORTH_IT);
    }

    private static Map<String, Grid> fromUse(Patient p) {
        RangeRule asked = p.options().activations();
        RangeRule rule = asked instanceof Measured ? new LeastSquares() : asked;
        Map<String, Grid> grids = new TreeMap<>();
        p.prepared().scheme().choices().forEach((site, choice) -> {
            boolean ranged = choice instanceof Choice.Quantize
                    && site instanceof Site.OfValue
                    && p.seen(site.value()).isPresent();
            if (ranged && new ActivationExam(p, site.value()).byCalibration() > BY_CALIBRATION) {
                QuantSpec spec = ((Choice.Quantize) choice).spec();
                grids.put(
                        site.value(),
                        Grid.perTensor(
                                spec,
                                QuantParams.forRange(
                                        rule.choose(p.seen(site.value()).orElseThrow(), spec), spec)));
            }
        });
        return grids;
    }

    private static List<Diagnosis> withWidth(Patient p, List<Diagnosis> found) {
        Map<String, Remedy> each = new LinkedHashMap<>();
        for (Diagnosis d : found) {
            if (p.seen(d.site()).isPresent() && !d.kind().equals("weight")) {
                ActivationExam exam = new ActivationExam(p, d.site());
                if (exam.needsWidth()) {
                    each.put(d.site(), Remedies.fixed16(d.site(), exam.all()));
                }
            }
        }
        if (each.size() < 2) {
            return found;
        }
        Remedy all = Remedies.together("int16 for values that reach far", List.copyOf(each.values()));
        return found.stream()
                .map(d -> each.containsKey(d.site()) ? prefixed(d, all) : d)
                .toList();
    }

    private static Diagnosis prefixed(Diagnosis d, Remedy first) {
        List<Remedy> remedies = new ArrayList<>(List.of(first));
        remedies.addAll(d.remedies());
        return new Diagnosis(d.site(), d.kind(), d.blames(), d.share(), d.evidence(), remedies);
    }
}
