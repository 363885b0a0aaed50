package dev.octavo.ort.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.RecipeException;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.ReferenceEngine;
import dev.octavo.ort.OrtEngine;
import dev.octavo.quant.Journal;
import dev.octavo.quant.Memo;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.refine.Refinement;
import dev.octavo.quant.refine.Refinements;
import dev.octavo.quant.rewrite.Witness;
import dev.octavo.quant.target.SchemeOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CorrectBiasOnSamplesTest {
    private static final String NETWORK = "x[1,3,10,10] -> Conv(w1[8,3,3,3], b1[8]; pads=1,1,1,1) -> c1 -> Relu -> r1"
            + " -> Conv(w2[8,1,3,3], b2[8]; group=8 pads=1,1,1,1) -> c2 -> Relu -> r2 -> Conv(w3[6,8,1,1], b3[6]) -> c3"
            + " -> Relu -> GlobalAveragePool -> Flatten -> Gemm(w4[6,4], b4[4]) -> y";

    private final Graph model = GraphText.parse(NETWORK);
    private final Witness witness = new Seeded(model, 32);
    private final QuantizeOptions options = QuantizeOptions.DEFAULT
            .withScheme(new SchemeOptions(4, 8, 32, false, true, false, SchemeOptions.Signs.UNSIGNED))
            .withActivations(new MinMax())
            .withObjective(Objective.SIZE)
            .withRefinements(List.of());
    private final Prepared prepared = new Quantizer(options).prepare(model, witness);
    private final Evidence evidence = witness.observe(prepared.graph(), prepared.request());
    private final Plan start = prepared.solve(evidence);

    private static Refinement correction(String... options) {
        Map<String, List<String>> all = new java.util.TreeMap<>();
        for (String o : options) {
            all.put(o.split("=")[0], List.of(o.split("=")[1]));
        }
        return Refinements.named("correct-bias", new PassOptions(all));
    }

    private Plan apply(Refinement r, Plan plan, Journal journal) {
        return r.apply(prepared.graph(), plan, evidence, witness, journal, new Memo());
    }

    @Test
    void bringsEveryMeanNearToFloatAndTheOutputsToo() {
        Journal journal = new Journal();
        Plan corrected = apply(correction("from=samples", "samples=32", "rounds=6"), start, journal);

        for (String value : List.of("c1", "c2", "c3")) {
            assertThat(meanError(corrected, value)).as(value).isLessThan(0.5 * meanError(start, value));
        }
        assertThat(outputError(corrected)).isLessThan(0.8 * outputError(start));
        assertThat(journal.entries()).anySatisfy(e -> assertThat(e.text()).contains("dB before", "dB after"));
        assertThat(corrected.provenance().get("correct-bias")).startsWith("from 32 samples");
        assertThat(corrected.grids()).isEqualTo(start.grids());
    }

    /** As many rounds as layers end where correcting layer after layer ends. */
    @Test
    void endsWhereLayerAfterLayerEnds() {
        Plan layerwise = start;
        for (int layer = 1; layer <= 3; layer++) {
            double[] d = differences(layerwise, "c" + layer);
            String bias = "b" + layer;
            Tensor now = layerwise.constants().containsKey(bias)
                    ? Objects.requireNonNull(layerwise.constants().get(bias))
                    : prepared.graph().require(bias).constant().orElseThrow();
            float[] b = now.floats();
            for (int o = 0; o < b.length; o++) {
                b[o] += (float) d[o];
            }
            layerwise = layerwise.withConstants(Map.of(bias, Tensor.ofFloats(now.shape(), b)));
        }
        Plan rounds = apply(correction("from=samples", "samples=32", "rounds=8"), start, new Journal());
        for (int layer = 1; layer <= 3; layer++) {
            assertThat(meanError(rounds, "c" + layer)).isLessThan(meanError(layerwise, "c" + layer) + 0.02);
        }
    }

    @Test
    void appliedAgainItFindsNothingMuchToDo() {
        Refinement r = correction("from=samples", "samples=32", "rounds=6");
        Plan once = apply(r, start, new Journal());
        Plan twice = apply(r, once, new Journal());
        assertThat(outputError(twice)).isLessThanOrEqualTo(1.05 * outputError(once));
        Journal journal = new Journal();
        assertThat(apply(correction(), once, journal)).isEqualTo(once);
        assertThat(journal.entries().get(0).text()).contains("corrected already: from 32 samples");
    }

    @Test
    void whereFloatAndQuantizedAgreeNothingIsTouched() {
        Plan nothing = Plan.empty(prepared.fingerprint());
        Journal journal = new Journal();
        assertThat(apply(correction("from=samples"), nothing, journal)).isEqualTo(nothing);
    }

    @Test
    void needsSamples() {
        Refinement r = correction("from=samples");
        assertThatThrownBy(() -> r.apply(prepared.graph(), start, evidence, new NoData(), new Journal(), new Memo()))
                .isInstanceOfSatisfying(RecipeException.class, e -> {
                    assertThat(e).hasMessageContaining("needs at least 4 samples to run, and has 0");
                    assertThat(e.fix()).contains("from: means");
                });
        assertThatThrownBy(() -> correction("from=samples", "samples=2")).hasMessageContaining("samples is 2");
        assertThatThrownBy(() -> correction("from=samples", "rounds=0")).hasMessageContaining("rounds is 0");
        assertThatThrownBy(() -> correction("rounds=3")).hasMessageContaining("for correction from samples");
        assertThatThrownBy(() -> correction("from=dreams")).hasMessageContaining("dreams");
    }

    private double meanError(Plan plan, String value) {
        double most = 0;
        for (double d : differences(plan, value)) {
            most = Math.max(most, Math.abs(d));
        }
        return most;
    }

    private double[] differences(Plan plan, String value) {
        double[] real = means(prepared.graph(), value);
        double[] got = means(prepared.lower(plan), value);
        double[] d = new double[real.length];
        java.util.Arrays.setAll(d, o -> real[o] - got[o]);
        return d;
    }

    private double[] means(Graph graph, String value) {
        double[] sum = new double[0];
        for (Tensor t : run(graph, value)) {
            int channels = (int) t.shape().dim(1);
            float[] v = t.floats();
            sum = sum.length == 0 ? new double[channels] : sum;
            int each = v.length / channels;
            for (int i = 0; i < v.length; i++) {
                sum[i / each] += (double) v[i] / each / 32;
            }
        }
        return sum;
    }

    private double outputError(Plan plan) {
        List<Tensor> real = run(prepared.graph(), "y");
        List<Tensor> got = run(prepared.lower(plan), "y");
        double sum = 0;
        for (int i = 0; i < real.size(); i++) {
            float[] a = real.get(i).floats();
            float[] b = got.get(i).floats();
            for (int k = 0; k < a.length; k++) {
                sum += (a[k] - b[k]) * (double) (a[k] - b[k]);
            }
        }
        return sum;
    }

    private List<Tensor> run(Graph graph, String value) {
        Graph copy = graph.copy();
        if (!copy.require(value).isGraphOutput()) {
            copy.addOutput(copy.require(value));
        }
        try (Engine.Session session = OrtEngine.INSTANCE.open(copy, Engine.Mode.UNFUSED, 1)) {
            List<Tensor> all = new ArrayList<>();
            witness.samples(32)
                    .forEach(s -> all.add(Objects.requireNonNull(session.run(s).get(value))));
            return all;
        }
    }

    /** Seeded inputs, with an offset so that means are not 0. */
    private record Seeded(Graph graph, int count) implements Witness {
        @Override
        public Map<String, TensorType> types(Graph g) {
            return OrtEngine.INSTANCE.inferTypes(g);
        }

        @Override
        public Evidence observe(Graph g, EvidenceRequest request) {
            return dev.octavo.ort.EvidenceSweep.collect(
                            g,
                            dev.octavo.onnx.Fingerprint.of(g),
                            request,
                            new Given(samples(count)),
                            dev.octavo.ort.SweepOptions.standard(),
                            dev.octavo.core.data.Progress.NONE)
                    .evidence();
        }

        @Override
        public List<Map<String, Tensor>> samples(int most) {
            List<Map<String, Tensor>> all = new ArrayList<>();
            for (int i = 0; i < Math.min(most, count); i++) {
                ReferenceEngine.Array a = Objects.requireNonNull(
                        ReferenceEngine.inputs(graph, 50 + i).get("x"));
                float[] v = new float[a.data().length];
                for (int k = 0; k < v.length; k++) {
                    v[k] = (float) (a.data()[k] + 0.5);
                }
                all.add(Map.of(
                        "x",
                        Tensor.ofFloats(graph.require("x").type().orElseThrow().shape(), v)));
            }
            return all;
        }

        @Override
        public Optional<Engine> engine() {
            return Optional.of(OrtEngine.INSTANCE);
        }
    }

    /** These samples as a data set. */
    private record Given(List<Map<String, Tensor>> samples) implements dev.octavo.core.data.Dataset {
        @Override
        public int size() {
            return samples.size();
        }

        @Override
        public dev.octavo.core.data.Sample read(int index) {
            return new dev.octavo.core.data.Sample(name(index), samples.get(index), java.util.OptionalInt.empty());
        }

        @Override
        public String name(int index) {
            return "#" + index;
        }

        @Override
        public String fingerprint() {
            return "seeded";
        }
    }
}
