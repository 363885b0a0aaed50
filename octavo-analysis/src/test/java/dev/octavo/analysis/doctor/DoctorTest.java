package dev.octavo.analysis.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.analysis.Pictures;
import dev.octavo.analysis.sensitivity.NoTask;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.SiteRule;
import dev.octavo.quant.target.SchemeOptions;
import dev.octavo.quant.target.SchemeOptions.Signs;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Faults put into a sound network: each is named first, and the remedies bring the accuracy back. */
class DoctorTest {
    private static final Pictures DATA = Pictures.of(4);
    private static final QuantizeOptions SOUND = QuantizeOptions.DEFAULT.withActivations(new MinMax());
    private static final QuantizeOptions PER_TENSOR =
            SOUND.withScheme(new SchemeOptions(8, 8, 32, false, true, false, Signs.UNSIGNED));

    /** A fault, where it is and what it is. */
    enum Fault {
        GRID_TOO_NARROW("r", Cause.TRUNCATION),
        GRID_NARROW_AT_THE_INPUT("x", Cause.TRUNCATION),
        THREE_BITS("s", Cause.ROUNDING),
        GRID_OF_SOMETHING_ELSE("s", Cause.ROUNDING),
        WEIGHTS_CLIPPED("s", Cause.TRUNCATION),
        ONE_LARGE_CHANNEL("r", Cause.WRONG_GRANULARITY),
        TWO_BIT_WEIGHTS("s", Cause.ROUNDING);

        private final String site;
        private final Cause cause;

        Fault(String site, Cause cause) {
            this.site = site;
            this.cause = cause;
        }

        QuantizeOptions options() {
            return switch (this) {
                case GRID_TOO_NARROW -> SOUND.withRules(List.of(fixed("r", 0.002, true)));
                case GRID_NARROW_AT_THE_INPUT -> SOUND.withRules(List.of(fixed("x", 0.004, true)));
                case THREE_BITS -> SOUND.withRules(List.of(new SiteRule.Bits(new Glob("s"), 3)));
                case GRID_OF_SOMETHING_ELSE -> SOUND.withRules(List.of(fixed("s", 2, true)));
                case WEIGHTS_CLIPPED -> SOUND.withRules(List.of(fixed("v", 0.0005, true)));
                case ONE_LARGE_CHANNEL -> PER_TENSOR;
                case TWO_BIT_WEIGHTS -> SOUND.withRules(List.of(new SiteRule.Bits(new Glob("v"), 2)));
            };
        }

        private static SiteRule fixed(String value, double scale, boolean signed) {
            return new SiteRule.Fixed(new Glob(value), 8, scale, OptionalInt.of(0), Optional.of(signed));
        }

        Graph network() {
            Graph g = GraphText.parse(
                    "x[1,3,8,8] -> Conv(w[6,3,3,3], b[6]) -> Relu -> r; r -> Conv(v[6,6,1,1], c[6]) -> s; s -> Add(r) -> t; t -> Conv(u[4,6,1,1]) -> y");
            if (this == ONE_LARGE_CHANNEL) {
                // A channel that Relu silences, with weights so large that no other has any steps left.
                scale(g, "w", 0, 27, 300);
                Tensor bias = g.require("b").constant().orElseThrow();
                float[] values = bias.floats();
                values[0] = -1e5f;
                g.replaceConstant(g.require("b"), Tensor.ofFloats(bias.shape(), values));
            }
            return g;
        }

        private static void scale(Graph g, String weight, int from, int to, double factor) {
            Tensor t = g.require(weight).constant().orElseThrow();
            float[] v = t.floats();
            for (int i = from; i < to; i++) {
                v[i] *= (float) factor;
            }
            g.replaceConstant(g.require(weight), Tensor.ofFloats(t.shape(), v));
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void theFaultIsNamedFirstAndMended(Fault fault) {
        Trial<NoTask> trial = new Trial<>(fault.network(), DATA, DATA, new NoTask(), 2);
        List<Diagnosis> found = new Doctor(trial, Progress.NONE).examine(fault.options());
        assertThat(found).isNotEmpty();
        assertThat(found.get(0).site()).describedAs(found.toString()).isEqualTo(fault.site);
        assertThat(found.get(0).cause()).describedAs(found.toString()).isEqualTo(fault.cause);

        Treatment.Result mended = Treatment.fix(trial, fault.options(), found, Optional.empty(), Progress.NONE);
        double sound = Treatment.sqnr(trial.measure(trial.make(SOUND).lowered()));
        double broken = mended.ladder().get(0).sqnr();
        double now = Treatment.sqnr(trial.measure(trial.make(mended.options()).lowered()));
        assertThat(now - broken).describedAs(mended.ladder().toString()).isGreaterThan(0.9 * (sound - broken));
        // The ladder goes up: every rung that was kept is above all that were kept before.
        assertThat(mended.ladder().stream().filter(Treatment.Rung::kept).map(Treatment.Rung::sqnr))
                .isSorted();
    }
}
