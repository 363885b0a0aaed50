package dev.octavo.analysis.doctor;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** The next round number above a magnitude: what a quantity is bounded by is seldom 99.87. */
final class RoundBound {
    private static final MathContext UP = new MathContext(3, RoundingMode.CEILING);
    private static final MathContext SEEN = new MathContext(6);

    private RoundBound() {}

    /** The least number of three digits that is not below a magnitude, to float accuracy; 1 for 0. */
    static double of(double magnitude) {
        return magnitude > 0 ? new BigDecimal(magnitude).round(SEEN).round(UP).doubleValue() : 1;
    }

    /** As a recipe writes it: 100, 2.64, 0.0000123. */
    static String text(double bound) {
        return new BigDecimal(Double.toString(bound)).stripTrailingZeros().toPlainString();
    }
}
