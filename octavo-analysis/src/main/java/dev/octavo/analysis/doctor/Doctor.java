package dev.octavo.analysis.doctor;

import dev.octavo.analysis.sensitivity.Measure;
import dev.octavo.analysis.sensitivity.NoTask;
import dev.octavo.analysis.sensitivity.SensitiveSite;
import dev.octavo.analysis.sensitivity.SensitiveSite.Kind;
import dev.octavo.analysis.sensitivity.Sensitivity;
import dev.octavo.analysis.sensitivity.SensitivityTable;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.OpKind;
import dev.octavo.core.op.Workload;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.target.Group;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Says of every sensitive site why it harms the outputs: which sites do is measured, each alone; why is read from its
 * grid and from what was seen of its values.
 */
public final class Doctor {
    /* Sites that bring less than this share of all noise, each alone, are no cause worth a remedy. */
    private static final double LEAST_SHARE = 0.04;
    private static final int MOST_SITES = 12;

    private final Trial<?> trial;
    private final Progress progress;

    /**
     * A doctor.
     *
     * @param trial the network with its data
     */
    public Doctor(Trial<?> trial, Progress progress) {
        this.trial = trial;
        this.progress = progress;
    }

    /** The sensitive sites under these options, those that bring most noise first, then layers left in float. */
    public List<Diagnosis> examine(QuantizeOptions options) {
        Trial.Made made = trial.make(options);
        Prepared p = made.prepared();
        Evidence evidence = trial.evidence(p, p.request().and(channels(made)));
        SensitivityTable<NoTask> table = new Sensitivity(p.graph(), p.types(), made.plan(), trial.threads())
                .run(trial.calibration(), new NoTask(), progress);
        Examination examination = new Examination(p, made.plan(), evidence, options);
        List<Diagnosis> found = new ArrayList<>();
        for (Suspect s : suspects(table)) {
            found.add(
                    s.row().kind() == Kind.WEIGHT
                            ? examination.weight(s.row().name(), s.row().sites(), s.share())
                            : examination.activation(s.row().name(), s.share()));
        }
        found.addAll(floats(p));
        return found;
    }

    private record Suspect(SensitiveSite<NoTask> row, double share) {}

    private static List<Suspect> suspects(SensitivityTable<NoTask> table) {
        List<SensitiveSite<NoTask>> rows =
                table.rows().stream().filter(r -> r.kind() != Kind.BOTH).toList();
        double all = rows.stream().mapToDouble(Doctor::noise).sum();
        return rows.stream()
                .map(r -> new Suspect(r, all > 0 ? noise(r) / all : 0))
                .filter(s -> s.share() >= LEAST_SHARE)
                .sorted(Comparator.comparingDouble(s -> -s.share()))
                .limit(MOST_SITES)
                .toList();
    }

    /* Noise power over signal power at the outputs; not finite counts as a million times the signal. */
    private static double noise(SensitiveSite<?> row) {
        return Math.min(1e6, Math.pow(10, Measure.SQNR.harm(row.alone().outputs(), Map.of()) / 10));
    }

    /* Channel by channel along the usual axis, for activations with a grid. */
    private static EvidenceRequest channels(Trial.Made made) {
        TreeMap<String, Set<Integer>> axes = new TreeMap<>();
        made.plan().grids().keySet().forEach(s -> {
            Value v = made.prepared().graph().require(s.value());
            TensorType type = made.prepared().types().get(s.value());
            if (v.constant().isEmpty() && type != null && type.shape().rank() >= 2) {
                axes.put(s.value(), Set.of(Examination.channelAxis(type.shape().rank())));
            }
        });
        return new EvidenceRequest(axes);
    }

    private static List<Diagnosis> floats(Prepared p) {
        double all = p.graph().nodes().stream()
                .mapToDouble(n -> Workload.macs(n, p.types()))
                .sum();
        List<Diagnosis> found = new ArrayList<>();
        for (Map.Entry<Group, String> e : p.obstacles().entrySet()) {
            Group g = e.getKey();
            double macs = Workload.macs(g.node(), p.types());
            if (OpCatalog.of(g.node()).kind() == OpKind.COMPUTES && macs > 0) {
                found.add(new Diagnosis(
                        g.output().name(),
                        "layer",
                        Cause.LEFT_IN_FLOAT,
                        0,
                        String.format(
                                Locale.ROOT,
                                "%s; it is %.1f %% of all multiply-accumulates",
                                e.getValue(),
                                100 * macs / all),
                        List.of()));
            }
        }
        found.sort(Comparator.comparing(Diagnosis::site));
        return found;
    }
}
