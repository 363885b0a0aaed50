package dev.octavo.analysis.doctor;

import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.Choice;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.plan.Site;
import dev.octavo.core.stat.ChannelStats;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.lower.Codes;
import dev.octavo.quant.lower.TapSums;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Splits the error that the constants of a layer bring by causes. Of the weights' error ε at the layer's result:
 *
 * <pre>
 *   shift[o]  =  Σ_i (Σ_k ε[o, i, k]) · E[x_i]          a move of the mean, as far as the bias does not take it back
 *   spread[o] =  Σ_i Σ_k ε[o, i, k]² · Var[x]           noise around it
 *   bias      =  Σ_o (b[o] − rounded b[o])²
 * </pre>
 */
final class WeightExam {
    private static final double UNEVEN = 2;

    private final Patient patient;
    private final String name;
    private final Weighted layer;
    private final Value weight;
    private final Tensor real;
    private final Grid grid;
    private final GridError error;
    private final Channels channels;
    private final double noise;
    private final double shift;
    private final boolean corrected;
    private final OptionalInt biasBits;
    private final double biasNoise;

    private WeightExam(Patient patient, String name, Weighted layer, Grid grid) {
        this.patient = patient;
        this.name = name;
        this.layer = layer;
        this.weight = layer.weight();
        this.real = weight.constant().orElseThrow();
        this.grid = grid;
        this.error = GridError.of(real, grid);
        this.channels = Channels.of(real, layer.outputAxis(), grid);
        this.corrected = layer.bias()
                .filter(b -> patient.plan().constants().containsKey(b.name()))
                .isPresent();
        double[] both = noises();
        this.noise = both[0];
        this.shift = both[1];
        this.biasBits = biasBits();
        this.biasNoise = biasNoise();
    }

    /** The exam of the constants of a layer; empty where no weight of a layer is among them. */
    static Optional<WeightExam> of(Patient p, String name, Set<Site> sites) {
        for (Site s : sites) {
            for (Use u : p.graph().require(s.value()).uses()) {
                Optional<Weighted> w = Weighted.of(u.node()).filter(Weighted::hasConstantWeight);
                Optional<Grid> grid = u.isCaptured() || w.isEmpty()
                        ? Optional.empty()
                        : p.plan().gridFor((Site.OfUse) Site.ofInput(u.node(), Weighted.WEIGHT));
                if (grid.isPresent() && u.input() != Weighted.INPUT) {
                    return Optional.of(new WeightExam(p, name, w.get(), grid.get()));
                }
            }
        }
        return Optional.empty();
    }

    Diagnosis diagnosis(double share) {
        Map<Cause, Double> powers = Blame.tally();
        double clipped = noise * error.clippedShare();
        double rest = noise - clipped;
        powers.put(Cause.TRUNCATION, clipped);
        if (!grid.spec().isPerChannel() && channels.spread().gain() > UNEVEN) {
            double uneven = rest * (1 - 1 / channels.spread().gain());
            powers.put(Cause.WRONG_GRANULARITY, uneven);
            rest -= uneven;
        }
        double moved = noise > 0 ? rest * shift / noise : 0;
        powers.merge(corrected ? Cause.CALIBRATION : Cause.BIAS_SHIFT, moved, Double::sum);
        powers.put(Cause.ROUNDING, rest - moved);
        powers.merge(Cause.BIAS_SHIFT, biasNoise, Double::sum);
        java.util.List<Blame> blames = Blame.of(powers);
        return new Diagnosis(name, "weight", blames, share, evidence(), WeightRemedies.of(this, blames));
    }

    private String evidence() {
        StringBuilder b = new StringBuilder(String.format(
                Locale.ROOT,
                "weight %s on %s; the largest channel is %.1f times the middle one, %d of %d are dead; %.0f %% of its "
                        + "error is clipping; a grid per channel would make it %.1f times smaller; %.0f %% of what it "
                        + "does to the result is a shift of channel means%s",
                weight.name(),
                grid.spec(),
                channels.spread().ratio(),
                channels.spread().dead(),
                channels.spread().channels(),
                100 * error.clippedShare(),
                channels.spread().gain(),
                noise > 0 ? 100 * shift / noise : 0,
                corrected ? ", after correction" : ""));
        biasBits.ifPresent(bits -> b.append(String.format(
                Locale.ROOT,
                "; its bias of %d bits brings %.0f %% of the layer's error",
                bits,
                100 * biasNoise / Math.max(Double.MIN_NORMAL, noise + biasNoise))));
        return b.toString();
    }

    /* The noise at the result per element, summed over output channels, and the part of it that is a move of means. */
    private double[] noises() {
        float[] e = Codes.snapped(real, grid);
        float[] exact = real.floats();
        for (int i = 0; i < e.length; i++) {
            e[i] -= exact[i];
        }
        TapSums taps = TapSums.of(layer, e);
        int inputs = Arrays.stream(taps.input()).max().orElse(-1) + 1;
        double[] mean = means(patient.used().values().get(layer.input().name()), inputs);
        double square = patient.seen(layer.input().name())
                .map(v -> meanSquare(v.histogram()))
                .orElse(1.0);
        double variance = Math.max(
                square * 1e-3,
                square - Arrays.stream(mean).map(m -> m * m).average().orElse(0));
        if (corrected) {
            double[] before =
                    means(patient.calibrated().values().get(layer.input().name()), inputs);
            Arrays.setAll(mean, i -> mean[i] - before[i]);
        }
        double moved = Arrays.stream(taps.sums(mean)).map(s -> s * s).sum();
        return new double[] {Arrays.stream(taps.squares()).sum() * variance + moved, moved};
    }

    private double[] means(@org.jspecify.annotations.Nullable ValueEvidence seen, int inputs) {
        double[] mean = new double[inputs];
        ChannelStats stats = seen == null ? null : seen.channels().get(layer.activationAxis());
        for (int i = 0; stats != null && i < Math.min(inputs, stats.channels()); i++) {
            mean[i] = stats.mean(i);
        }
        return mean;
    }

    private static double meanSquare(DyadicHistogram h) {
        double sum = 0;
        for (long[] bins : java.util.List.of(h.positive(), h.negative())) {
            for (int i = 0; i < bins.length; i++) {
                double x = (i + 0.5) * h.binWidth();
                sum += bins[i] * x * x;
            }
        }
        return sum / Math.max(1, h.count());
    }

    /* The bits of a bias that is rounded before it becomes a code of 32 bits. */
    private OptionalInt biasBits() {
        Choice c = layer.bias().isEmpty()
                ? null
                : patient.prepared().scheme().choices().get(Site.ofInput(layer.node(), Weighted.BIAS));
        return c instanceof Choice.Bias b && b.bits() < 32 ? OptionalInt.of(b.bits()) : OptionalInt.empty();
    }

    private double biasNoise() {
        Optional<Tensor> bias = layer.bias().flatMap(Value::constant);
        if (biasBits.isEmpty() || bias.isEmpty()) {
            return 0;
        }
        QuantSpec spec = QuantSpec.perTensor(biasBits.getAsInt(), true, true);
        double most = 0;
        for (float b : bias.get().floats()) {
            most = Math.max(most, Math.abs(b));
        }
        return GridError.of(bias.get(), Grid.perTensor(spec, QuantParams.forRange(new Range(-most, most), spec)))
                .total();
    }

    Patient patient() {
        return patient;
    }

    Value weight() {
        return weight;
    }

    Weighted layer() {
        return layer;
    }

    Tensor real() {
        return real;
    }

    Grid grid() {
        return grid;
    }

    GridError error() {
        return error;
    }

    OptionalInt roundedBias() {
        return biasBits;
    }

    boolean isCorrected() {
        return corrected;
    }

    /** What a grid does to the channels of a weight. */
    private record Channels(Spread spread) {
        static Channels of(Tensor w, int axis, Grid grid) {
            dev.octavo.quant.lower.Channels along = dev.octavo.quant.lower.Channels.along(
                    w.shape(), axis < 0 ? axis + w.shape().rank() : axis);
            float[] real = w.floats();
            double[] max = new double[along.count()];
            for (int i = 0; i < real.length; i++) {
                max[along.at(i)] = Math.max(max[along.at(i)], Math.abs(real[i]));
            }
            QuantSpec spec = QuantSpec.perTensor(grid.spec().bits(), true, true);
            double each = real.length / (double) max.length;
            double finer = Arrays.stream(max)
                    .map(m -> each * Math.pow(m / Math.max(1, spec.maxCode()), 2) / 12)
                    .sum();
            double now = GridError.of(w, grid).rounded();
            return new Channels(Spread.of(max, finer > 0 ? Math.max(1, now / finer) : 1));
        }
    }
}
