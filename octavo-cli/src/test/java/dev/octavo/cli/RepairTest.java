package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.onnx.OnnxWriter;
import dev.octavo.ort.OrtEngine;
import dev.octavo.quant.channel.ChannelMap;
import dev.octavo.quant.rewrite.ScaleChannels;
import dev.octavo.tasks.sample.SampleModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample network with channels of very unlike size: the same function, and 8 bits break it. */
class RepairTest {
    @TempDir
    Path folder;

    private Path data = Path.of("");
    private Path broken = Path.of("");
    private Path output = Path.of("");

    @BeforeEach
    void unbalance() throws Exception {
        data = Octavo.pictures(folder.resolve("pictures"), 10, 48);
        output = folder.resolve("out.onnx");
        Path sample = Files.write(folder.resolve("sample.onnx"), SampleModel.onnx());
        Graph graph = OnnxReader.read(sample).copy();
        ChannelMap map = ChannelMap.of(graph, OrtEngine.INSTANCE.inferTypes(graph));
        ScaleChannels.apply(graph, map, factors(map));
        broken = folder.resolve("broken.onnx");
        OnnxWriter.write(graph, broken);
    }

    /* Channels that a limit follows stay as they are: scaled, they would be cut elsewhere. */
    private static double[] factors(ChannelMap map) {
        Random random = new Random(3);
        double[] s = new double[map.classes().size()];
        boolean[] kept = new boolean[s.length];
        for (ChannelMap.Step step : map.steps()) {
            if (step instanceof ChannelMap.Limit l && Float.isFinite(l.clip().high())) {
                for (int c : l.from()) {
                    kept[map.classes().find(c)] = true;
                }
            }
        }
        for (int c = 0; c < s.length; c++) {
            s[c] = Math.pow(2, 16 * random.nextDouble() - 8);
        }
        for (int c = 0; c < s.length; c++) {
            int root = map.classes().find(c);
            s[c] = kept[root] || map.classes().pinned(root).isPresent() ? 1 : s[root];
        }
        return s;
    }

    private String quantized(String... flags) {
        Object[] args = new Object[8 + flags.length];
        System.arraycopy(
                new Object[] {"quantize", broken, "--data", data, "--objective", "size", "-o", output}, 0, args, 0, 8);
        System.arraycopy(flags, 0, args, 8, flags.length);
        return Octavo.run(args).succeeded().out();
    }

    @Test
    void isTriedKeptAndSaid() throws Exception {
        assertThat(quantized("--weights", "per-tensor"))
                .contains("equalize was added")
                .doesNotContain("PROBLEM");
        assertThat(Files.readString(folder.resolve("out.plan.json"))).contains("rewrite: [ { equalize: {");
        // The plan says what float network to compare with.
        assertThat(Octavo.run("compare", broken, output, "--data", data)
                        .succeeded()
                        .err())
                .doesNotContain("is not the one that was quantized");
    }

    @Test
    void isLeftOutWhenTold() {
        assertThat(quantized("--weights", "per-tensor", "--no-repair"))
                .contains("8 bits break this network as it stands")
                .doesNotContain("repair  ");
    }

    @Test
    void isLeftOutWhereARecipeSpeaksOfRewrites() throws Exception {
        Path recipe = Files.writeString(folder.resolve("recipe.yaml"), "rewrite: []\n");
        assertThat(quantized("--weights", "per-tensor", "--recipe", recipe.toString()))
                .doesNotContain("repair  ");
    }
}
