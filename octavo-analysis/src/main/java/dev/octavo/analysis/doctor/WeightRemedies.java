package dev.octavo.analysis.doctor;

import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.Choice;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.range.LeastSquares;
import dev.octavo.quant.range.RangeRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What may help the constants of a layer, by what is to blame, the mildest first. */
final class WeightRemedies {
    private static final double WORTH_IT = 0.1;
    private static final double HELPFUL = 0.7;
    private static final int USUAL_BITS = 8;

    private WeightRemedies() {}

    static List<Remedy> of(WeightExam exam, List<Blame> blames) {
        List<Remedy> remedies = new ArrayList<>();
        for (Blame b : blames) {
            if (b.share() >= WORTH_IT) {
                remedies.addAll(against(b.cause(), exam));
            }
        }
        String weight = exam.weight().name();
        remedies.addAll(
                isFixed(exam)
                        ? List.of(fixed(exam, USUAL_BITS), fixed(exam, 16))
                        : exam.grid().spec().bits() < 16 ? List.of(Remedies.int16(weight)) : List.of());
        remedies.add(Remedies.keepFloat(weight));
        return remedies;
    }

    private static List<Remedy> against(Cause cause, WeightExam exam) {
        return switch (cause) {
            case TRUNCATION -> isFixed(exam) ? List.of() : List.of(Remedies.wholeWeights());
            case WRONG_GRANULARITY -> perChannel();
            case BIAS_SHIFT -> bias(exam);
            case CALIBRATION -> List.of(Remedies.withoutCorrection());
            default -> rounding(exam);
        };
    }

    private static List<Remedy> perChannel() {
        List<Remedy> remedies = new ArrayList<>(List.of(Remedies.perChannel()));
        remedies.addAll(Remedies.rewrites("equalize"));
        return remedies;
    }

    private static List<Remedy> bias(WeightExam exam) {
        List<Remedy> remedies = new ArrayList<>();
        if (exam.roundedBias().isPresent()) {
            boolean byScheme = exam.roundedBias().getAsInt()
                    == exam.patient().options().scheme().biasBits();
            remedies.add(
                    byScheme
                            ? Remedies.biasBits()
                            : Remedies.bits(exam.layer().bias().orElseThrow().name(), 32));
        }
        boolean corrects = exam.patient().options().refinements().stream()
                .anyMatch(r -> r.name().contains("correct-bias"));
        if (!corrects) {
            remedies.add(Remedies.correctBias());
        }
        return remedies;
    }

    private static List<Remedy> rounding(WeightExam exam) {
        List<Remedy> remedies = new ArrayList<>();
        int bits = exam.grid().spec().bits();
        if (bits < USUAL_BITS && !isFixed(exam)) {
            boolean byScheme = bits == exam.patient().options().scheme().weightBits();
            remedies.add(
                    byScheme
                            ? Remedies.weightBits(USUAL_BITS)
                            : Remedies.bits(exam.weight().name(), USUAL_BITS));
        }
        boolean others =
                !RangeRules.nameOf(exam.patient().options().weights()).equals("least-squares") && !isFixed(exam);
        if (others && leastSquares(exam) < HELPFUL * exam.error().total()) {
            remedies.add(Remedies.weightRange("least-squares"));
        }
        remedies.addAll(Remedies.rewrites("equalize"));
        return remedies;
    }

    private static boolean isFixed(WeightExam exam) {
        return Optional.ofNullable(exam.patient().prepared().scheme().choices().get(Site.of(exam.weight())))
                .or(() -> Optional.ofNullable(exam.patient()
                        .prepared()
                        .scheme()
                        .choices()
                        .get(Site.ofInput(exam.layer().node(), Weighted.WEIGHT))))
                .filter(c -> c instanceof Choice.Fixed)
                .isPresent();
    }

    private static Remedy fixed(WeightExam exam, int bits) {
        double most = 0;
        for (float w : exam.real().floats()) {
            most = Math.max(most, Math.abs(w));
        }
        QuantSpec spec = QuantSpec.perTensor(bits, true, true);
        return Remedies.fixed(exam.weight().name(), spec, QuantParams.forRange(new Range(-most, most), spec));
    }

    /* The error on grids of the least squared error, of the same kind. */
    private static double leastSquares(WeightExam exam) {
        QuantSpec spec = exam.grid().spec();
        Tensor w = exam.real();
        dev.octavo.quant.lower.Channels along = dev.octavo.quant.lower.Channels.of(w.shape(), spec);
        float[] all = w.floats();
        float[][] parts = new float[along.count()][all.length / along.count()];
        int[] filled = new int[along.count()];
        for (int i = 0; i < all.length; i++) {
            int c = along.at(i);
            parts[c][filled[c]++] = all[i];
        }
        List<QuantParams> params = new ArrayList<>();
        for (float[] part : parts) {
            params.add(QuantParams.forRange(new LeastSquares().chooseFor(part, spec), spec));
        }
        return GridError.of(w, new Grid(spec, params)).total();
    }
}
