package dev.octavo.analysis.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.analysis.Pictures;
import dev.octavo.core.ModelException;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.testing.GraphText;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LayerComparisonTest {
    private static final Pictures DATA = Pictures.of(6);

    private static Graph network() {
        return GraphText.parse(
                "x[1,3,8,8] -> Conv(w[6,3,3,3], b[6]) -> Relu -> r; r -> Conv(v[6,6,1,1], c[6]) -> s; s -> Add(r) -> t; t -> Conv(u[4,6,1,1]) -> y");
    }

    private static Prepared prepared(List<SiteRule> rules) {
        QuantizeOptions options =
                QuantizeOptions.DEFAULT.withActivations(new MinMax()).withRules(rules);
        return Preparation.everywhere(
                Preparation.rewrite(network(), OrtEngine.INSTANCE::inferTypes), options, Witness.NONE);
    }

    private static Graph lowered(Prepared p) {
        return p.lower(p.solve(EvidenceSweep.collect(
                        p.graph(), p.fingerprint(), p.request(), DATA, SweepOptions.standard(), Progress.NONE)
                .evidence()));
    }

    private static Map<String, ComparedSite> compare(Prepared p, Engine.Mode mode) {
        return new LayerComparison(p.graph(), lowered(p), mode)
                .run(DATA, 2, Progress.NONE).stream()
                        .collect(Collectors.toMap(ComparedSite::value, Function.identity()));
    }

    private static ComparedSite at(Map<String, ComparedSite> rows, String value) {
        return Objects.requireNonNull(rows.get(value));
    }

    @ParameterizedTest
    @EnumSource(Engine.Mode.class)
    void theInputIsRoundedOnlyAndErrorsAccumulate(Engine.Mode mode) {
        Map<String, ComparedSite> rows = compare(prepared(List.of()), mode);
        assertThat(rows).containsKeys("x", "r", "t", "y");
        ComparedSite x = at(rows, "x");
        assertThat(x.steps().orElseThrow()).isCloseTo(0.5, within(0.01));
        assertThat(x.dtype()).isEqualTo("u8");
        ComparedSite t = at(rows, "t");
        // By itself a layer adds less than what has come together there.
        assertThat(t.alone().orElseThrow().sqnr()).isGreaterThan(t.accumulated().sqnr());
        assertThat(t.accumulated().sqnr()).isBetween(20.0, 60.0);
        assertThat(t.columns()).containsKeys("cosine", "max_qscale_diff", "alone_l1", "float_variance");
    }

    @Test
    void theNumbersDoNotDependOnTheNumberOfThreads() {
        Prepared p = prepared(List.of());
        Graph lowered = lowered(p);
        LayerComparison comparison = new LayerComparison(p.graph(), lowered, Engine.Mode.UNFUSED);
        assertThat(comparison.run(DATA, 1, Progress.NONE)).isEqualTo(comparison.run(DATA, 3, Progress.NONE));
    }

    @Test
    void aCoarseLayerStandsOutAloneAndItsReadersOnlyAccumulated() {
        Map<String, ComparedSite> rows =
                compare(prepared(List.of(new SiteRule.Bits(new Glob("s"), 3))), Engine.Mode.UNFUSED);
        ComparedSite s = at(rows, "s");
        ComparedSite t = at(rows, "t");
        assertThat(s.alone().orElseThrow().sqnr()).isLessThan(20);
        assertThat(t.accumulated().sqnr()).isLessThan(25);
        assertThat(at(rows, "r").alone().orElseThrow().sqnr()).isGreaterThan(30);
        assertThat(at(rows, "y").alone().orElseThrow().sqnr()).isGreaterThan(30);
    }

    @Test
    void findsTheSampleThatIsFurthestFromFloat() {
        Prepared p = prepared(List.of());
        LayerComparison comparison = new LayerComparison(p.graph(), lowered(p), Engine.Mode.OPTIMIZED);
        int worst = comparison.worstSample(DATA, 2, Progress.NONE).orElseThrow();
        // The pictures grow with their place: on one grid for all, the smallest is rounded most coarsely.
        assertThat(worst).isZero();
    }

    @Test
    void aFloatModelInThePlaceOfTheQuantizedOneIsRefused() {
        assertThatThrownBy(() -> new LayerComparison(network(), network(), Engine.Mode.UNFUSED))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("no quantized activation");
    }
}
