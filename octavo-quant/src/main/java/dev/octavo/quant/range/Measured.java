package dev.octavo.quant.range;

import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.ValueEvidence;
import java.util.List;

/**
 * No rule but the wish for the best one: whoever has data at hand tries the candidates and takes those with which the
 * network's outputs come out closest to float. A value's own error does not tell: clipping the tail of a residual sum
 * may cost nothing, because later limits saturate anyway, and may ruin a network that lives on its tails.
 *
 * <p>Where nothing can be tried, it chooses as {@link LeastSquares} does.
 */
public record Measured() implements RangeRule {
    /** The rules to try, apart for values that can be negative and for values that cannot. */
    public static final List<RangeRule> CANDIDATES = List.of(
            new LeastSquares(),
            new Percentile(0.9999),
            new Percentile(RangeRules.DEFAULT_KEEP),
            new MovingAverage(),
            new Entropy(),
            new MinMax());

    @Override
    public Range choose(ValueEvidence seen, QuantSpec spec) {
        return new LeastSquares().choose(seen, spec);
    }
}
