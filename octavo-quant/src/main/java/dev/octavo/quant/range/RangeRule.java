package dev.octavo.quant.range;

import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.Extremes;
import dev.octavo.core.stat.ValueEvidence;
import java.util.TreeMap;

/** Decides which real values a grid should cover, from what was seen. A pure function. */
public interface RangeRule {
    /**
     * The range for a grid of that intent.
     *
     * @param seen at least one value
     */
    Range choose(ValueEvidence seen, QuantSpec spec);

    /**
     * The range for a constant's own values, all finite. Rules that need no histogram make none.
     *
     * @param values at least one
     */
    default Range chooseFor(float[] values, QuantSpec spec) {
        if (this instanceof ExtremesRule e) {
            float min = values[0];
            float max = values[0];
            for (float v : values) {
                min = Math.min(min, v);
                max = Math.max(max, v);
            }
            return e.between(min, max);
        }
        ValueEvidence seen = new ValueEvidence(DyadicHistogram.of(values), Extremes.NONE, new TreeMap<>());
        return choose(seen, spec);
    }
}
