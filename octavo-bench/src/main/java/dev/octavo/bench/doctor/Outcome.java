package dev.octavo.bench.doctor;

import dev.octavo.analysis.doctor.Cause;
import dev.octavo.analysis.doctor.Diagnosis;
import dev.octavo.analysis.doctor.Doctor;
import dev.octavo.analysis.doctor.Treatment;
import dev.octavo.analysis.doctor.Trial;
import dev.octavo.analysis.sensitivity.OutputTally;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.LeastSquares;
import dev.octavo.tasks.metric.ClassificationMetric;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What became of a fault.
 *
 * @param fault what was put in
 * @param found the diagnoses
 * @param kept the remedies that were kept
 * @param floats top-1 of the float network with the fault, a fraction
 * @param broken top-1 of its quantized form
 * @param mended top-1 after the remedies
 * @param brokenDecibels signal to noise of the outputs before
 * @param mendedDecibels and after
 */
public record Outcome(
        Fault fault,
        List<Diagnosis> found,
        List<String> kept,
        double floats,
        double broken,
        double mended,
        double brokenDecibels,
        double mendedDecibels) {
    private static final QuantizeOptions SOUND = QuantizeOptions.DEFAULT.withActivations(new LeastSquares());

    public Outcome {
        found = List.copyOf(found);
        kept = List.copyOf(kept);
    }

    /** Whether the first diagnosis has the cause and the site. */
    public boolean right() {
        return !found.isEmpty()
                && fault.causes().contains(first())
                && (fault.sites().isEmpty()
                        || fault.sites().contains(found.get(0).site()));
    }

    Cause first() {
        return found.get(0).cause();
    }

    /** Sites that are said to be wrong on account of what comes from upstream. */
    public List<Diagnosis> victims() {
        return found.stream().filter(d -> d.cause() == Cause.ACCUMULATED).toList();
    }

    /** The accuracy that the fault cost, a fraction; not below 0. */
    public double lost() {
        return Math.max(0, floats - broken);
    }

    /** How much of it came back; not more than was lost. */
    public double back() {
        return Math.min(lost(), mended - broken);
    }

    /** Puts a fault in, asks the doctor, applies the remedies. Remedies are not chosen on the pictures that count. */
    public static Outcome of(Fault fault, Path data, int threads) {
        Network net = fault.network();
        Graph graph = fault.graph().apply(net.read(data));
        QuantizeOptions options = fault.plan().apply(SOUND);
        Dataset calibration = fault.calibration().apply(net.calibration(data));
        Trial<ClassificationMetric> trial =
                new Trial<>(graph, calibration, net.tuning(data), ClassificationMetric.EMPTY, threads);
        Trial<ClassificationMetric> counts =
                new Trial<>(graph, calibration, net.scored(data), ClassificationMetric.EMPTY, threads);
        List<Diagnosis> found = new Doctor(trial, Progress.NONE).examine(options);
        OutputTally<ClassificationMetric> broken =
                counts.measure(trial.make(options).lowered());
        Treatment.Result result = Treatment.fix(trial, options, found, Optional.empty(), Progress.NONE);
        OutputTally<ClassificationMetric> mended =
                counts.measure(trial.make(result.options()).lowered());
        return new Outcome(
                fault,
                found,
                result.ladder().stream()
                        .filter(r -> r.kept() && !r.recipe().isEmpty())
                        .map(Treatment.Rung::remedy)
                        .collect(Collectors.toList()),
                top1(counts.measure(graph)),
                top1(broken),
                top1(mended),
                Treatment.sqnr(broken),
                Treatment.sqnr(mended));
    }

    private static double top1(OutputTally<ClassificationMetric> t) {
        return t.metric().samples() == 0
                ? 0
                : t.metric().top1() / (double) t.metric().samples();
    }
}
