package dev.octavo.quant.datafree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Site;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import dev.octavo.quant.Journal;
import dev.octavo.quant.lower.Codes;
import dev.octavo.quant.refine.CorrectBias;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bias correction with the means of batch-norm statistics, against drawn numbers. */
class AnalyticCorrectionTest {
    private static final Grid COARSE = Grid.perTensor(QuantSpec.perTensor(3, true, true), new QuantParams(0.3f, 0));
    private static final float[] BETA = {0.5f, -1, 4, 5.9f};
    private static final float[] GAMMA = {1, 2, 1.5f, 0.5f};

    @ParameterizedTest
    @ValueSource(strings = {"Relu", "Clip(0, 6)", "HardSwish", "Sigmoid", "LeakyRelu(; alpha=0.2)"})
    void theMeanOfTheOutputIsThatOfTheFloatNetwork(String activation) {
        Graph g = network(activation);
        Plan plan = Plan.empty("test").withGrids(new TreeMap<>(Map.of(new Site.OfValue("w"), COARSE)));

        Plan corrected = CorrectBias.apply(g, plan, told(g), new Journal());

        float[] real = g.require("w").constant().orElseThrow().floats();
        float[] rounded = Codes.real(Codes.of(g.require("w").constant().orElseThrow(), COARSE), COARSE)
                .floats();
        float[] before = g.require("b").constant().orElseThrow().floats();
        float[] after = Objects.requireNonNull(corrected.constants().get("b")).floats();
        double[] drawn = drawnMeans(activation);
        for (int o = 0; o < 6; o++) {
            double shift = 0;
            double weight = 0;
            for (int c = 0; c < 4; c++) {
                shift += (rounded[4 * o + c] - real[4 * o + c]) * drawn[c];
                weight += Math.abs(rounded[4 * o + c] - real[4 * o + c]);
            }
            assertThat(before[o] - after[o]).as("channel " + o).isCloseTo((float) shift, within((float)
                    (0.01 * weight)));
        }
    }

    /** Of a clipped normal variable there is a formula. */
    @Test
    void theMeansOfClippedNormalsAreThoseOfTheFormula() {
        Evidence relu6 = told(network("Clip(0, 6)"));
        for (int c = 0; c < 4; c++) {
            double formula = Normal.clippedMean(BETA[c], GAMMA[c], 0, 6);
            double told =
                    Objects.requireNonNull(relu6.of("r").channels().get(1)).mean(c);
            assertThat(told).isCloseTo(formula, within(3e-4 * GAMMA[c]));
        }
    }

    private static Graph network(String activation) {
        Graph g = GraphText.parse("x[1,4,5,5] -> BatchNormalization(s[4], t[4], m[4], v[4]) -> n -> " + activation
                + " -> r -> Conv(w[6,4,1,1], b[6]) -> y");
        g.replaceConstant(g.require("s"), Tensor.ofFloats(Shape.of(4), GAMMA));
        g.replaceConstant(g.require("t"), Tensor.ofFloats(Shape.of(4), BETA));
        return g;
    }

    private static Evidence told(Graph g) {
        TreeMap<String, ValueEvidence> values = new TreeMap<>();
        Laws.walk(
                g,
                Map.of(),
                Map.of(),
                (v, law) -> values.put(v.name(), LawEvidence.of(law, Set.of(1), Optional.empty())));
        return new Evidence("test", 0, values);
    }

    private static double[] drawnMeans(String activation) {
        DoubleUnaryOperator f = activation.startsWith("Clip")
                ? x -> Math.max(0, Math.min(6, x))
                : switch (activation) {
                    case "Relu" -> x -> Math.max(0, x);
                    case "HardSwish" -> x -> x * Math.max(0, Math.min(1, x / 6 + 0.5));
                    case "Sigmoid" -> x -> 1 / (1 + Math.exp(-x));
                    default -> x -> x < 0 ? 0.2 * x : x;
                };
        Random random = new Random(9);
        double[] means = new double[4];
        int n = 200_000;
        for (int c = 0; c < 4; c++) {
            for (int i = 0; i < n; i++) {
                means[c] += f.applyAsDouble(BETA[c] + GAMMA[c] * random.nextGaussian()) / n;
            }
        }
        return means;
    }
}
