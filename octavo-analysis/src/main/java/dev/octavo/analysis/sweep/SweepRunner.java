package dev.octavo.analysis.sweep;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.onnx.Fingerprint;
import dev.octavo.ort.EvidenceSweep;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.DataWitness;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.ort.quantize.Preparation.Rewritten;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.Quantizer;
import dev.octavo.quant.rewrite.GraphPass;
import dev.octavo.quant.rewrite.Widths;
import dev.octavo.quant.rewrite.Witness;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes and measures the points of a sweep. Points with the same rewrites share one rewritten graph and one pass over
 * the data, whatever their bits and range rules; a larger number of samples adds to the evidence of a smaller one.
 * Every site that has an integer kernel is quantized in every point, so that points differ in what is varied alone.
 */
public final class SweepRunner {
    private final Setup setup;
    private final SweepLog log;
    private final String identity;
    private final Map<Double, OutputError> errors = new HashMap<>();

    /**
     * What to sweep on.
     *
     * @param model the float network
     * @param calibration the data for ranges
     * @param errorSamples on how many calibration samples the outputs are compared with float
     * @param mode whether points are executed in integers or simulated in float
     * @param scorer the task, if there is one
     * @param identity text that names task and test data, so that results of others are not taken for these
     * @param threads samples at a time
     * @param progress hears of each point
     */
    public record Setup(
            Graph model,
            Dataset calibration,
            int errorSamples,
            Engine.Mode mode,
            Optional<Scorer> scorer,
            String identity,
            int threads,
            Progress progress) {}

    /** A runner that takes what the log knows already. */
    public SweepRunner(Setup setup, SweepLog log) {
        this.setup = setup;
        this.log = log;
        this.identity =
                Fingerprint.of(setup.model()) + " " + setup.calibration().fingerprint() + " " + setup.mode() + " "
                        + setup.errorSamples() + " " + setup.identity();
    }

    /** What the points have in common: the same graph comes of them. */
    private record Family(List<GraphPass> rewrites, Optional<Widths> widths, double inputScale, int samplesOfRewrites) {
        List<GraphPass> passes() {
            return rewrites.stream()
                    .map(p -> widths.isPresent() ? p.forWidths(widths.get()) : p)
                    .toList();
        }
    }

    /** The scores of the float network, by the names that rows have. */
    public Map<String, Double> floatScores() {
        return known("float", () -> scores(setup.model(), Engine.Mode.OPTIMIZED));
    }

    /**
     * Measures points, in order.
     *
     * @param context what the points' keys leave open: the recipe, flags
     */
    public List<SweepRow> run(List<SweepPoint> points, String context) {
        Map<SweepPoint, Map<String, Double>> measured = new LinkedHashMap<>();
        Map<Family, List<SweepPoint>> open = new LinkedHashMap<>();
        for (SweepPoint p : points) {
            Optional<Map<String, Double>> before = log.measured(key(p, context));
            if (before.isPresent()) {
                measured.put(p, before.get());
            } else {
                open.computeIfAbsent(family(p), f -> new ArrayList<>()).add(p);
            }
        }
        setup.progress().begin("sweep", points.size());
        setup.progress().advance(measured.size());
        try {
            open.forEach((family, members) -> measure(family, members, context, measured));
        } finally {
            setup.progress().end();
        }
        return points.stream()
                .map(p -> new SweepRow(p.series(), p.x(), p.label(), measured.getOrDefault(p, Map.of())))
                .toList();
    }

    private Family family(SweepPoint p) {
        boolean blind = p.options().rewrites().isEmpty();
        boolean anyGrid = p.options().rewritesForGrids().equals(p.options().rewrites());
        return new Family(
                p.options().rewrites(),
                anyGrid ? Optional.empty() : Optional.of(p.options().widths()),
                p.inputScale(),
                blind ? 0 : samples(p));
    }

    private int samples(SweepPoint p) {
        int all = setup.calibration().size();
        return Math.min(all, p.samples().orElse(all));
    }

    private String key(SweepPoint p, String context) {
        return identity + " " + context + " " + p.key() + " " + p.options().scheme() + " "
                + p.options().activations() + " ×" + p.inputScale() + " n=" + samples(p);
    }

    private void measure(
            Family family, List<SweepPoint> members, String context, Map<SweepPoint, Map<String, Double>> measured) {
        int n = family.samplesOfRewrites() == 0 ? setup.calibration().size() : family.samplesOfRewrites();
        Dataset data = Subset.shuffled(setup.calibration(), 0, n, family.inputScale());
        Witness witness = DataWitness.of(setup.model(), data, sweep(), Progress.NONE);
        Rewritten rewritten =
                Preparation.rewrite(setup.model(), family.passes(), witness, OrtEngine.INSTANCE::inferTypes);
        List<Ready> ready = new ArrayList<>();
        EvidenceRequest request = EvidenceRequest.NOTHING;
        for (SweepPoint p : members) {
            Prepared one = Preparation.everywhere(rewritten, p.options(), witness);
            ready.add(new Ready(p, one, samples(p)));
            request = request.and(one.request());
        }
        ready.sort(Comparator.comparingInt(Ready::samples));
        Growing evidence = new Growing(rewritten, request, family.inputScale());
        Map<String, Double> rewrittenFloat = new LinkedHashMap<>();
        if (!family.rewrites().isEmpty()) {
            scores(rewritten.graph(), Engine.Mode.OPTIMIZED)
                    .forEach((name, score) -> rewrittenFloat.put(name + " of the rewritten float network", score));
        }
        for (Ready r : ready) {
            Map<String, Double> measures = measure(r.point(), r.prepared(), evidence.of(r.samples()), data);
            measures.putAll(rewrittenFloat);
            log.add(key(r.point(), context), measures);
            measured.put(r.point(), measures);
            setup.progress().advance(1);
        }
    }

    /** A point whose scheme is decided, and how many samples it calibrates on. */
    private record Ready(SweepPoint point, Prepared prepared, int samples) {}

    private Map<String, Double> measure(SweepPoint p, Prepared prepared, Evidence evidence, Dataset data) {
        Plan plan = new Quantizer(p.options())
                .plan(prepared, evidence, p.options().activations(), data, setup.threads(), Progress.NONE)
                .plan();
        Graph lowered = prepared.lower(plan);
        Map<String, Double> measures = new LinkedHashMap<>(scores(lowered, setup.mode()));
        measures.putAll(error(p.inputScale()).of(lowered, setup.mode()));
        return measures;
    }

    private Map<String, Double> scores(Graph graph, Engine.Mode mode) {
        return setup.scorer().map(s -> s.score(graph, mode)).orElse(Map.of());
    }

    private OutputError error(double scale) {
        return errors.computeIfAbsent(scale, s -> {
            Dataset data = Subset.shuffled(setup.calibration(), 0, setup.errorSamples(), s);
            List<Map<String, Tensor>> samples =
                    DataWitness.of(setup.model(), data, sweep(), Progress.NONE).samples(data.size());
            return new OutputError(setup.model(), samples);
        });
    }

    private SweepOptions sweep() {
        return SweepOptions.standard().withThreads(setup.threads());
    }

    private Map<String, Double> known(String what, java.util.function.Supplier<Map<String, Double>> measure) {
        String key = identity + " " + what;
        return log.measured(key).orElseGet(() -> {
            Map<String, Double> fresh = measure.get();
            log.add(key, fresh);
            return fresh;
        });
    }

    /** Evidence of a growing number of samples: each sample is run once. */
    private final class Growing {
        private final Rewritten rewritten;
        private final EvidenceRequest request;
        private final double scale;
        private final TreeMap<Integer, Evidence> bySize = new TreeMap<>();

        Growing(Rewritten rewritten, EvidenceRequest request, double scale) {
            this.rewritten = rewritten;
            this.request = request;
            this.scale = scale;
        }

        Evidence of(int n) {
            Map.Entry<Integer, Evidence> before = bySize.floorEntry(n);
            if (before != null && before.getKey() == n) {
                return before.getValue();
            }
            int from = before == null ? 0 : before.getKey();
            Dataset more = Subset.shuffled(setup.calibration(), from, n, scale);
            Evidence fresh = EvidenceSweep.collect(
                            rewritten.graph(), rewritten.fingerprint(), request, more, sweep(), Progress.NONE)
                    .evidence();
            Evidence all = before == null ? fresh : before.getValue().merge(fresh);
            bySize.put(n, all);
            return all;
        }
    }
}
