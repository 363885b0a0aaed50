package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.stat.ChannelStats;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.testing.RealData;
import dev.octavo.onnx.Fingerprint;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.DataWitness;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.quant.datafree.BatchNormWitness;
import dev.octavo.quant.datafree.InputRange;
import dev.octavo.tasks.data.DatasetOptions;
import dev.octavo.tasks.data.Datasets;
import dev.octavo.tasks.data.LabelSource;
import dev.octavo.tasks.data.LabeledDataset;
import dev.octavo.tasks.image.Normalize;
import dev.octavo.tasks.image.Preprocess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DataFreeWitnessTest {
    @Test
    void diagnose() {
        Path folder = RealData.folder("imagenet").orElseThrow();
        for (String name : List.of("mobilenet_v1_0.25_224.onnx", "mobilenet_v2_1.0_224.onnx")) {
            Graph graph = Preparation.rewrite(OnnxReader.read(folder.resolve(name)), OrtEngine.INSTANCE::inferTypes).graph();
            TreeMap<String, Set<Integer>> axes = new TreeMap<>();
            for (Node n : graph.nodes()) {
                axes.put(n.output().name(), Set.of(1));
            }
            EvidenceRequest all = new EvidenceRequest(axes);
            Normalize norm = name.contains("v1") ? Normalize.of(List.of(127.5f), List.of(127.5f)) : Normalize.of(List.of(123.675f, 116.28f, 103.53f), List.of(58.395f, 57.12f, 57.375f));
            try (LabeledDataset whole = Datasets.open(folder.resolve("images_even500.zip"), DatasetOptions.DEFAULT.labels(LabelSource.NONE).preprocess(Preprocess.NONE.centerCrop(224, 224).normalize(norm)))) {
                Evidence seen = DataWitness.of(graph, Datasets.spread(whole, 24), SweepOptions.standard(), Progress.NONE).observe(graph, all);
                List<Double> low = new java.util.ArrayList<>();
                List<Double> high = new java.util.ArrayList<>();
                for (int c = 0; c < 3; c++) { low.add((double) norm.real(0, c)); high.add((double) norm.real(255, c)); }
                Evidence told = new BatchNormWitness(OrtEngine.INSTANCE, Fingerprint::of, Map.of(graph.requiredInputs().get(0).name(), new InputRange(1, low, high))).observe(graph, all);
                for (Node n : graph.nodes()) {
                    String v = n.output().name();
                    ValueEvidence a = told.of(v);
                    ValueEvidence b = seen.of(v);
                    ChannelStats x = a.channels().get(1);
                    ChannelStats y = b.channels().get(1);
                    double d = 0, m = 0, s = 0;
                    for (int c = 0; c < x.channels(); c++) { d += Math.pow(x.mean(c) - y.mean(c), 2); m += y.mean(c); s += y.mean(c) * y.mean(c); }
                    System.out.printf("%s %-14s %-26s min %.2f/%.2f max %.2f/%.2f q.9999 %.2f/%.2f q.999 %.2f/%.2f meanerr %.3f%n", name.substring(0, 12), n.type(), v, a.histogram().min(), b.histogram().min(), a.histogram().max(), b.histogram().max(), a.histogram().quantile(.9999), b.histogram().quantile(.9999), a.histogram().quantile(.999), b.histogram().quantile(.999), Math.sqrt(d / s));
                }
            }
        }
        assertThat(1).isEqualTo(1);
    }
}
