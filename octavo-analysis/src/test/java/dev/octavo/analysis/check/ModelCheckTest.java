package dev.octavo.analysis.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.analysis.check.CheckReport.DtypeTable;
import dev.octavo.analysis.check.Finding.Kind;
import dev.octavo.core.ModelException;
import dev.octavo.core.RecipeException;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.TroubledNetwork;
import dev.octavo.ort.EvidenceSweep;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.SiteRule;
import dev.octavo.quant.rewrite.Witness;
import dev.octavo.quant.target.SchemeOptions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelCheckTest {
    private static final SchemeOptions PER_TENSOR =
            new SchemeOptions(8, 8, 32, false, true, false, SchemeOptions.Signs.UNSIGNED);

    private static Prepared prepared(Graph g, QuantizeOptions options) {
        return Preparation.everywhere(Preparation.rewrite(g, OrtEngine.INSTANCE::inferTypes), options, Witness.NONE);
    }

    private static Prepared prepared(Graph g) {
        return prepared(g, QuantizeOptions.DEFAULT.withActivations(new MinMax()));
    }

    private static CheckReport check(Graph g) {
        return ModelCheck.of(prepared(g), Optional.empty(), Map.of());
    }

    private static CheckReport check(String graph) {
        return check(GraphText.parse(graph));
    }

    private static Evidence evidence(Prepared p) {
        return EvidenceSweep.collect(
                        p.graph(),
                        p.fingerprint(),
                        p.request(),
                        TroubledNetwork.data(4),
                        SweepOptions.standard(),
                        Progress.NONE)
                .evidence();
    }

    private static Finding at(CheckReport r, Kind kind, String where) {
        return r.findings(kind).stream()
                .filter(f -> f.where().contains(where))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " at " + where + " in " + r.findings()));
    }

    private static double number(Finding f, String name) {
        return ((Number) Objects.requireNonNull(f.numbers().get(name), name)).doubleValue();
    }

    @Test
    void theDivisorIsTheWorst() {
        Finding first = check(TroubledNetwork.graph()).findings().get(0);
        assertThat(first.kind()).isEqualTo(Kind.MIXED_CONSTANT);
        assertThat(first.where()).isEqualTo(TroubledNetwork.DIM_T);
        // 255 steps to 8659.64; elements below half a step become 0: i/2 below 64 log(16.98) / log(10000) = 19.7.
        assertThat(number(first, "step")).isCloseTo(8659.6435 / 255, within(1e-3));
        assertThat(number(first, "toZero")).isEqualTo(40);
        assertThat(first.fix().get(0)).isEqualTo("rewrite: [ { split-range: { on: \"dim_t\" } } ]");
    }

    @Test
    void sixteenBitsHoldTheDivisorBetterAndStillNotWell() {
        QuantizeOptions wide =
                QuantizeOptions.DEFAULT.withRules(List.of(new SiteRule.Bits(new Glob(TroubledNetwork.DIM_T), 16)));
        CheckReport r = ModelCheck.of(prepared(TroubledNetwork.graph(), wide), Optional.empty(), Map.of());
        Finding f = at(r, Kind.MIXED_CONSTANT, TroubledNetwork.DIM_T);
        assertThat(number(f, "toZero")).isZero();
        assertThat(number(f, "worstRelativeError")).isCloseTo(8659.6435 / 65535 / 2, within(1e-4));
        assertThat(f.weight()).isLessThan(50);
    }

    @Test
    void coordinatesAreFoundBeforeAnyData() {
        Finding f = at(check(TroubledNetwork.graph()), Kind.KNOWN_RANGE, TroubledNetwork.REFERENCE);
        assertThat(f.what()).contains("/view/GridSample looks up");
        assertThat(f.fix().get(0)).contains("int16", "\"reference_points\"");
    }

    @Test
    void whatIsToldOrSeenOfCoordinatesGivesTheirCodes() {
        Prepared p = prepared(TroubledNetwork.graph());
        Map<String, Range> told = Map.of(
                TroubledNetwork.REFERENCE, new Range(-100, 1), "/view.offsets/Add_output_0", new Range(-0.2, 0.2));
        Finding known = at(ModelCheck.of(p, Optional.empty(), told), Kind.KNOWN_RANGE, TroubledNetwork.REFERENCE);
        // Of [-0.23, 1.23], what GridSample looks at and the offsets move, [-0.23, 1] lies in 101 units of 255 codes.
        assertThat(number(known, "codesThatCount")).isBetween(2.0, 4.0);
        assertThat(known.fix().get(0)).contains("fixed: { \"reference_points\": { bits: 16, scale: 100.0/32768 } }");
        Finding seen =
                at(ModelCheck.of(p, Optional.of(evidence(p)), Map.of()), Kind.KNOWN_RANGE, TroubledNetwork.REFERENCE);
        assertThat(number(seen, "codesThatCount")).isBetween(2.0, 4.0);
        assertThat(seen.weight()).isGreaterThan(80);
    }

    @Test
    void coordinatesThatStayInsideAreNoFinding() {
        Map<String, Range> told =
                Map.of(TroubledNetwork.REFERENCE, new Range(0, 1), "/view.offsets/Add_output_0", new Range(-0.2, 0.2));
        CheckReport r = ModelCheck.of(prepared(TroubledNetwork.graph()), Optional.empty(), told);
        assertThat(r.findings(Kind.KNOWN_RANGE)).noneMatch(f -> f.where().equals(TroubledNetwork.REFERENCE));
    }

    @Test
    void headsThatEndInASumAreNotOfHighPrecision() {
        CheckReport r = check(TroubledNetwork.graph());
        Finding scores = at(r, Kind.COARSE_OUTPUT, TroubledNetwork.SCORES);
        assertThat(scores.what()).contains("behind Add, although /head.cls/MatMul");
        assertThat(scores.fix()).containsExactly("plan: { keep-float: [ \"/head.cls/Add\" ] }");
        Finding boxes = at(r, Kind.COARSE_OUTPUT, TroubledNetwork.BOXES);
        assertThat(number(boxes, "step")).isCloseTo(48.5 / 255, within(1e-3));
        QuantizeOptions repaired = QuantizeOptions.DEFAULT.withRules(List.of(
                new SiteRule.KeepFloat(new Glob("/head.cls/Add")), new SiteRule.KeepFloat(new Glob("/head/box/Add"))));
        assertThat(ModelCheck.of(prepared(TroubledNetwork.graph(), repaired), Optional.empty(), Map.of())
                        .findings(Kind.COARSE_OUTPUT))
                .isEmpty();
    }

    @Test
    void modulesThatAreCalledMoreThanOnce() {
        CheckReport r = check(TroubledNetwork.graph());
        assertThat(r.shared()).anySatisfy(s -> {
            assertThat(s.values()).contains(TroubledNetwork.SHARED_WEIGHT, "view.input_proj.bias");
            assertThat(s.calls()).isEqualTo(3);
        });
        assertThat(r.shared()).anySatisfy(s -> {
            assertThat(s.values()).containsExactly(TroubledNetwork.DIM_T);
            assertThat(s.calls()).isEqualTo(4);
        });
        assertThat(r.shared()).hasSize(2);
        assertThat(at(r, Kind.SHARED, TroubledNetwork.SHARED_WEIGHT).fix().get(0))
                .contains("same-as: { \"/view/input_proj/Conv_1_output_0\": \"/view/input_proj/Conv_output_0\"");
        assertThat(at(r, Kind.UNFUSED, "/view/input_proj/Conv").what())
                .contains("3 times Conv + Add", "shared by 3 calls");
    }

    @Test
    void boxesBesideScores() {
        Finding f = at(check(TroubledNetwork.joined()), Kind.MIXED_JOIN, "/post/Concat");
        assertThat(number(f, "bitsLost")).isCloseTo(Math.log(48.5) / Math.log(2), within(1e-6));
        assertThat(check(TroubledNetwork.graph()).findings(Kind.MIXED_JOIN)).isEmpty();
    }

    @Test
    void aQuantizedModelIsCheckedByItsOwnGrids() {
        Prepared p = prepared(TroubledNetwork.graph());
        Graph lowered = p.lower(p.solve(evidence(p)));
        CheckReport r = ModelCheck.of(lowered, TroubledNetwork.graph(), p, Optional.empty(), Map.of());
        assertThat(at(r, Kind.MIXED_CONSTANT, TroubledNetwork.DIM_T).weight()).isGreaterThan(90);
        assertThat(at(r, Kind.KNOWN_RANGE, TroubledNetwork.REFERENCE).what()).contains("by its grid");
        assertThat(r.findings(Kind.COARSE_OUTPUT)).hasSize(2);
        CheckReport scheme = ModelCheck.of(p, Optional.empty(), Map.of());
        assertThat(r.inputs()).isEqualTo(scheme.inputs());
        assertThat(r.outputs()).isEqualTo(scheme.outputs());
        assertThat(r.weights())
                .hasSameSizeAs(scheme.weights())
                .allSatisfy(w -> assertThat(w.sqnr()).isBetween(30.0, 60.0));
        assertThatThrownBy(() ->
                        ModelCheck.of(TroubledNetwork.graph(), TroubledNetwork.graph(), p, Optional.empty(), Map.of()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("no quantized value");
    }

    @Test
    void aCleanNetworkHasNoFindingButThatItIsSmall() {
        CheckReport r = check(
                "x[1,16,32,32] -> Conv(w[32,16,3,3], b[32]; pads=1,1,1,1) -> Relu -> Conv(v[32,32,3,3], c[32]; pads=1,1,1,1)"
                        + " -> Relu -> GlobalAveragePool -> Flatten -> Gemm(u[32,10], d[10]) -> y");
        assertThat(r.findings()).isEmpty();
        assertThat(r.forecast().from()).isEqualTo("rules");
        assertThat(r.forecast().integerShare()).isEqualTo(1);
        assertThat(r.inputs().rows().get("Conv+Relu")).containsExactly(0, 4, 0, 2);
        assertThat(r.outputs().rows().get("Gemm")).containsExactly(1, 0, 0, 0);
        assertThat(r.inputs().total(1)).isEqualTo(8);
        assertThat(DtypeTable.COLUMNS).hasSize(4);
    }

    @Test
    void oneGridForAllChannelsLosesTheSmall() {
        Graph g = GraphText.parse("x[1,3,8,8] -> Conv(w[4,3,3,3], b[4]) -> Relu -> y");
        float[] w = g.require("w").constant().orElseThrow().floats();
        for (int i = 0; i < w.length; i++) {
            w[i] *= i / 27 == 0 ? 1e-4f : i / 27 == 1 ? 0 : 1;
        }
        g.replaceConstant(
                g.require("w"), dev.octavo.core.tensor.Tensor.ofFloats(dev.octavo.core.tensor.Shape.of(4, 3, 3, 3), w));
        CheckReport channel = check(g);
        assertThat(channel.findings(Kind.COARSE_WEIGHT)).isEmpty();
        assertThat(channel.weights().get(0).dead()).isEqualTo(1);
        CheckReport tensor =
                ModelCheck.of(prepared(g, QuantizeOptions.DEFAULT.withScheme(PER_TENSOR)), Optional.empty(), Map.of());
        Finding f = at(tensor, Kind.COARSE_WEIGHT, "w");
        assertThat(number(f, "channelsLost")).isEqualTo(1);
        assertThat(number(f, "spreadBits")).isBetween(11.0, 16.0);
        assertThat(f.fix()).containsExactly("plan: { weights: { per: channel } }");
    }

    @Test
    void fewBitsOfWeightsAreSaid() {
        SchemeOptions three = new SchemeOptions(3, 8, 32, true, true, false, SchemeOptions.Signs.UNSIGNED);
        CheckReport r = ModelCheck.of(
                prepared(
                        GraphText.parse("x[1,3,8,8] -> Conv(w[4,3,3,3], b[4]) -> Relu -> y"),
                        QuantizeOptions.DEFAULT.withScheme(three)),
                Optional.empty(),
                Map.of());
        assertThat(at(r, Kind.COARSE_WEIGHT, "w").fix().get(0)).isEqualTo("plan: { bits: { \"w\": 8 } }");
    }

    @Test
    void aLimitThatIsNotAloneIsSaid() {
        CheckReport r =
                check("x[1,3,8,8] -> Conv(w[4,3,3,3], b[4]) -> c; c -> Relu -> r; c -> Sigmoid -> s; r -> Mul(s) -> y");
        assertThat(r.fusions()).singleElement().satisfies(u -> {
            assertThat(u.pattern()).isEqualTo("Conv + Relu");
            assertThat(u.between()).contains("read by others too: Sigmoid");
        });
    }

    @Test
    void whatFeedsASigmoidNeedNotReachFar() {
        CheckReport r = ModelCheck.of(
                prepared(GraphText.parse("x[1,8] -> Gemm(w[8,8], b[8]) -> h; h -> Add(c[8]) -> z; z -> Sigmoid -> y")),
                Optional.empty(),
                Map.of("z", new Range(-100, 28)));
        Finding f = at(r, Kind.KNOWN_RANGE, "z");
        assertThat(number(f, "span")).isEqualTo(128);
        assertThat(r.findings(Kind.KNOWN_RANGE))
                .anySatisfy(x -> assertThat(x.what()).contains("flat beyond"));
    }

    @Test
    void sixteenBitsThatDidNotTakeEffectAreSaid() {
        // What Gelu reads is on a grid; what the division gives is in float, whatever its width.
        QuantizeOptions asked = QuantizeOptions.DEFAULT.withRules(List.of(
                new SiteRule.Bits(new Glob("/decoder.layers.0.mlp.0/Add_output_0"), 16),
                new SiteRule.Bits(new Glob("/decoder/refine_0/Div_output_0"), 16)));
        CheckReport r = ModelCheck.of(prepared(TroubledNetwork.graph(), asked), Optional.empty(), Map.of());
        assertThat(r.findings(Kind.NO_EFFECT))
                .singleElement()
                .satisfies(f -> assertThat(f.where()).isEqualTo("/decoder/refine_0/Div_output_0"));
        assertThat(r.outputs().total(2)).isEqualTo(1);
    }

    @Test
    void aProductThatIsHalfInFloatIsSaid() {
        Prepared p = prepared(TroubledNetwork.graph());
        Graph half = p.lower(p.solve(evidence(p)).without(s -> s.value().equals("/backbone.0/Relu_output_0")));
        Finding f = at(
                ModelCheck.of(half, TroubledNetwork.graph(), p, Optional.empty(), Map.of()),
                Kind.HALF_QUANTIZED,
                "/backbone.1/Conv");
        assertThat(number(f, "nodes")).isEqualTo(2); // the projection reads it too
        assertThat(ModelCheck.of(p, Optional.empty(), Map.of()).findings(Kind.HALF_QUANTIZED))
                .isEmpty();
    }

    @Test
    void anotherToolsModelIsComparedWithWhatItWasMadeFrom() {
        String conv = "Conv(w[6,3,3,3], b[6]) -> c; c -> QuantizeLinear(0.05, 128:uint8)"
                + " -> DequantizeLinear(0.05, 128:uint8) -> BatchNormalization -> n; n -> QuantizeLinear(0.05, 128:uint8)"
                + " -> DequantizeLinear(0.05, 128:uint8) -> y";
        Graph quantized = GraphText.parse(
                "x[1,3,8,8] -> QuantizeLinear(0.02, 128:uint8)" + " -> DequantizeLinear(0.02, 128:uint8) -> " + conv);
        Graph model = GraphText.parse("x[1,3,8,8] -> Conv(w[6,3,3,3], b[6]) -> BatchNormalization -> y");
        CheckReport r = ModelCheck.of(quantized, model, prepared(model), Optional.empty(), Map.of());
        Finding f = at(r, Kind.UNFUSED, "BatchNormalization".toLowerCase(java.util.Locale.ROOT));
        assertThat(f.what()).contains("Conv + BatchNormalization", "a quantizer");
        assertThat(f.weight()).isEqualTo(50);
    }

    @Test
    void aNameThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> ModelCheck.of(
                        prepared(TroubledNetwork.graph()), Optional.empty(), Map.of("reference", new Range(0, 1))))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("'reference' is no value");
    }

    @Test
    void findingsComeSortedWithFixes() {
        CheckReport r = check(TroubledNetwork.joined());
        assertThat(r.findings()).isSortedAccordingTo((a, b) -> Double.compare(b.weight(), a.weight()));
        assertThat(r.findings())
                .allSatisfy(f -> assertThat(f.fix())
                        .isNotEmpty()
                        .allMatch(
                                x -> x.startsWith("plan: {") || x.startsWith("rewrite: [") || x.startsWith("model: ")));
        assertThat(CheckText.of(r, 0)).contains("FORECAST", "INPUT TYPES", "KNOWN RANGES", "fix:  plan: ");
        assertThat(CheckFacts.of(r)).containsKeys("findings", "forecast", "sites", "weights", "inputTypes");
    }
}
