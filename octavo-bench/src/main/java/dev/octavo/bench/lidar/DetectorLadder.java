package dev.octavo.bench.lidar;

import dev.octavo.analysis.doctor.Trial;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.stat.Evidence;
import dev.octavo.lidar.net.SmoothQuant;
import dev.octavo.lidar.net.SmoothingSearch;
import dev.octavo.lidar.net.SparseEvidence;
import dev.octavo.lidar.net.SparseGraph;
import dev.octavo.lidar.net.SparseGraphBuilder;
import dev.octavo.lidar.net.SparseNet;
import dev.octavo.lidar.net.SparseQuantizer;
import dev.octavo.lidar.net.SparseScheme;
import dev.octavo.lidar.pipeline.Detector;
import dev.octavo.lidar.pipeline.DetectorModel;
import dev.octavo.lidar.pipeline.DetectorQuantizer;
import dev.octavo.lidar.pipeline.DetectorQuantizer.Options;
import dev.octavo.lidar.pipeline.FrameMetric;
import dev.octavo.lidar.sparse.SparseTensor;
import dev.octavo.ort.quantize.Objective;
import dev.octavo.ort.quantize.QuantizeOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What quantizing a detector costs, rung by rung: the 2D part in the ways of {@link DenseRungs}, then the sparse part
 * with it. Each rung is simulated in float and executed in integers; both are scored on the test frames.
 *
 * <pre>java -cp … dev.octavo.bench.lidar.DetectorLadder DETECTOR.yaml CALIBRATION TEST</pre>
 *
 * <p>Prints the tables of {@code docs/point-clouds.md}.
 */
public final class DetectorLadder {
    private static final int SMOOTHED_ON = 4;
    private static final String QUANTIZE = "`quantize`";

    private final DetectorModel model;
    private final LadderFrames calibration;
    private final LadderFrames test;
    private final MapData floatMaps;
    private final MapData calibrationMaps;
    private final LadderFrames.Scored exact;

    private DetectorLadder(DetectorModel model, LadderFrames calibration, LadderFrames test) {
        this.model = model;
        this.calibration = calibration;
        this.test = test;
        this.floatMaps = test.maps(model.sparse(), Mode.OPTIMIZED);
        this.calibrationMaps = calibration.maps(model.sparse(), Mode.OPTIMIZED);
        this.exact = test.score(model.dense(), Mode.OPTIMIZED, floatMaps);
    }

    /** CALIBRATION and TEST are folders in nuScenes' layout. */
    public static void main(String[] args) {
        DetectorModel model = DetectorModel.read(Path.of(args[0]));
        try (Detector detector = Detector.open(model, Mode.OPTIMIZED, 2)) {
            new DetectorLadder(
                            model,
                            LadderFrames.of(detector, Path.of(args[1])),
                            LadderFrames.of(detector, Path.of(args[2])))
                    .run();
        }
    }

    private void run() {
        System.out.println("| 3D | 2D | mAP | NDS | NDS executed | lost | heat |");
        System.out.println("|---|---|---|---|---|---|---|");
        row("float", "float", exact, exact);
        Map<String, Graph> dense = new LinkedHashMap<>();
        DenseRungs.all().forEach((name, options) -> dense.put(name, dense(options)));
        dense.forEach((name, graph) -> row("float", name, model.sparse(), graph));
        Map<String, Graph> sparse = sparse();
        sparse.forEach((name, graph) -> row(name, "float", graph, model.dense()));
        row("signed", "signed", graph(sparse, "signed"), graph(dense, "signed"));
        row("unsigned", "unsigned", graph(sparse, "unsigned"), graph(dense, "unsigned"));
        DetectorModel whole = DetectorQuantizer.quantize(
                        model,
                        calibration.frames(),
                        Options.standard(QuantizeOptions.DEFAULT.withObjective(Objective.SIZE)),
                        2,
                        Progress.NONE)
                .model();
        row(QUANTIZE, QUANTIZE, whole.sparse(), whole.dense());
        parts();
    }

    private static Graph graph(Map<String, Graph> by, String name) {
        return Objects.requireNonNull(by.get(name), name);
    }

    /* What each part of the 2D part costs by itself. */
    private void parts() {
        System.out.println();
        System.out.println("| alone in 8 bits | mAP | NDS executed | lost | heat |");
        System.out.println("|---|---|---|---|---|");
        DenseRungs.alone(model.dense()).forEach((name, options) -> {
            LadderFrames.Scored s = test.score(dense(options), Mode.OPTIMIZED, floatMaps);
            System.out.printf(
                    "| `%s` | %.2f | %.2f | %.2f | %.3f |%n",
                    name, s.percent("mAP"), s.percent("NDS"), lost(s), s.error(exact));
        });
    }

    private Graph dense(QuantizeOptions options) {
        Trial<FrameMetric> trial = new Trial<>(model.dense(), calibrationMaps, floatMaps, FrameMetric.EMPTY, 2);
        return trial.make(options).lowered();
    }

    /* The sparse part in 8 bits, by the name of the way. */
    private Map<String, Graph> sparse() {
        SparseNet net = model.net().orElseThrow();
        SparseScheme.Options standard = SparseScheme.Options.standard(net);
        Map<String, Graph> out = new LinkedHashMap<>();
        out.put("signed", sparse(net, new SparseScheme.Options(true, false, standard.keepFloat())));
        out.put("unsigned", sparse(net, standard));
        out.put("unsigned, sums too", sparse(net, new SparseScheme.Options(false, true, standard.keepFloat())));
        List<SparseTensor> few = calibration
                .voxels()
                .subList(0, Math.min(SMOOTHED_ON, calibration.voxels().size()));
        SmoothingSearch.Found found =
                SmoothingSearch.best(net, few, SmoothingSearch.candidates(), standard, 2, Progress.NONE);
        for (SmoothingSearch.Trial t : found.trials()) {
            System.err.printf(
                    "smoothing %s: %.4f%n",
                    t.options().map(SmoothQuant.Options::toString).orElse("none"), t.error());
        }
        out.put("unsigned, smoothed", sparse(found.net(), standard));
        return out;
    }

    private Graph sparse(SparseNet net, SparseScheme.Options options) {
        SparseGraph graph = SparseGraphBuilder.map(net, model.spec().partition());
        Evidence evidence = SparseEvidence.collect(graph, calibration.voxels(), 2, Progress.NONE);
        return SparseQuantizer.lower(graph, SparseQuantizer.plan(graph, evidence, options))
                .graph();
    }

    private void row(String sparseName, String denseName, Graph sparse, Graph dense) {
        boolean isFloat = sparse == model.sparse();
        row(
                sparseName,
                denseName,
                test.score(dense, Mode.UNFUSED, isFloat ? floatMaps : test.maps(sparse, Mode.UNFUSED)),
                test.score(dense, Mode.OPTIMIZED, isFloat ? floatMaps : test.maps(sparse, Mode.OPTIMIZED)));
    }

    private void row(String sparse, String dense, LadderFrames.Scored simulated, LadderFrames.Scored executed) {
        System.out.printf(
                "| %s | %s | %.2f | %.2f | %.2f | %.2f | %.3f |%n",
                sparse,
                dense,
                simulated.percent("mAP"),
                simulated.percent("NDS"),
                executed.percent("NDS"),
                lost(executed),
                executed.error(exact));
    }

    /* Points of NDS. */
    private double lost(LadderFrames.Scored s) {
        return exact.percent("NDS") - s.percent("NDS");
    }
}
