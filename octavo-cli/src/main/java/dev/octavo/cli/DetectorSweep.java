package dev.octavo.cli;

import dev.octavo.analysis.sweep.SweepRow;
import dev.octavo.analysis.sweep.SweepTable;
import dev.octavo.core.ModelException;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.lidar.net.SparseExperiment;
import dev.octavo.lidar.net.SparseNet;
import dev.octavo.lidar.pipeline.DenseLosses;
import dev.octavo.lidar.pipeline.Detector;
import dev.octavo.lidar.pipeline.DetectorModel;
import dev.octavo.lidar.pipeline.DetectorQuantizer;
import dev.octavo.lidar.pipeline.DetectorQuantizer.Options;
import dev.octavo.lidar.pipeline.DetectorQuantizer.Part;
import dev.octavo.lidar.pipeline.NuScenesFrames;
import dev.octavo.lidar.pipeline.Predictions;
import dev.octavo.ort.quantize.Objective;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.ort.quantize.Quantizer;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.SiteRule;
import dev.octavo.quant.target.SchemeOptions;
import dev.octavo.quant.target.SchemeOptions.Signs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The experiments on a detector: which parts take 8 bits, and what smoothing does for a sparse convolution.
 *
 * @param model the detector, from its checkpoint
 * @param calibration frames that ranges are taken from
 * @param base how to quantize
 * @param mode how quantized graphs run
 * @param threads frames at a time
 */
record DetectorSweep(
        DetectorModel model,
        NuScenesFrames calibration,
        QuantizeOptions base,
        Mode mode,
        int threads,
        Console console) {
    private static final int WIDE = 16;

    /**
     * Signed and unsigned codes, each part alone, and all but a list of layers: that of the rules that keep layers in
     * float, or, without any, the layers that lose more than {@code cut} when all are quantized.
     *
     * @param recipe where to write the list, as a recipe that keeps its layers in float
     */
    SweepTable parts(NuScenesFrames test, double cut, Path recipe) {
        DetectorQuantizer quantizer = new DetectorQuantizer(model, calibration, threads, console);
        QuantizeOptions all = base.withObjective(Objective.SIZE).withRules(List.of());
        List<String> list = list(quantizer, all, cut);
        Set<Part> every = EnumSet.allOf(Part.class);
        Map<String, Options> points = new LinkedHashMap<>();
        points.put("signed", options(every, signed(all)));
        points.put("unsigned", options(every, all));
        points.put("only sparse", options(EnumSet.of(Part.SPARSE), all));
        points.put("only backbone", options(EnumSet.of(Part.BACKBONE), all));
        points.put("only head", options(EnumSet.of(Part.HEAD), all));
        if (!list.isEmpty()) {
            points.put("list in float", options(every, all.withRules(keptFloat(list))));
            points.put("list W16A16", options(every, all.withRules(wide(list))));
        }
        List<SweepRow> rows = new ArrayList<>();
        points.forEach((name, o) -> {
            console.say("sweep: " + name);
            DetectorModel made = quantizer.quantize(o).model();
            rows.add(new SweepRow("detector", rows.size(), name, scores(made, mode, test)));
        });
        SweepRow exact = new SweepRow("float", 0, "-", scores(model, Mode.OPTIMIZED, test));
        ModelFile.write(recipe, text(list));
        String title = "which parts take 8 bits; " + list.size() + " layers in the list";
        return new SweepTable(title, "what is quantized", true, rows, List.of(exact));
    }

    private static String text(List<String> list) {
        StringBuilder text = new StringBuilder("plan:\n  keep-float: [");
        list.forEach(l -> text.append("\n    \"").append(l).append("\","));
        return text.append("\n  ]\n").toString();
    }

    private static Options options(Set<Part> parts, QuantizeOptions dense) {
        return new Options(parts, true, dense, Quantizer.defaultMemory());
    }

    private static QuantizeOptions signed(QuantizeOptions o) {
        SchemeOptions s = o.scheme();
        return o.withScheme(new SchemeOptions(
                s.weightBits(),
                s.activationBits(),
                s.biasBits(),
                s.perChannel(),
                s.symmetricWeights(),
                true,
                Signs.SIGNED));
    }

    /* Names of convolutions of the dense part. */
    private List<String> list(DetectorQuantizer quantizer, QuantizeOptions all, double cut) {
        List<Glob> globs = base.rules().stream()
                .filter(SiteRule.KeepFloat.class::isInstance)
                .map(SiteRule::on)
                .toList();
        if (globs.isEmpty()) {
            Map<String, Double> losses = quantizer.losses(options(EnumSet.of(Part.BACKBONE, Part.HEAD), all));
            return DenseLosses.above(losses, cut);
        }
        return model.dense().nodes().stream()
                .filter(n -> n.is("Conv") && globs.stream().anyMatch(g -> g.matches(n.name())))
                .map(Node::name)
                .toList();
    }

    private static List<SiteRule> keptFloat(List<String> list) {
        return list.stream()
                .map(n -> (SiteRule) new SiteRule.KeepFloat(new Glob(n)))
                .toList();
    }

    /* Weight and input of each layer; what else reads that input gets its 16 bits too. */
    private List<SiteRule> wide(List<String> list) {
        Graph dense = model.dense();
        List<SiteRule> rules = new ArrayList<>();
        for (Node n : dense.nodes()) {
            if (list.contains(n.name())) {
                n.presentInputs().stream()
                        .limit(2)
                        .forEach(v -> rules.add(new SiteRule.Bits(new Glob(v.name()), WIDE)));
            }
        }
        return rules;
    }

    private Map<String, Double> scores(DetectorModel made, Mode how, NuScenesFrames test) {
        try (Detector detector = Detector.open(made, how, 1)) {
            Map<String, Double> scores = new LinkedHashMap<>(
                    Predictions.of(detector, test, threads, console).score(test).scores());
            scores.remove("samples");
            return scores;
        }
    }

    /** The loss of one sparse convolution over the factor on its input: as it is, and smoothed. */
    SweepTable inputScale(String layer, List<Double> scales, double alpha) {
        SparseExperiment experiment = experiment(layer);
        List<SweepRow> rows = new ArrayList<>();
        for (double s : scales) {
            rows.add(row("naive", s, experiment.loss(s, OptionalDouble.empty(), signed())));
            rows.add(row("smoothed", s, experiment.loss(s, OptionalDouble.of(alpha), signed())));
        }
        return new SweepTable(
                "loss of the sparse convolution " + layer + " over the scale of its input, alpha " + alpha,
                "input scale",
                false,
                rows,
                List.of());
    }

    /** The loss of one sparse convolution over α. */
    SweepTable alpha(String layer, List<Double> alphas) {
        SparseExperiment experiment = experiment(layer);
        List<SweepRow> rows = new ArrayList<>();
        for (double a : alphas) {
            rows.add(row("smoothed", a, experiment.loss(1, OptionalDouble.of(a), signed())));
        }
        SweepRow naive = row("naive", 0, experiment.loss(1, OptionalDouble.empty(), signed()));
        return new SweepTable(
                "loss of the sparse convolution " + layer + " over alpha", "alpha", false, rows, List.of(naive));
    }

    private boolean signed() {
        return base.scheme().signs() == Signs.SIGNED;
    }

    private static SweepRow row(String series, double x, double loss) {
        return new SweepRow(series, x, Double.toString(x), Map.of("L1 loss", loss));
    }

    private SparseExperiment experiment(String layer) {
        SparseNet net = model.net()
                .orElseThrow(() -> new ModelException(
                        "the sparse part is a graph already, not layers", "give the detector's checkpoint"));
        String sample = calibration.samples().get(0);
        try (Detector detector = Detector.open(model, Mode.OPTIMIZED, 1)) {
            return SparseExperiment.of(
                    net,
                    layer,
                    detector.voxels(calibration.cloud(sample, model.spec().sweeps()))
                            .means(),
                    threads);
        }
    }
}
