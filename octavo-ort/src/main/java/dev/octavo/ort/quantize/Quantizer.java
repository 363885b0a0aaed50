package dev.octavo.ort.quantize;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.stat.Evidence;
import dev.octavo.ort.EvidenceSweep;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.SweepResult;
import dev.octavo.ort.cost.PlacementReport;
import dev.octavo.ort.cost.PlacementSearch;
import dev.octavo.ort.quantize.Preparation.Rewritten;
import dev.octavo.quant.range.Measured;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.range.RangeRule;
import dev.octavo.quant.target.Group;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The main job in three steps, each of which can be had alone: prepare a graph (rewrite, place,
 * decide), observe data, solve plans.
 *
 * <pre>{@code
 * Quantizer quantizer = new Quantizer(QuantizeOptions.DEFAULT);
 * Prepared prepared = quantizer.prepare(OnnxReader.read(Path.of("model.onnx")));
 * SweepResult seen = quantizer.observe(prepared, dataset, SweepOptions.standard(), Progress.NONE);
 * Plan plan = prepared.solve(seen.evidence());
 * OnnxWriter.write(prepared.lower(plan), Path.of("model.int8.onnx"));
 * }</pre>
 */
public final class Quantizer {
    private final QuantizeOptions options;
    private final Path memory;

    /** A quantizer that remembers measured costs in the user's cache folder. */
    public Quantizer(QuantizeOptions options) {
        this(options, defaultMemory());
    }

    /**
     * A quantizer.
     *
     * @param memory folder in which costs measured on this machine are remembered
     */
    public Quantizer(QuantizeOptions options, Path memory) {
        this.options = options;
        this.memory = memory;
    }

    /** {@code $OCTAVO_CACHE}, or {@code octavo} in the user's cache folder. */
    public static Path defaultMemory() {
        return Optional.ofNullable(System.getenv("OCTAVO_CACHE"))
                .map(Path::of)
                .or(() -> Optional.ofNullable(System.getenv("XDG_CACHE_HOME")).map(d -> Path.of(d, "octavo")))
                .orElse(Path.of(System.getProperty("user.home", "."), ".cache", "octavo"));
    }

    /** Rewrites the graph, decides where integers pay, and with that the scheme. */
    public Prepared prepare(Graph model) {
        Rewritten r = Preparation.rewrite(model, OrtEngine.INSTANCE::inferTypes);
        List<Group> groups = Group.of(r.graph());
        Map<Group, String> obstacles = new LinkedHashMap<>(Preparation.obstacles(r, groups, options));
        List<Group> possible = new ArrayList<>(groups);
        possible.removeIf(obstacles::containsKey);
        if (options.objective() == Objective.SIZE || !executable()) {
            return Preparation.decide(r, possible, obstacles, options, Optional.empty());
        }
        PlacementSearch search = new PlacementSearch(
                r.graph(), groups, new HashSet<>(possible), r.types(), some -> rough(r, some, obstacles), memory);
        PlacementReport report = search.search(integerFactor());
        for (Group g : possible) {
            if (!report.integer().contains(g)) {
                obstacles.put(g, "integers would not make it faster on this machine");
            }
        }
        return Preparation.decide(r, report.integer(), obstacles, options, Optional.of(report));
    }

    /* Widths that the runtime has no integer kernels for gain no time anywhere: nothing to measure. */
    private boolean executable() {
        return options.scheme().activationBits() <= 8 && options.scheme().weightBits() <= 8;
    }

    private double integerFactor() {
        return switch (options.objective()) {
            case BALANCED, SIZE -> 0.95;
            case LATENCY -> 1.0;
            case ACCURACY -> 1.3;
        };
    }

    private Graph rough(Rewritten r, List<Group> integer, Map<Group, String> obstacles) {
        QuantizeOptions plain = QuantizeOptions.DEFAULT.withoutBiasCorrection().withActivations(new MinMax());
        Prepared p = Preparation.decide(r, integer, obstacles, plain, Optional.empty());
        Plan plan = p.solve(RoughEvidence.of(p.graph(), p.fingerprint(), p.request()));
        return p.lower(plan);
    }

    /** Collects the evidence that the prepared graph asks for, in one pass over the data. */
    public SweepResult observe(Prepared prepared, Dataset data, SweepOptions sweep, Progress progress) {
        return EvidenceSweep.collect(
                prepared.graph(), prepared.fingerprint(), prepared.request(), data, sweep, progress);
    }

    /**
     * The plan by a range rule for activations. {@link dev.octavo.quant.range.Measured} tries rules on some of the data;
     * any other rule needs the evidence alone.
     */
    public RangedPlan plan(
            Prepared prepared, Evidence evidence, RangeRule rule, Dataset data, int threads, Progress progress) {
        if (rule instanceof Measured) {
            return RangeSearch.search(prepared, evidence, data, threads, progress);
        }
        return RangedPlan.of(prepared.solve(evidence, rule), rule);
    }
}
