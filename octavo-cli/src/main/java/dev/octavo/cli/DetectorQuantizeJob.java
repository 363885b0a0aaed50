package dev.octavo.cli;

import dev.octavo.core.ModelException;
import dev.octavo.core.plan.Plan;
import dev.octavo.lidar.net.SmoothingSearch;
import dev.octavo.lidar.pipeline.DenseLosses;
import dev.octavo.lidar.pipeline.DetectorFile;
import dev.octavo.lidar.pipeline.DetectorModel;
import dev.octavo.lidar.pipeline.DetectorQuantizer;
import dev.octavo.lidar.pipeline.DetectorQuantizer.Result;
import dev.octavo.lidar.pipeline.DetectorSpec;
import dev.octavo.lidar.pipeline.NuScenesFrames;
import dev.octavo.onnx.OnnxWriter;
import dev.octavo.onnx.plan.PlanCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Quantizes a detector and writes a folder that is one again: {@code detector.yaml}, {@code sparse.onnx}, {@code
 * dense.onnx}, and a plan beside each graph that was quantized.
 *
 * @param file the float detector's
 * @param frames what ranges are taken from
 * @param folder where to write
 * @param options how to quantize
 * @param listLoss leave the layers of the dense part in float that lose more than this share when all are quantized
 * @param threads frames at a time
 */
record DetectorQuantizeJob(
        Path file,
        NuScenesFrames frames,
        Path folder,
        DetectorQuantizer.Options options,
        Optional<Double> listLoss,
        int threads) {
    void run(CommonOptions common, Console console) {
        requireFolder();
        DetectorModel model = DetectorModel.read(file);
        DetectorQuantizer quantizer = new DetectorQuantizer(model, frames, threads, console);
        List<String> lossy = listLoss.map(cut -> DenseLosses.above(quantizer.losses(options), cut))
                .orElse(List.of());
        Result made = quantizer.quantize(options.keepingFloat(lossy));
        write(model, made);
        lossy.forEach(l -> console.say("in float, for it lost more than " + listLoss.orElseThrow() + ": " + l));
        if (common.json) {
            common.out().println(Json.text(facts(made)));
        } else if (!common.quiet) {
            lines(made).forEach(common.out()::println);
        }
        common.out().flush();
    }

    private void requireFolder() {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ModelException("cannot make the folder " + folder, "give another one with -o", e);
        }
        ModelFile.requireWritable(folder.resolve("detector.yaml"), List.of(file));
    }

    private void write(DetectorModel model, Result made) {
        Path sparse = folder.resolve("sparse.onnx");
        Path dense = folder.resolve("dense.onnx");
        OnnxWriter.write(made.model().sparse(), sparse);
        OnnxWriter.write(made.model().dense(), dense);
        made.sparse().ifPresent(s -> plan(sparse, s.plan()));
        made.dense().ifPresent(d -> plan(dense, d.ranged().plan()));
        DetectorSpec spec = model.spec().with(new DetectorSpec.Graphs(sparse, dense));
        ModelFile.write(folder.resolve("detector.yaml"), DetectorFile.text(spec, folder));
    }

    private void plan(Path graph, Plan plan) {
        Plan known = plan.withProvenance(Map.of(
                "tool", new Main.Version().getVersion()[0],
                "model", String.valueOf(file.getFileName()),
                "samples", Integer.toString(frames.samples().size())));
        ModelFile.write(ModelFile.beside(graph, ".plan.json"), PlanCodec.write(known));
    }

    private List<String> lines(Result made) {
        List<String> out = new ArrayList<>();
        out.add("calibrated on " + frames.samples().size() + " frames");
        made.sparse()
                .ifPresentOrElse(
                        s -> {
                            out.add("sparse part: 8 bits, " + (s.scheme().signed() ? "signed" : "unsigned")
                                    + ", in float "
                                    + s.scheme().keepFloat().stream().sorted().toList());
                            s.smoothing()
                                    .ifPresent(f -> out.add(String.format(
                                            Locale.ROOT,
                                            "  smoothed: %s, relative error at its output %.4f (not smoothed %.4f)",
                                            words(f.best()),
                                            f.best().error(),
                                            f.trials().get(0).error())));
                        },
                        () -> out.add("sparse part: float"));
        made.dense()
                .ifPresentOrElse(
                        d -> out.add(String.format(
                                Locale.ROOT,
                                "dense part: %.1f %% of its multiplications in integers, ranges by %s",
                                100 * d.check().integerShare(),
                                d.ranged().text())),
                        () -> out.add("dense part: float"));
        out.add("wrote " + folder.resolve("detector.yaml"));
        return out;
    }

    private static String words(SmoothingSearch.Trial t) {
        return t.options()
                .map(o -> String.format(
                        Locale.ROOT,
                        "alpha %s, %s",
                        o.alpha(),
                        o.residual().name().toLowerCase(Locale.ROOT)))
                .orElse("not at all");
    }

    private Map<String, Object> facts(Result made) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("samples", frames.samples().size());
        made.sparse().ifPresent(s -> {
            Map<String, Object> sparse = new LinkedHashMap<>();
            sparse.put("signed", s.scheme().signed());
            sparse.put("keptFloat", s.scheme().keepFloat().stream().sorted().toList());
            s.smoothing()
                    .ifPresent(f -> sparse.put(
                            "smoothing",
                            f.trials().stream()
                                    .map(t -> Map.of("how", words(t), "error", t.error()))
                                    .toList()));
            facts.put("sparse", sparse);
        });
        made.dense()
                .ifPresent(d -> facts.put(
                        "dense",
                        Map.of(
                                "integerShare", d.check().integerShare(),
                                "ranges", d.ranged().text())));
        facts.put("detector", folder.resolve("detector.yaml").toString());
        return facts;
    }
}
