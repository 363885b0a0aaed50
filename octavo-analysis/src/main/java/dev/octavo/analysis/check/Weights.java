package dev.octavo.analysis.check;

import dev.octavo.analysis.check.CheckReport.WeightRow;
import dev.octavo.analysis.check.Finding.Kind;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.lower.Channels;
import dev.octavo.quant.lower.Codes;
import dev.octavo.quant.range.RangeRule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** What the grids of weights leave of them. */
final class Weights {
    private static final double SPREAD_BITS = 4;
    private static final double LOST = 20;
    private static final double PER_ROOT = 75;
    private static final double POOR_DECIBELS = 20;
    private static final double POOR = 40;
    private static final int FEW = 5;

    private Weights() {}

    static Section<WeightRow> of(Subject s) {
        List<WeightRow> rows = new ArrayList<>();
        List<WeightRow> tensors = new ArrayList<>();
        Set<Value> seen = new HashSet<>();
        for (Node n : s.graph().nodes()) {
            Optional<Weighted> w = Weighted.of(n).filter(Weighted::hasConstantWeight);
            if (w.isEmpty() || w.get().weight().constant().orElseThrow().dtype() != DType.FLOAT) {
                continue;
            }
            Optional<QuantSpec> spec = s.decided().read(n, Weighted.WEIGHT);
            if (spec.isPresent() && seen.add(w.get().weight())) {
                WeightRow row = row(s, w.get(), spec.get());
                rows.add(row);
                if (!spec.get().isPerChannel()) {
                    tensors.add(row);
                }
            }
        }
        List<Finding> findings = new ArrayList<>();
        perTensor(tensors).ifPresent(findings::add);
        poor(rows).ifPresent(findings::add);
        return new Section<>(rows, findings);
    }

    private static WeightRow row(Subject s, Weighted w, QuantSpec spec) {
        Tensor weight = w.weight().constant().orElseThrow();
        float[] x = weight.floats();
        Channels channels = Channels.along(weight.shape(), w.outputAxis());
        Grid grid = s.decided()
                .grid(w.weight())
                .orElseGet(() -> grid(x, weight, spec, s.options().weights()));
        float[] y = Codes.snapped(weight, grid);
        double[] largest = new double[channels.count()];
        double[] power = new double[channels.count()];
        double[] noise = new double[channels.count()];
        boolean[] alive = new boolean[channels.count()];
        for (int i = 0; i < x.length; i++) {
            int c = channels.at(i);
            largest[c] = Math.max(largest[c], Math.abs(x[i]));
            power[c] += (double) x[i] * x[i];
            noise[c] += ((double) x[i] - y[i]) * (x[i] - y[i]);
            alive[c] |= y[i] != 0;
        }
        double all = 0;
        double wrong = 0;
        double most = 0;
        double least = Double.POSITIVE_INFINITY;
        double worst = Double.POSITIVE_INFINITY;
        int dead = 0;
        int lost = 0;
        for (int c = 0; c < largest.length; c++) {
            all += power[c];
            wrong += noise[c];
            if (largest[c] == 0) {
                dead++;
                continue;
            }
            lost += alive[c] ? 0 : 1;
            most = Math.max(most, largest[c]);
            least = Math.min(least, largest[c]);
            worst = Math.min(worst, decibels(power[c], noise[c]));
        }
        return new WeightRow(
                w.weight().name(),
                w.node().label(),
                Decided.dtype(spec) + (spec.isPerChannel() ? " per channel" : " per tensor"),
                most == 0 ? 0 : Math.log(most / least) / Math.log(2),
                dead,
                largest.length,
                narrow(largest, most),
                lost,
                decibels(all, wrong),
                Double.isInfinite(worst) ? 0 : worst);
    }

    private static int narrow(double[] largest, double most) {
        int n = 0;
        for (double x : largest) {
            n += x > 0 && x * Math.pow(2, SPREAD_BITS) <= most ? 1 : 0;
        }
        return n;
    }

    /* As the solver does it: a range per channel by the rule for weights. */
    private static Grid grid(float[] x, Tensor weight, QuantSpec spec, RangeRule rule) {
        Channels channels = Channels.of(weight.shape(), spec);
        float[][] parts = new float[channels.count()][x.length / Math.max(1, channels.count())];
        int[] filled = new int[channels.count()];
        for (int i = 0; i < x.length; i++) {
            int c = channels.at(i);
            parts[c][filled[c]++] = x[i];
        }
        List<QuantParams> params = new ArrayList<>();
        for (float[] one : parts) {
            params.add(
                    one.length == 0 ? new QuantParams(1f, 0) : QuantParams.forRange(rule.chooseFor(one, spec), spec));
        }
        return new Grid(
                channels.count() == 1
                        ? new QuantSpec(
                                spec.bits(),
                                spec.signed(),
                                spec.symmetric(),
                                spec.isPerChannel() ? spec.axis() : OptionalInt.empty())
                        : spec,
                params);
    }

    private static double decibels(double power, double noise) {
        return power == 0 ? 0 : 10 * Math.log10(power / Math.max(noise, power * 1e-15));
    }

    private static Optional<Finding> perTensor(List<WeightRow> rows) {
        List<WeightRow> bad = rows.stream()
                .filter(r -> r.narrow() > 0 || r.lost() > 0)
                .sorted(Comparator.comparingDouble(WeightRow::spreadBits).reversed())
                .toList();
        if (bad.isEmpty()) {
            return Optional.empty();
        }
        WeightRow worst = bad.get(0);
        int lost = bad.stream().mapToInt(WeightRow::lost).sum();
        int narrow = bad.stream().mapToInt(WeightRow::narrow).sum();
        double share =
                (double) narrow / rows.stream().mapToInt(WeightRow::channels).sum();
        return Optional.of(new Finding(
                Kind.COARSE_WEIGHT,
                worst.value(),
                String.format(
                        Locale.ROOT,
                        "%.1f %% of the channels, in %d of %d weights, are %.0f bits or more smaller than the largest on their"
                                + " grid; here %.1f bits",
                        100 * share,
                        bad.size(),
                        rows.size(),
                        SPREAD_BITS,
                        worst.spreadBits()),
                Finding.numbers(
                        "weights",
                        bad.size(),
                        "spreadBits",
                        worst.spreadBits(),
                        "channelsLost",
                        lost,
                        "worstChannelDecibels",
                        bad.stream().mapToDouble(WeightRow::worstChannel).min().orElse(0),
                        "worst",
                        bad.stream().limit(FEW).map(WeightRow::value).toList()),
                "the largest channel decides the step, and small channels lose that many bits"
                        + (lost > 0
                                ? "; " + lost + (lost == 1 ? " channel becomes" : " channels become") + " all zeros"
                                : ""),
                List.of("plan: { weights: { per: channel } }"),
                LOST + PER_ROOT * Math.sqrt(share)));
    }

    private static Optional<Finding> poor(List<WeightRow> rows) {
        List<WeightRow> bad = rows.stream()
                .filter(r -> r.sqnr() < POOR_DECIBELS && r.sqnr() != 0)
                .sorted(Comparator.comparingDouble(WeightRow::sqnr))
                .toList();
        if (bad.isEmpty()) {
            return Optional.empty();
        }
        WeightRow worst = bad.get(0);
        StringBuilder bits = new StringBuilder("plan: { bits: { ");
        for (int i = 0; i < Math.min(FEW, bad.size()); i++) {
            bits.append(i == 0 ? "" : ", ")
                    .append(Subject.quoted(bad.get(i).value()))
                    .append(": 8");
        }
        boolean narrow = !worst.dtype().startsWith("s8");
        return Optional.of(new Finding(
                Kind.COARSE_WEIGHT,
                worst.value(),
                String.format(
                        Locale.ROOT,
                        "%d of %d weights keep less than %.0f dB of their signal; here %.1f dB, %s",
                        bad.size(),
                        rows.size(),
                        POOR_DECIBELS,
                        worst.sqnr(),
                        worst.dtype()),
                Finding.numbers("weights", bad.size(), "decibels", worst.sqnr()),
                "a hundredth or more of what such a layer computes is rounding",
                List.of(narrow ? bits.append(" } }").toString() : "plan: { weights: { per: channel } }"),
                POOR + Math.min(40, POOR_DECIBELS - worst.sqnr())));
    }
}
