package dev.octavo.analysis.doctor;

import dev.octavo.analysis.compare.PairStats;
import dev.octavo.analysis.sensitivity.NoTask;
import dev.octavo.analysis.sensitivity.OutputTally;
import dev.octavo.analysis.sensitivity.SensitiveSite;
import dev.octavo.analysis.sensitivity.SensitiveSite.Kind;
import dev.octavo.analysis.sensitivity.Sensitivity;
import dev.octavo.analysis.sensitivity.SensitivityTable;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.Site;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Says of every sensitive site why it harms the outputs: which sites do is measured, each alone; why is read from its
 * grid and from what was seen of its values in the data that the network is measured on. Then the worst sites that are
 * not to blame, layers left in float, and modules called several times.
 */
public final class Doctor {
    /* Sites that bring less than this share of all noise, each alone, are no cause worth a remedy. */
    private static final double LEAST_SHARE = 0.04;
    private static final int MOST_SITES = 12;

    /* A site that alone brings a hundredth of the outputs' power, 20 dB, is worth a word whatever others bring. */
    private static final double HARMFUL = 0.01;

    /* What is no number, and what is off by more than ten times the signal, is as bad as that. */
    private static final double WORST = 10;

    /* A layer in float weighs as much as a site whose noise is so much of the outputs' power, per share of the work. */
    private static final double WEIGHT_OF_WORK = 0.05;

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

    private record Suspect(String site, Kind kind, Set<Site> sites, double noise) {}

    private record Ranked(Diagnosis diagnosis, double severity) {}

    /** The diagnoses under these options: what harms most first, what is a matter of time or of hardware by its weight. */
    public List<Diagnosis> examine(QuantizeOptions options) {
        Trial.Made made = trial.make(options);
        Prepared p = made.prepared();
        EvidenceRequest request = p.request().and(channels(made));
        Patient patient =
                new Patient(p, made.plan(), made.lowered(), made.evidence(), trial.usedEvidence(p, request), options);
        SensitivityTable<NoTask> table =
                new Sensitivity(p.graph(), p.types(), made.plan(), trial.threads()).runAlone(trial.used(), progress);
        double noise = noise(table.quantized());
        double power = noise / (1 + noise);
        List<Ranked> ranked = new ArrayList<>();
        for (Diagnosis d : sensitive(patient, table)) {
            ranked.add(new Ranked(d, d.share() * power));
        }
        FloatLayers.of(patient).forEach(f -> ranked.add(new Ranked(f.diagnosis(), WEIGHT_OF_WORK * f.work())));
        ranked.sort(Comparator.comparingDouble(r -> -r.severity()));
        List<Diagnosis> found =
                new ArrayList<>(ranked.stream().map(Ranked::diagnosis).toList());
        found.addAll(new Victims(patient).of(trial.used(), trial.threads(), progress, found));
        found.addAll(Calls.of(patient));
        return found;
    }

    private List<Diagnosis> sensitive(Patient patient, SensitivityTable<NoTask> table) {
        List<Suspect> suspects = suspects(patient, table);
        double all = suspects.stream().mapToDouble(Suspect::noise).sum();
        List<Diagnosis> found = new ArrayList<>();
        for (Suspect s : suspects) {
            double share = all > 0 ? s.noise() / all : 0;
            boolean output = s.kind() == Kind.ACTIVATION
                    && Patient.onlyGoesOut(patient.graph().require(s.site()));
            boolean harms = share >= LEAST_SHARE || s.noise() >= HARMFUL;
            if ((harms && found.size() < MOST_SITES) || (output && s.noise() > 0)) {
                found.add(diagnosis(patient, s, share));
            }
        }
        return Together.added(patient, found);
    }

    private static Diagnosis diagnosis(Patient patient, Suspect s, double share) {
        boolean constant = patient.graph().require(s.site()).constant().isPresent();
        if (s.kind() == Kind.WEIGHT) {
            Optional<WeightExam> exam = WeightExam.of(patient, s.site(), s.sites());
            if (exam.isPresent()) {
                return exam.get().diagnosis(share);
            }
        }
        String value = constant || s.kind() == Kind.ACTIVATION
                ? s.site()
                : s.sites().iterator().next().value();
        return patient.graph().require(value).constant().isPresent()
                ? new ConstantExam(patient, value).diagnosis(share)
                : new ActivationExam(patient, value).diagnosis(share);
    }

    /* Values whose codes only move on are one suspect with the value that they are moved from. */
    private static List<Suspect> suspects(Patient patient, SensitivityTable<NoTask> table) {
        Map<String, Suspect> merged = new LinkedHashMap<>();
        for (SensitiveSite<NoTask> row : table.rows()) {
            if (row.kind() != Kind.BOTH) {
                String origin = row.kind() == Kind.ACTIVATION ? patient.origin(row.name()) : row.name();
                boolean constant = patient.graph().require(origin).constant().isPresent();
                Kind kind = constant ? Kind.WEIGHT : row.kind();
                merged.merge(
                        origin + " " + kind, new Suspect(origin, kind, row.sites(), noise(row.alone())), Doctor::both);
            }
        }
        return merged.values().stream()
                .sorted(Comparator.comparingDouble(s -> -s.noise()))
                .toList();
    }

    private static Suspect both(Suspect a, Suspect b) {
        Set<Site> sites = new TreeSet<>(a.sites());
        sites.addAll(b.sites());
        return new Suspect(a.site(), a.kind(), sites, Math.max(a.noise(), b.noise()));
    }

    /* Noise power over signal power, the mean over outputs; at most ten. */
    private static double noise(OutputTally<?> tally) {
        return tally.outputs().values().stream()
                .mapToDouble(Doctor::noise)
                .average()
                .orElse(0);
    }

    private static double noise(PairStats s) {
        return s.notANumber() > 0
                ? WORST
                : s.sqnr() >= PairStats.NO_NOISE ? 0 : Math.min(WORST, Math.pow(10, -s.sqnr() / 10));
    }

    /* Every activation with a grid, channel by channel along the axis that its reader calls channels, or the usual one. */
    private static EvidenceRequest channels(Trial.Made made) {
        TreeMap<String, Set<Integer>> axes = new TreeMap<>();
        made.plan().grids().keySet().forEach(s -> {
            Value v = made.prepared().graph().require(s.value());
            TensorType type = made.prepared().types().get(s.value());
            if (v.constant().isEmpty() && type != null) {
                Set<Integer> wanted = new TreeSet<>();
                List<Weighted> readers = ActivationExam.readers(v);
                readers.forEach(w -> wanted.add(w.activationAxis()));
                if (readers.isEmpty() && type.shape().rank() >= 2) {
                    wanted.add(ActivationExam.channelAxis(type.shape().rank()));
                }
                axes.put(s.value(), wanted);
            }
        });
        return new EvidenceRequest(axes);
    }
}
