package dev.octavo.analysis.doctor;

import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.range.RelativeRounding;
import dev.octavo.quant.rewrite.SteadyValue;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Why a constant harms that acts on activations element by element: what counts is each element's relative error. */
final class ConstantExam {
    /* Elements this many times larger than others want grids of their own. */
    private static final double MIXED = 64;

    private final Value value;
    private final Tensor real;
    private final Grid grid;
    private final GridError error;
    private final RelativeRounding rounding;

    ConstantExam(Patient patient, String name) {
        this.value = patient.graph().require(name);
        this.real = value.constant().orElseThrow();
        this.grid = patient.grid(name);
        this.error = GridError.of(real, grid);
        this.rounding = RelativeRounding.of(real.floats(), grid.spec(), grid.channel(0));
    }

    Diagnosis diagnosis(double share) {
        Map<Cause, Double> powers = Blame.tally();
        powers.put(Cause.TRUNCATION, error.clipped());
        powers.put(Cause.ROUNDING, error.rounded());
        return new Diagnosis(value.name(), "constant", Blame.of(powers), share, evidence(), remedies());
    }

    private String evidence() {
        Set<String> operators = new LinkedHashSet<>();
        for (Use u : SteadyValue.readers(value)) {
            operators.add(u.node().type());
        }
        return String.format(
                Locale.ROOT,
                "%d elements whose magnitudes differ %.4g-fold, on grid %s in steps of %.4g; %d of them become 0, %.0f %% "
                        + "are off by over a tenth; %.0f %% of its error is clipping; read by %s",
                real.elements(),
                rounding.spread(),
                grid.spec(),
                rounding.step(),
                rounding.toZero(),
                100 * rounding.coarse(),
                100 * error.clippedShare(),
                String.join(", ", operators));
    }

    private List<Remedy> remedies() {
        List<Remedy> remedies = new ArrayList<>();
        boolean mixed = rounding.spread() >= MIXED && real.elements() > 1;
        if (mixed) {
            remedies.add(Remedies.splitRange(value.name()));
        }
        if (grid.spec().bits() < 16) {
            remedies.add(Remedies.int16(value.name()));
        }
        remedies.add(Remedies.keepFloat(value.name()));
        return remedies;
    }
}
