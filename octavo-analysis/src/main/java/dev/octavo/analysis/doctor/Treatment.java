package dev.octavo.analysis.doctor;

import dev.octavo.analysis.sensitivity.Measure;
import dev.octavo.analysis.sensitivity.OutputTally;
import dev.octavo.core.ModelException;
import dev.octavo.core.RecipeException;
import dev.octavo.core.data.Metric;
import dev.octavo.core.data.Progress;
import dev.octavo.ort.quantize.QuantizeOptions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Applies remedies one at a time and keeps those that help. */
public final class Treatment {
    /* What counts as help where there is no task, in dB: less is chance. */
    private static final double DECIBELS = 0.1;

    /* So much of what a site is to blame for must go before its harsher remedies are left alone. */
    private static final double MENDED = 0.5;

    private static final int ROUNDS = 3;

    /* Outputs with less signal to noise are examined again, dB. */
    private static final double SOUND = 20;

    private Treatment() {}

    /**
     * A rung of the ladder.
     *
     * @param remedy what was tried; empty for the beginning
     * @param recipe how a recipe says it
     * @param sqnr of the outputs, dB
     * @param scores of the task
     * @param kept whether it helped
     * @param note why it could not be tried; empty if it was
     */
    public record Rung(
            String remedy, String recipe, double sqnr, Map<String, Double> scores, boolean kept, String note) {}

    /** The ladder, and the options at its top. */
    public record Result(List<Rung> ladder, QuantizeOptions options) {
        public Result {
            ladder = List.copyOf(ladder);
        }
    }

    /**
     * Tries the remedies of diagnoses in their order, then examines again and goes on with what that finds, until nothing
     * more helps. Once half of a site's share of the noise is gone, its harsher remedies are left alone.
     *
     * @param diagnoses what the doctor found under {@code start}
     * @param score the name of the task's score to go by; without it the outputs' noise decides
     */
    public static <M extends Metric<M>> Result fix(
            Trial<M> trial,
            QuantizeOptions start,
            List<Diagnosis> diagnoses,
            Optional<String> score,
            Progress progress) {
        Course<M> course = new Course<>(trial, start, score);
        List<Diagnosis> found = diagnoses;
        for (int round = 0; round < ROUNDS; round++) {
            boolean helped = course.round(found, progress);
            if (!helped || !course.isIll()) {
                break;
            }
            found = new Doctor(trial, progress).examine(course.now);
        }
        return new Result(course.ladder, course.now);
    }

    private static final class Course<M extends Metric<M>> {
        private final Trial<M> trial;
        private final Optional<String> score;
        private final List<Rung> ladder = new ArrayList<>();
        private final Set<String> tried = new LinkedHashSet<>();
        private QuantizeOptions now;
        private OutputTally<M> best;

        Course(Trial<M> trial, QuantizeOptions start, Optional<String> score) {
            this.trial = trial;
            this.score = score;
            this.now = start;
            this.best = trial.measure(trial.make(start).lowered());
            ladder.add(new Rung("as it is", "", sqnr(best), best.metric().scores(), true, ""));
        }

        boolean isIll() {
            return sqnr(best) < SOUND;
        }

        /* Whether any of the remedies helped. */
        boolean round(List<Diagnosis> diagnoses, Progress progress) {
            long before = kept();
            progress.begin("try remedies", diagnoses.size());
            for (Diagnosis d : diagnoses) {
                if (d.share() > 0) { // else it is a matter of time or of hardware
                    against(d);
                }
                progress.advance(1);
            }
            progress.end();
            return kept() > before;
        }

        private long kept() {
            return ladder.stream().filter(Rung::kept).count();
        }

        private void against(Diagnosis d) {
            double enough = sqnr(best) - 10 * Math.log10(1 - Math.min(0.99, MENDED * d.share()));
            for (Remedy r : d.remedies()) {
                if (!tried.add(r.recipe())) {
                    continue;
                }
                try {
                    attempt(r);
                } catch (ModelException | RecipeException e) {
                    ladder.add(new Rung(
                            r.name(), r.recipe(), Double.NaN, Map.of(), false, String.valueOf(e.getMessage())));
                }
                if (sqnr(best) >= enough) {
                    break;
                }
            }
        }

        private void attempt(Remedy r) {
            QuantizeOptions next = r.change().apply(now);
            OutputTally<M> got = trial.measure(trial.make(next).lowered());
            boolean helps = helps(best, got, score);
            ladder.add(new Rung(r.name(), r.recipe(), sqnr(got), got.metric().scores(), helps, ""));
            if (helps) {
                now = next;
                best = got;
            }
        }
    }

    private static <M extends Metric<M>> boolean helps(
            OutputTally<M> best, OutputTally<M> got, Optional<String> score) {
        double gain = sqnr(got) - sqnr(best);
        if (score.isEmpty()) {
            return gain > DECIBELS;
        }
        double before = best.metric().scores().getOrDefault(score.get(), 0.0);
        double after = got.metric().scores().getOrDefault(score.get(), 0.0);
        return after > before || (after == before && gain > DECIBELS);
    }

    /** Signal to noise of the outputs, dB; the mean over outputs. */
    public static double sqnr(OutputTally<?> t) {
        return -Measure.SQNR.harm(t.outputs(), Map.of());
    }
}
