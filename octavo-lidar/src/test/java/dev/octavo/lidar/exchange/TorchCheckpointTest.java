package dev.octavo.lidar.exchange;

import static dev.octavo.lidar.testing.References.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.net.ResBackbone;
import dev.octavo.lidar.net.SparseNet;
import dev.octavo.lidar.sparse.WeightLayout;
import dev.octavo.lidar.testing.Crop;
import dev.octavo.lidar.testing.References;
import dev.octavo.ort.OrtEngine;
import dev.octavo.quant.Journal;
import dev.octavo.quant.rewrite.MergeConvolutions;
import dev.octavo.tasks.npy.NpyReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint that torch wrote ({@code tools/golden/centerpoint_checkpoint.py}), and files that try worse. */
class TorchCheckpointTest {
    @TempDir
    Path temp;

    private static Path golden(String name) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(TorchCheckpointTest.class.getResource("/golden/centerpoint/" + name))
                .toURI());
    }

    @Test
    void tensorsComeAsTorchSavedThem() throws URISyntaxException {
        Map<String, Tensor> state = TorchCheckpoint.stateDict(golden("small.pth"));
        Tensor expected = NpyReader.readAll(golden("expected.npz")).get("conv2.0.0.weight");
        assertThat(state.get("backbone_3d.conv2.0.0.weight")).isEqualTo(expected);
        assertThat(state.get("global_step")).isEqualTo(Tensor.ofLongs(Shape.of(1), 3));
        assertThat(at(state, "backbone_3d.conv_input.1.num_batches_tracked").shape())
                .isEqualTo(Shape.SCALAR);
        assertThat(state).doesNotContainKey("epoch");
        Tensor view = at(TorchCheckpoint.stateDict(golden("spconv1.pth")), "view");
        assertThat(view.dtype()).isEqualTo(DType.FLOAT);
        assertThat(view.shape()).isEqualTo(Shape.of(3, 2));
        assertThat(view.floats()).containsExactly(0, 3, 1, 4, 2, 5);
    }

    @Test
    void bothLayoutsOfSparseWeightsGiveTheSameNetwork() throws URISyntaxException {
        SparseNet two =
                ResBackbone.of(TorchCheckpoint.stateDict(golden("small.pth")), "backbone_3d.", Optional.empty());
        Map<String, Tensor> old = TorchCheckpoint.stateDict(golden("spconv1.pth"));
        SparseNet one = ResBackbone.of(old, "backbone_3d.", Optional.empty());
        assertThat(one).isEqualTo(two);
        assertThat(two.convolutions()).hasSize(21);
        assertThat(two.inputChannels()).isEqualTo(5);
        assertThatThrownBy(() -> ResBackbone.of(old, "backbone_3d.", Optional.of(WeightLayout.SPCONV_2)))
                .isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> ResBackbone.of(old, "backbone.", Optional.empty()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("there is no backbone.conv_input");
    }

    @Test
    void theDensePartComputesWhatTorchComputes() throws URISyntaxException {
        Map<String, Tensor> expected = NpyReader.readAll(golden("expected.npz"));
        try (Engine.Session session = OrtEngine.INSTANCE.open(
                DensePart.of(TorchCheckpoint.stateDict(golden("small.pth"))), Mode.OPTIMIZED, 1)) {
            Map<String, Tensor> out = session.run(Map.of("map", at(expected, "bev")));
            assertThat(out).hasSize(13);
            out.forEach((name, t) -> {
                assertThat(t.shape()).isEqualTo(at(expected, name).shape());
                assertThat(Crop.worst(t.floats(), References.reals(at(expected, name))))
                        .as(name)
                        .isLessThan(1e-5);
            });
        }
    }

    /** The rewrite for any graph makes of branches apart what the importer makes on its own, and the same comes out. */
    @Test
    void branchesApartAreJoinedByTheRewrite() throws URISyntaxException {
        Map<String, Tensor> state = TorchCheckpoint.stateDict(golden("small.pth"));
        Map<String, Tensor> expected = NpyReader.readAll(golden("expected.npz"));
        Graph joined = DensePart.of(state, false).copy();
        assertThat(convolutions(joined)).isEqualTo(4 + 2 + 1 + 12 + 12);
        new MergeConvolutions().apply(joined, new Journal());
        assertThat(convolutions(joined)).isEqualTo(4 + 2 + 1 + 1 + 12).isEqualTo(convolutions(DensePart.of(state)));
        try (Engine.Session session = OrtEngine.INSTANCE.open(joined.freeze(), Mode.OPTIMIZED, 1)) {
            session.run(Map.of("map", at(expected, "bev")))
                    .forEach((name, t) -> assertThat(Crop.worst(t.floats(), References.reals(at(expected, name))))
                            .as(name)
                            .isLessThan(1e-5));
        }
    }

    private static long convolutions(Graph graph) {
        return graph.nodes().stream().filter(n -> n.is("Conv")).count();
    }

    @Test
    void foreignTypesAreRefusedByNameAndNothingRuns() throws URISyntaxException {
        Path foreign = golden("foreign.pth");
        assertThatThrownBy(() -> TorchCheckpoint.stateDict(foreign))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("posix.system");
    }

    @Test
    void cutOffFilesAreRefusedWhereverTheyEnd() throws IOException, URISyntaxException {
        byte[] whole = Files.readAllBytes(golden("small.pth"));
        for (int length : new int[] {0, 1, 100, whole.length / 2, whole.length - 1}) {
            Path cut = Files.write(temp.resolve("cut.pth"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> TorchCheckpoint.stateDict(cut)).isInstanceOf(ModelException.class);
        }
        assertThatThrownBy(() -> TorchCheckpoint.stateDict(temp.resolve("none.pth")))
                .hasMessageContaining("no file");
    }

    @Test
    void picklesThatLieAreRefused() throws IOException {
        String tensor = "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\n"
                + "X\1\0\0\0aX\3\0\0\0cpuK\2tQ";
        assertThat(parsed("}X\1\0\0\0w" + tensor + "K\0K\2\u0085K\1\u0085\u0089}tRs.")
                        .get("w"))
                .isEqualTo(Tensor.ofFloats(Shape.of(2), 1, 2));
        refused("}X\1\0\0\0w" + tensor + "K\0K\3\u0085K\1\u0085\u0089}tRs.", "goes wrong"); // past its storage
        refused("}X\1\0\0\0w" + tensor + "K\1K\2\u0085K\1\u0085\u0089}tRs.", "goes wrong");
        refused("cos\nsystem\n(X\1\0\0\0xtR.", "os.system");
        refused("cbuiltins\neval\n.", "builtins.eval");
        refused("}", "ends");
        refused(".", "not there");
        refused("h\5.", "never kept");
        refused("(((((", "ends");
        refused("X\u00ff\u00ff\u00ff\u007fa.", "ends");
        refused("I1\n.", "operation 0x49");
        refused("}}}s.", "neither text nor a number");
        refused("K\1.", "no state dictionary");
    }

    @Test
    void noiseNeverDoesAnythingElseThanFail() {
        Random random = new Random(5);
        String understood = "()]}KaseutqhR.N0\u0085\u0086\u0087\u0088bQ";
        for (int i = 0; i < 2000; i++) {
            byte[] noise = new byte[40];
            random.nextBytes(noise);
            for (int k = 0; i % 2 == 0 && k < noise.length; k++) {
                noise[k] = (byte) understood.charAt(Math.floorMod(noise[k], understood.length()));
            }
            assertThatThrownBy(() -> parsed(new String(noise, StandardCharsets.ISO_8859_1)))
                    .isInstanceOf(ModelException.class);
        }
    }

    private void refused(String pickle, String because) {
        assertThatThrownBy(() -> parsed(pickle))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(because);
    }

    private Map<String, Tensor> parsed(String pickle) throws IOException {
        Path file = temp.resolve("p.pth");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (var entry : List.of(
                    Map.entry("p/data.pkl", pickle.getBytes(StandardCharsets.ISO_8859_1)),
                    Map.entry("p/data/a", new byte[] {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, 0x40}))) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        return TorchCheckpoint.stateDict(file);
    }
}
