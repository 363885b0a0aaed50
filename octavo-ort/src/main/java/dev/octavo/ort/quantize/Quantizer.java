package dev.octavo.ort.quantize;

import dev.octavo.core.RecipeException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.stat.Evidence;
import dev.octavo.ort.EvidenceSweep;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.SweepResult;
import dev.octavo.ort.cost.PlacementReport;
import dev.octavo.ort.cost.PlacementSearch;
import dev.octavo.ort.cost.Preference;
import dev.octavo.ort.cost.Variant;
import dev.octavo.ort.quantize.Preparation.Rewritten;
import dev.octavo.quant.Journal;
import dev.octavo.quant.range.Measured;
import dev.octavo.quant.range.RangeRule;
import dev.octavo.quant.range.WithRoom;
import dev.octavo.quant.rewrite.ShortcutToConvolution;
import dev.octavo.quant.rewrite.Witness;
import dev.octavo.quant.solve.Solver;
import dev.octavo.quant.target.Group;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The main job in three steps, each of which can be had alone: prepare a graph (rewrite, place,
 * decide), observe data, solve plans.
 *
 * <pre>{@code
 * Quantizer quantizer = new Quantizer(QuantizeOptions.DEFAULT);
 * Prepared prepared = quantizer.prepare(OnnxReader.read(Path.of("model.onnx")));
 * SweepResult seen = quantizer.observe(prepared, dataset, SweepOptions.standard(), Progress.NONE);
 * Plan plan = prepared.solve(seen.evidence(), new Percentile(0.9999)); // and any number of others
 * OnnxWriter.write(prepared.lower(plan), Path.of("model.int8.onnx"));
 * }</pre>
 *
 * <p>{@link #plan} tries range rules on some of the data, which the command does by default. {@code docs/java-api.md}
 * shows the whole job with the accuracy before and after.
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

    /** As {@link #prepare(Graph, Witness)}, for options whose passes need no data. */
    public Prepared prepare(Graph model) {
        return prepare(model, new NoData());
    }

    /**
     * Rewrites the graph, decides where integers pay, and with that the scheme.
     *
     * @param witness what passes may ask, such as a {@link DataWitness}
     */
    public Prepared prepare(Graph model, Witness witness) {
        return prepare(model, witness, s -> Optional.of(s.search())).orElseThrow();
    }

    /** As {@link #withoutMeasuring(Graph, Witness)}, for options whose passes need no data. */
    public Prepared withoutMeasuring(Graph model) {
        return withoutMeasuring(model, new NoData());
    }

    /**
     * As {@link #prepare(Graph, Witness)}, at once: with the placement that an earlier command on this machine found, or,
     * if there is none, with integers wherever the target has kernels.
     */
    public Prepared withoutMeasuring(Graph model, Witness witness) {
        return prepare(model, witness, PlacementSearch::remembered)
                .orElseGet(() -> Preparation.everywhere(
                        Preparation.rewrite(model, options.rewritesForGrids(), witness, OrtEngine.INSTANCE::inferTypes),
                        options,
                        witness));
    }

    private Optional<Prepared> prepare(
            Graph model, Witness witness, Function<PlacementSearch, Optional<PlacementReport>> find) {
        Rewritten plain =
                Preparation.rewrite(model, options.rewritesForGrids(), witness, OrtEngine.INSTANCE::inferTypes);
        if (options.objective() == Objective.SIZE || !executable()) {
            return Optional.of(Preparation.everywhere(plain, options, witness));
        }
        List<Rewritten> forms =
                Preparation.forms(plain, Preparation.rewritesThatMayPay(plain), OrtEngine.INSTANCE::inferTypes);
        List<Variant> variants = new ArrayList<>();
        List<Map<Group, String>> obstacles = new ArrayList<>();
        for (Rewritten r : forms) {
            List<Group> groups = Group.of(r.graph());
            obstacles.add(new LinkedHashMap<>(Preparation.obstacles(r, groups, options, witness)));
            variants.add(variant(r, groups, obstacles.get(obstacles.size() - 1)));
        }
        Optional<PlacementReport> found =
                find.apply(new PlacementSearch(variants, options.scheme(), preference(), memory));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        PlacementReport report = found.get();
        Map<Group, String> reasons = obstacles.get(report.variant());
        report.floats().forEach(f -> reasons.put(f.group(), "measured: " + f.text()));
        Rewritten chosen = forms.get(report.variant());
        for (Rewritten r : forms.subList(report.variant() + 1, forms.size())) {
            chosen.journal().skipped(r.name(), r.graph().name(), "measured with it, the network is no faster");
        }
        return Optional.of(
                Preparation.decide(chosen, report.integer(), reasons, options, Optional.of(report), witness));
    }

    private static Variant variant(Rewritten r, List<Group> groups, Map<Group, String> obstacles) {
        Set<Group> possible = new HashSet<>(groups);
        possible.removeAll(obstacles.keySet());
        return new Variant(
                r.name(), r.graph(), groups, possible, r.types(), r.name().equals(ShortcutToConvolution.NAME));
    }

    /* Widths that the runtime has no integer kernels for gain no time anywhere: nothing to measure. */
    private boolean executable() {
        return options.scheme().activationBits() <= 8 && options.scheme().weightBits() <= 8;
    }

    private Preference preference() {
        return switch (options.objective()) {
            case BALANCED, SIZE -> Preference.MORE_INTEGERS;
            case LATENCY -> Preference.FASTEST;
            case ACCURACY -> Preference.MORE_FLOAT;
        };
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
        if (WithRoom.bare(rule) instanceof Measured) {
            return RangeSearch.search(prepared, evidence, data, threads, progress);
        }
        return plan(prepared, evidence, rule);
    }

    /** The plan by a range rule for activations that needs the evidence alone. */
    public RangedPlan plan(Prepared prepared, Evidence evidence, RangeRule rule) {
        if (WithRoom.bare(rule) instanceof Measured) {
            throw new RecipeException(
                    "the range rule 'measured' tries rules on data, and there are none", "choose another range rule");
        }
        Journal journal = new Journal();
        Solver.Rules rules = new Solver.Rules(rule, prepared.options().weights(), Map.of());
        return RangedPlan.of(prepared.solve(evidence, rules, journal), rule, journal);
    }
}
