package dev.octavo.ort.smooth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.OutlierNetwork;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.Journal;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.rewrite.smooth.DynamicSmoothing;
import dev.octavo.quant.rewrite.smooth.SmoothQuant;
import dev.octavo.quant.rewrite.smooth.SmoothingExperiments;
import dev.octavo.quant.rewrite.smooth.SmoothingExperiments.AtScale;
import dev.octavo.quant.rewrite.smooth.SmoothingExperiments.LayerCurve;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether smoothing repairs, and whether searching does no worse than any fixed α, on what is really executed. */
class SmoothSearchTest {
    private static final String NETWORK = "x[1,8,12,12] -> Conv(a[24,8,3,3], b[24]) -> BatchNormalization -> Relu"
            + " -> Conv(c[16,24,1,1]) -> BatchNormalization -> Relu -> Conv(d[16,1,3,3]; group=16) -> BatchNormalization"
            + " -> Relu -> Conv(e[24,16,3,3]) -> BatchNormalization -> Relu -> Conv(f[12,24,1,1])"
            + " -> GlobalAveragePool -> Flatten -> Gemm(g[12,10], h[10]) -> y";

    private static final Graph PLAIN = GraphText.parse(NETWORK);
    private static final Graph OUTLIERS = OutlierNetwork.of(PLAIN, 3);
    private static final SeededWitness DATA = new SeededWitness(PLAIN, 24, 1);

    private static Prepared prepared(Graph graph, String... options) {
        List<dev.octavo.quant.rewrite.GraphPass> passes =
                options.length == 0 ? List.of() : List.of(new SmoothQuant(Smoothed.options(options)));
        QuantizeOptions o =
                QuantizeOptions.DEFAULT.withActivations(new MinMax()).withoutBiasCorrection();
        return Preparation.everywhere(
                Preparation.rewrite(graph, passes, DATA, OrtEngine.INSTANCE::inferTypes), o, DATA);
    }

    /** Error of the executed outputs over their power, on all samples. */
    private static double executed(Graph graph, String... options) {
        Prepared p = prepared(graph, options);
        var seen = DATA.observe(p.graph(), p.request());
        Plan plan = p.solve(new dev.octavo.core.stat.Evidence(p.fingerprint(), seen.samples(), seen.values()));
        double difference = 0;
        double power = 0;
        try (Engine.Session truth = OrtEngine.INSTANCE.open(graph, Engine.Mode.OPTIMIZED, 1);
                Engine.Session quantized = OrtEngine.INSTANCE.open(p.lower(plan), Engine.Mode.OPTIMIZED, 1)) {
            for (Map<String, Tensor> sample : DATA.samples(24)) {
                float[] real =
                        Objects.requireNonNull(truth.run(sample).get("y")).floats();
                float[] got =
                        Objects.requireNonNull(quantized.run(sample).get("y")).floats();
                for (int i = 0; i < real.length; i++) {
                    difference += Math.pow((double) real[i] - got[i], 2);
                    power += (double) real[i] * real[i];
                }
            }
        }
        return difference / power;
    }

    @Test
    void theOutliersChangeNothingInFloat() {
        try (Engine.Session one = OrtEngine.INSTANCE.open(PLAIN, Engine.Mode.UNFUSED, 1);
                Engine.Session other = OrtEngine.INSTANCE.open(OUTLIERS, Engine.Mode.UNFUSED, 1)) {
            Map<String, Tensor> sample = DATA.samples(1).get(0);
            float[] a = Objects.requireNonNull(one.run(sample).get("y")).floats();
            assertThat(Objects.requireNonNull(other.run(sample).get("y")).floats())
                    .containsExactly(a, within(1e-5f));
        }
    }

    @Test
    void smoothingTakesOutliersBack() {
        double healthy = executed(PLAIN);
        double broken = executed(OUTLIERS);
        assertThat(broken).as("outliers must hurt, or the test says nothing").isGreaterThan(10 * healthy);
        assertThat(executed(OUTLIERS, "alpha=0.5")).isLessThan(broken / 5);
        assertThat(executed(OUTLIERS, "alpha=search")).isLessThan(broken / 5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"search", "joint-search"})
    void searchingIsNoWorseThanTheBestFixedAlpha(String search) {
        double best = Double.POSITIVE_INFINITY;
        for (double alpha : List.of(0.1, 0.3, 0.5, 0.7, 0.9)) {
            best = Math.min(best, executed(OUTLIERS, "alpha=" + alpha));
        }
        assertThat(executed(OUTLIERS, "alpha=" + search)).isLessThanOrEqualTo(1.001 * best);
    }

    @Test
    void leavesAHealthyNetworkAlone() {
        Journal journal = new Journal();
        Graph g = GraphText.parse("x[1,8,12,12] -> Conv(a[8,8,3,3]) -> Relu -> Conv(c[8,8,1,1]) -> y");
        Graph after = g.copy();
        new SmoothQuant(Smoothed.options("alpha=0.05")).apply(after, DATA, journal);
        assertThat(executed(g, "alpha=0.05")).isLessThanOrEqualTo(1.05 * executed(g));
    }

    @Test
    void experimentsFollowAlphaAndTheSizeOfTheInput() {
        SmoothingExperiments e = SmoothingExperiments.on(OUTLIERS, DATA, Smoothed.options("alpha=0.5", "samples=8"));
        List<LayerCurve> curves = e.overAlpha(SmoothingExperiments.alphas());
        assertThat(curves).hasSize(6);
        assertThat(curves.get(1).smoothed()).hasSize(19);
        assertThat(curves.get(1).layer()).isEqualTo("conv_2");
        LayerCurve second = curves.get(1);
        double half = second.smoothed().get(9).l1();
        assertThat(second.smoothed().get(9).alpha()).isEqualTo(0.5);
        assertThat(half).as("an outlier channel divided").isLessThan(second.naive() / 2);
        assertThat(second.smoothed().stream()
                        .mapToDouble(SmoothingExperiments.AtAlpha::l1)
                        .min()
                        .orElseThrow())
                .isEqualTo(second.smoothed().stream()
                        .filter(a -> a.alpha() == second.best())
                        .findFirst()
                        .orElseThrow()
                        .l1());

        List<AtScale> layer = e.layerOverScale("conv_2", 0.5, List.of(1.0, 50.0));
        assertThat(layer.get(0).naive()).isCloseTo(second.naive(), within(1e-9));
        assertThat(layer.get(1).naive())
                .isCloseTo(50 * layer.get(0).naive(), within(0.5 * layer.get(0).naive()));
        assertThat(layer.get(1).smoothed()).isLessThan(layer.get(1).naive() / 2);

        List<AtScale> whole = e.networkOverScale(0.5, List.of(1.0, 20.0));
        assertThat(whole).allSatisfy(p -> assertThat(p.smoothed()).isLessThan(p.naive()));
        assertThat(whole.get(1).naive()).isGreaterThan(whole.get(0).naive());
    }

    @Test
    void factorsOfEachInputSmoothToo() {
        SmoothingExperiments e = SmoothingExperiments.on(OUTLIERS, DATA, Smoothed.options("alpha=0.5", "samples=8"));
        SmoothingExperiments.Dynamic d = e.dynamic(0.5);
        assertThat(d.smoothed()).isLessThan(d.naive() / 3);
    }

    /** 16 bits change next to nothing, so what remains is what the simulation itself computes: the layer. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x[1,6,9,8] -> Conv(w[4,6,3,2], b[4]) -> y",
                "x[1,6,9,8] -> Conv(w[4,3,3,3]; group=2) -> y",
                "x[1,6,9,8] -> Conv(w[6,1,3,3]; group=6) -> y",
                "x[1,6,9] -> ConvTranspose(w[6,4,3]) -> y",
                "x[1,6,9,8] -> ConvTranspose(w[6,2,3,3]; group=3) -> y",
                "x[1,6] -> Gemm(w[5,6], b[5]; transB=1) -> y",
                "x[1,7,6] -> MatMul(w[6,5]) -> y"
            })
    void theSimulationOfEachInputComputesTheLayer(String text) {
        Graph g = GraphText.parse(text);
        Map<String, TensorType> types = OrtEngine.INSTANCE.inferTypes(g);
        Graph simulated = DynamicSmoothing.simulate(
                g, types, Smoothed.options("alpha=0.6", "activation-bits=16", "weight-bits=16"), true);
        assertThat(DynamicSmoothing.isSimulation(simulated)).isTrue();
        assertThat(DynamicSmoothing.isSimulation(g)).isFalse();
        Map<String, Tensor> sample = new SeededWitness(g, 1, 30).samples(1).get(0);
        try (Engine.Session one = OrtEngine.INSTANCE.open(g, Engine.Mode.UNFUSED, 1);
                Engine.Session other = OrtEngine.INSTANCE.open(simulated, Engine.Mode.UNFUSED, 1)) {
            float[] real = Objects.requireNonNull(one.run(sample).get("y")).floats();
            float[] got = Objects.requireNonNull(other.run(sample).get("y")).floats();
            float largest = 0;
            for (float r : real) {
                largest = Math.max(largest, Math.abs(r));
            }
            assertThat(got).containsExactly(real, within(largest * 1e-3f));
            assertThat(got).isNotEqualTo(real);
        }
    }
}
