package dev.octavo.lidar.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.lidar.net.Partition;
import dev.octavo.lidar.net.SparseGraph;
import dev.octavo.lidar.net.SparseGraphBuilder;
import dev.octavo.lidar.net.SparseNetwork;
import dev.octavo.lidar.net.SparseQuantizer;
import dev.octavo.lidar.sparse.Cells;
import dev.octavo.lidar.sparse.SparseTensor;
import dev.octavo.lidar.sparse.Zyx;
import dev.octavo.lidar.testing.Crop;
import dev.octavo.lidar.testing.References;
import dev.octavo.onnx.Fingerprint;
import dev.octavo.onnx.OnnxWriter;
import dev.octavo.quant.Journal;
import dev.octavo.quant.range.AbsMax;
import dev.octavo.quant.solve.Solver;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NvidiaSparseOnnxTest {
    @TempDir
    Path temp;

    @Test
    void theFileGivesTheExpectedMapInFloatAndCloseToItWithItsOwnRanges() {
        Optional<Path> file = References.file("reference/scn_crop_a_nvidia_convention.onnx");
        if (file.isEmpty()) {
            return;
        }
        NvidiaSparseOnnx.Imported imported = NvidiaSparseOnnx.read(file.get());
        assertThat(imported.map()).isTrue();
        assertThat(imported.net().convolutions()).hasSize(21);
        assertThat(imported.ranges().convolutions().values().stream().filter(r -> r.integer()))
                .hasSize(18);
        assertThat(imported.ranges().sums()).hasSize(8);
        References expected =
                References.npz("scn_crop_a_nvidia_convention_expected.npz").orElseThrow();
        Cells cells = Cells.of(expected.get("coords"), new Zyx(41, 64, 64), 1);
        SparseTensor input = new SparseTensor(expected.get("features"), cells);
        SparseGraph graph = SparseGraphBuilder.map(imported.net(), new Partition(2, true));
        Tensor map = run(graph, input);
        assertThat(map.shape()).isEqualTo(Shape.of(1, 256, 8, 8));
        assertThat(Crop.worst(map.floats(), expected.reals("dense"))).isLessThan(1e-4);

        Plan plan = Solver.solve(
                graph.graph(),
                imported.ranges().scheme(graph),
                Evidence.none(Fingerprint.of(graph.graph())),
                new Solver.Rules(new AbsMax(), new AbsMax(), Map.of()),
                new Journal());
        Tensor quantized = run(SparseQuantizer.lower(graph, plan), input);
        double loss = Crop.relativeL2(quantized.floats(), expected.reals("dense"));
        assertThat(loss).as("signed, as the file says").isBetween(0.1, 0.35);
    }

    private static Tensor run(SparseGraph graph, SparseTensor input) {
        try (SparseNetwork network = SparseNetwork.open(graph, 1, Mode.OPTIMIZED)) {
            return network.map(input);
        }
    }

    @Test
    void otherFilesAreRefusedWithAReason() {
        assertThatThrownBy(() -> NvidiaSparseOnnx.read(file("Conv", "None", 0)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("unknown type Conv");
        assertThatThrownBy(() -> NvidiaSparseOnnx.read(file("SparseConvolution", "Sigmoid", 0)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("activation Sigmoid");
        assertThatThrownBy(() -> NvidiaSparseOnnx.read(file("SparseConvolution", "None", 1)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("goes back over 'key'");
        assertThatThrownBy(() -> NvidiaSparseOnnx.read(file("Relu", "None", 0)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("does not follow a sum");
        NvidiaSparseOnnx.Imported fine = NvidiaSparseOnnx.read(file("SparseConvolution", "ReLU", 0));
        assertThat(fine.net().convolutions()).hasSize(1);
        assertThat(fine.net().convolutions().get(0).relu()).isTrue();
        assertThat(fine.map()).isFalse();
    }

    private Path file(String type, String activation, int inverse) {
        Graph g = new Graph("other");
        g.setOpset("", 11);
        g.addInput("0", new TensorType(DType.FLOAT, Shape.of(Shape.UNKNOWN, 2)));
        g.addConstant("w", Tensor.ofFloats(Shape.of(1, 1, 1, 1, 2), 1, 2));
        g.addConstant("b", Tensor.ofFloats(Shape.of(1), 3));
        NodeSpec n = NodeSpec.of(type, "n").inputs("0", "w", "b").outputs("1");
        for (String key : new String[] {"kernel_size", "stride", "dilation"}) {
            n.attribute(key, Attribute.Ints.of(1, 1, 1));
        }
        n.attribute("padding", Attribute.Ints.of(0, 0, 0))
                .attribute("rulebook", new Attribute.Text("key"))
                .attribute("activation", new Attribute.Text(activation))
                .attribute("inverse", new Attribute.Int(inverse));
        g.addNode(n);
        g.addOutput(g.require("1"));
        Path file = temp.resolve(type + activation + inverse + ".onnx");
        OnnxWriter.write(g, file);
        return file;
    }

    @Test
    void halvesAreExact() {
        assertThat(Halves.half((short) 0x3c00)).isEqualTo(1f);
        assertThat(Halves.half((short) 0xc000)).isEqualTo(-2f);
        assertThat(Halves.half((short) 0x7bff)).isEqualTo(65504f);
        assertThat(Halves.half((short) 0x0001)).isEqualTo(0x1p-24f);
        assertThat(Halves.half((short) 0x0400)).isEqualTo(0x1p-14f);
        assertThat(Halves.half((short) 0x8000)).isEqualTo(-0f);
        assertThat(Halves.half((short) 0xfc00)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(Halves.half((short) 0x7e00)).isNaN();
    }
}
