package dev.octavo.lidar.pipeline;

import dev.octavo.core.ModelException;
import dev.octavo.core.RecipeException;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.stat.Evidence;
import dev.octavo.lidar.net.SmoothingSearch;
import dev.octavo.lidar.net.SparseEvidence;
import dev.octavo.lidar.net.SparseGraph;
import dev.octavo.lidar.net.SparseGraphBuilder;
import dev.octavo.lidar.net.SparseNet;
import dev.octavo.lidar.net.SparseNet.Convolution;
import dev.octavo.lidar.net.SparseQuantizer;
import dev.octavo.lidar.net.SparseScheme;
import dev.octavo.lidar.sparse.SparseTensor;
import dev.octavo.lidar.voxel.Voxelizer;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.SweepResult;
import dev.octavo.ort.cost.ExportCheck;
import dev.octavo.ort.quantize.DataWitness;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.ort.quantize.Quantizer;
import dev.octavo.ort.quantize.RangedPlan;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.SiteRule;
import dev.octavo.quant.target.SchemeOptions.Signs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Quantizes a detector as a whole: the sparse part, smoothed as loses least at its output, its first convolution in float;
 * then the dense part on the maps that the quantized sparse part makes.
 */
public final class DetectorQuantizer {
    /** Frames that the ways to smooth are tried on. */
    private static final int FRAMES_TO_SMOOTH = 4;

    private static final int BITS = 8;

    /** What of a detector can be quantized. */
    public enum Part {
        /** The 3D backbone. */
        SPARSE("backbone_3d."),
        /** The 2D backbone. */
        BACKBONE("backbone_2d."),
        /** The heads, with what they share. */
        HEAD("dense_head.");

        private final String prefix;

        Part(String prefix) {
            this.prefix = prefix;
        }

        /** How the names of its layers begin. */
        public String prefix() {
            return prefix;
        }
    }

    /**
     * How to quantize.
     *
     * @param parts what is quantized; the rest stays in float
     * @param smooth whether the sparse part may be smoothed
     * @param dense for the dense part; its signs, and the layers it keeps in float, hold for the sparse part too
     * @param memory where measured costs are remembered
     */
    public record Options(Set<Part> parts, boolean smooth, QuantizeOptions dense, Path memory) {
        public Options {
            if (parts.isEmpty()) {
                throw new RecipeException("nothing of the detector is to be quantized", "name at least one part");
            }
            parts = Set.copyOf(parts);
        }

        /** The same with these layers of the dense part in float. */
        public Options keepingFloat(List<String> nodes) {
            List<SiteRule> rules = new ArrayList<>(dense.rules());
            nodes.forEach(n -> rules.add(new SiteRule.KeepFloat(new Glob(n))));
            return new Options(parts, smooth, dense.withRules(rules), memory);
        }

        /** All parts, smoothed, costs remembered in the user's folder. */
        public static Options standard(QuantizeOptions dense) {
            return new Options(EnumSet.allOf(Part.class), true, dense, Quantizer.defaultMemory());
        }
    }

    /**
     * The sparse part.
     *
     * @param smoothing what was tried; absent where it was not asked for
     * @param plan the plan
     * @param scheme what it serves
     */
    public record Sparse(Optional<SmoothingSearch.Found> smoothing, Plan plan, SparseScheme.Options scheme) {}

    /**
     * The dense part.
     *
     * @param ranged the plan, and how its ranges were chosen
     * @param check what the runtime makes of it
     */
    public record Dense(RangedPlan ranged, ExportCheck check) {}

    /**
     * A quantized detector.
     *
     * @param model the two graphs
     * @param sparse absent where the part stays in float
     * @param dense absent where the part stays in float
     */
    public record Result(DetectorModel model, Optional<Sparse> sparse, Optional<Dense> dense) {}

    private final DetectorModel model;
    private final NuScenesFrames frames;
    private final int threads;
    private final Progress progress;
    private final List<SparseTensor> read = new ArrayList<>();
    private final Map<SparseScheme.Options, SmoothingSearch.Found> smoothed = new HashMap<>();

    /**
     * A quantizer that reads the frames once and tries the ways to smooth once per scheme, whatever else varies.
     *
     * @param model in float; read from a checkpoint if the sparse part is to be quantized
     * @param frames what ranges are taken from
     */
    public DetectorQuantizer(DetectorModel model, NuScenesFrames frames, int threads, Progress progress) {
        this.model = model;
        this.frames = frames;
        this.threads = threads;
        this.progress = progress;
    }

    /** As the constructor and {@link #quantize(Options)}, for once. */
    public static Result quantize(
            DetectorModel model, NuScenesFrames frames, Options options, int threads, Progress progress) {
        return new DetectorQuantizer(model, frames, threads, progress).quantize(options);
    }

    /** Quantizes. */
    public Result quantize(Options options) {
        Optional<Sparse> sparse = Optional.empty();
        Graph first = model.sparse();
        if (options.parts().contains(Part.SPARSE)) {
            SparseNet net = model.net()
                    .orElseThrow(() -> new ModelException(
                            "the sparse part is a graph already, not layers",
                            "give the detector's checkpoint, or quantize its backbone and head alone"));
            List<SparseTensor> voxels = voxels();
            SparseScheme.Options scheme = scheme(net, options);
            Optional<SmoothingSearch.Found> smoothing = options.smooth()
                    ? Optional.of(smoothed.computeIfAbsent(scheme, k -> smoothed(net, voxels, scheme)))
                    : Optional.empty();
            SparseGraph graph = SparseGraphBuilder.map(
                    smoothing.map(SmoothingSearch.Found::net).orElse(net),
                    model.spec().partition());
            Evidence evidence = SparseEvidence.collect(graph, voxels, threads, progress);
            Plan plan = SparseQuantizer.plan(graph, evidence, scheme);
            first = SparseQuantizer.lower(graph, plan).graph();
            sparse = Optional.of(new Sparse(smoothing, plan, scheme));
        }
        DetectorModel half = model.with(first, model.dense());
        if (!options.parts().contains(Part.BACKBONE) && !options.parts().contains(Part.HEAD)) {
            return new Result(half, sparse, Optional.empty());
        }
        try (MapsDataset maps = MapsDataset.open(half, frames)) {
            Made made = dense(half.dense(), maps, options);
            Dense dense = new Dense(made.ranged(), made.prepared().check(made.lowered()));
            return new Result(half.with(half.sparse(), made.lowered()), sparse, Optional.of(dense));
        }
    }

    /**
     * What each convolution of the dense part loses when the options are followed, the sparse part in float; see {@link
     * DenseLosses}.
     */
    public Map<String, Double> losses(Options options) {
        try (MapsDataset maps = MapsDataset.open(model, frames)) {
            Made made = dense(model.dense(), maps, options);
            return DenseLosses.of(made.prepared().graph(), made.lowered(), maps);
        }
    }

    /** A dense part that was quantized. */
    private record Made(Prepared prepared, RangedPlan ranged, Graph lowered) {}

    private Made dense(Graph graph, MapsDataset maps, Options options) {
        QuantizeOptions wanted = options.dense().withRules(denseRules(options));
        Quantizer quantizer = new Quantizer(wanted, options.memory());
        SweepOptions sweep = SweepOptions.standard().withThreads(threads);
        Prepared prepared = quantizer.prepare(graph, DataWitness.of(graph, maps, sweep, progress));
        SweepResult seen = quantizer.observe(prepared, maps, sweep, progress);
        RangedPlan ranged = quantizer.plan(prepared, seen.evidence(), wanted.activations(), maps, threads, progress);
        return new Made(prepared, ranged, prepared.lower(ranged.plan()).freeze());
    }

    private List<SparseTensor> voxels() {
        if (read.isEmpty()) {
            read.addAll(readVoxels());
        }
        return read;
    }

    private List<SparseTensor> readVoxels() {
        List<SparseTensor> out = new ArrayList<>();
        progress.begin("frames read", frames.samples().size());
        for (String sample : frames.samples()) {
            SparseTensor means = Voxelizer.voxelize(
                            model.spec().grid(),
                            frames.cloud(sample, model.spec().sweeps()))
                    .means();
            if (means.cells().size() > 0) {
                out.add(means);
            }
            progress.advance(1);
        }
        progress.end();
        if (out.isEmpty()) {
            throw new ModelException(
                    "none of the " + frames.samples().size() + " frames has a point within the range",
                    "check the detector's range, and which frames are calibrated on");
        }
        return out;
    }

    private SmoothingSearch.Found smoothed(SparseNet net, List<SparseTensor> voxels, SparseScheme.Options scheme) {
        List<SparseTensor> some = new ArrayList<>();
        int n = Math.min(FRAMES_TO_SMOOTH, voxels.size());
        for (int i = 0; i < n; i++) {
            some.add(voxels.get(i * voxels.size() / n));
        }
        return SmoothingSearch.best(net, some, SmoothingSearch.candidates(), scheme, threads, progress);
    }

    private SparseScheme.Options scheme(SparseNet net, Options options) {
        int activations = options.dense().scheme().activationBits();
        int weights = options.dense().scheme().weightBits();
        if (activations != BITS || weights != BITS) {
            throw new RecipeException(
                    "W" + weights + "A" + activations + " is asked for, and the sparse part has grids of 8 bits",
                    "quantize the other parts alone, or all with 8 bits");
        }
        SparseScheme.Options standard = SparseScheme.Options.standard(net);
        Set<String> keep = new LinkedHashSet<>(standard.keepFloat());
        keep.addAll(keptInSparse(options));
        return new SparseScheme.Options(options.dense().scheme().signs() == Signs.SIGNED, false, keep);
    }

    /* Sparse layers are called as in the checkpoint, with or without their prefix. */
    private static boolean names(Glob glob, String conv) {
        return glob.matches(conv) || glob.matches(Part.SPARSE.prefix() + conv);
    }

    private Set<String> keptInSparse(Options options) {
        Set<String> kept = new LinkedHashSet<>();
        for (SiteRule rule : options.dense().rules()) {
            if (rule instanceof SiteRule.KeepFloat k) {
                model.net().stream()
                        .flatMap(n -> n.convolutions().stream())
                        .map(Convolution::name)
                        .filter(c -> names(k.on(), c))
                        .forEach(kept::add);
            }
        }
        return kept;
    }

    /* Those that name sparse layers alone would name nothing in the dense part. */
    private List<SiteRule> denseRules(Options options) {
        List<SiteRule> rules = new ArrayList<>();
        for (SiteRule rule : options.dense().rules()) {
            boolean sparse = model.net().stream()
                    .flatMap(n -> n.convolutions().stream())
                    .anyMatch(c -> names(rule.on(), c.name()));
            boolean dense = model.dense().nodes().stream()
                            .anyMatch(n -> rule.on().matches(n.name()))
                    || model.dense().values().stream().anyMatch(v -> rule.on().matches(v.name()));
            if (dense || !sparse) {
                rules.add(rule);
            }
        }
        for (Part part : List.of(Part.BACKBONE, Part.HEAD)) {
            if (!options.parts().contains(part)) {
                for (Node n : model.dense().nodes()) {
                    if (n.name().startsWith(part.prefix())) {
                        rules.add(new SiteRule.KeepFloat(new Glob(n.name())));
                    }
                }
            }
        }
        return rules;
    }
}
