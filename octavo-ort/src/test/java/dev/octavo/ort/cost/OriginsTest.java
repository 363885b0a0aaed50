package dev.octavo.ort.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.core.testing.GraphText;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.OrtStopwatch;
import dev.octavo.ort.OrtStopwatch.Effort;
import dev.octavo.ort.OrtStopwatch.Profile;
import dev.octavo.ort.cost.Origins.Origin;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.SchemeOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OriginsTest {
    private static final String NETWORK = "x[1,16,16,16] -> Conv(a[16,16,3,3]; pads=1,1,1,1) -> Relu -> p;"
            + " p -> Conv(b[16,16,3,3]; pads=1,1,1,1) -> q; p, q -> Add(; name=add) -> r;"
            + " r -> GlobalAveragePool -> Flatten -> Gemm(w[16,10], c[10]; name=last) -> y";

    private final Graph graph = GraphText.parse(NETWORK);
    private final List<Group> groups = Group.of(graph);
    private final Map<String, TensorType> types = OrtEngine.INSTANCE.inferTypes(graph);

    private Group named(String name) {
        return groups.stream()
                .filter(g -> g.node().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void findsTheGroupOfEveryKernelInFloat() {
        Map<String, Group> found = kernels(OrtStopwatch.optimized(graph));
        assertThat(found.values()).contains(named("conv_1"), named("conv_2"), named("last"));
    }

    /** ONNX Runtime takes the Mul and the Add into the convolution, and names the kernel after the Add. */
    @Test
    void theTimeOfWhatTookInArithmeticIsTheConvolutions() {
        Graph apart = GraphText.parse("x[1,16,16,16] -> Conv(a[16,16,3,3], b[16]; pads=1,1,1,1) -> c;"
                + " c -> Mul(f[16,1,1]) -> Add(g[16,1,1]) -> Sigmoid -> y");
        Origins origins = new Origins(Group.of(apart));
        List<String> found = OrtStopwatch.optimized(apart).nodes().stream()
                .filter(n -> n.type().contains("Conv"))
                .flatMap(n -> origins.of(n).stream())
                .map(o -> o instanceof Origin.OfGroup g ? g.group().node().name() : "")
                .toList();
        assertThat(found).containsExactly("conv_1");
    }

    @Test
    void findsTheGroupOfEveryKernelInIntegers() {
        Graph lowered = RoughLowering.of(graph, groups, SchemeOptions.DEFAULT);
        Map<String, Group> found = kernels(OrtStopwatch.optimized(lowered));
        assertThat(found.entrySet().stream().filter(e -> e.getKey().startsWith("Q")))
                .extracting(Map.Entry::getValue)
                .contains(named("conv_1"), named("conv_2"), named("add"), named("last"));
    }

    @Test
    void attributesEveryMicrosecondToAGroupOrABorder() {
        List<Group> some = List.of(named("conv_1"), named("conv_2"), named("add"));
        Graph lowered = RoughLowering.of(graph, some, SchemeOptions.DEFAULT);
        Map<String, Tensor> inputs = ProbeInputs.of(graph, types);
        Profile profile = OrtStopwatch.profile(lowered, Optional.empty(), 1, inputs, new Effort(2, 5, 100));
        Attribution a = Attribution.of(profile, groups);
        double sum = groups.stream().mapToDouble(a::micros).sum();
        double borders = graph.values().stream()
                .mapToDouble(v -> a.quantize(v.name()).orElse(0.0)
                        + a.dequantize(v.name()).orElse(0.0))
                .sum();
        assertThat(sum + borders + a.lost()).isCloseTo(profile.total(), within(1e-6));
        assertThat(a.lost()).isZero();
        assertThat(a.quantize("x")).isPresent();
        assertThat(a.dequantize("r")).isPresent();
        assertThat(a.quantize("p")).isEmpty();
    }

    private Map<String, Group> kernels(Graph optimized) {
        Origins origins = new Origins(groups);
        Map<String, Group> found = new HashMap<>();
        for (Node n : optimized.nodes()) {
            if (origins.of(n).orElse(null) instanceof Origin.OfGroup g) {
                found.put(n.type() + " " + n.name(), g.group());
            }
        }
        return found;
    }
}
