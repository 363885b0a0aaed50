package dev.octavo.ort.cost;

import dev.octavo.core.graph.Value;
import dev.octavo.quant.target.CostModel;
import dev.octavo.quant.target.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Several costs in one, each with its weight, so that one placement is good for several numbers of
 * threads; borders or integer kernels can be made dearer or cheaper to see what depends on them.
 *
 * @param parts the costs
 * @param weights one per part
 * @param borders factor for borders
 * @param integers factor for integer kernels
 */
record WeightedCosts(List<MeasuredCosts> parts, List<Double> weights, double borders, double integers)
        implements CostModel {
    WeightedCosts {
        parts = List.copyOf(parts);
        weights = List.copyOf(weights);
    }

    /** Every part counts the same once it is taken in proportion to its float network. */
    static WeightedCosts inProportion(List<MeasuredCosts> parts, List<Group> groups) {
        List<Double> weights = new ArrayList<>();
        for (MeasuredCosts c : parts) {
            double total = groups.stream().mapToDouble(c::inFloat).sum();
            weights.add(1000 / Math.max(1, total) / parts.size());
        }
        return new WeightedCosts(parts, weights, 1, 1);
    }

    /** The same with borders and integer kernels made dearer or cheaper. */
    WeightedCosts skewed(double borderFactor, double integerFactor) {
        return new WeightedCosts(parts, weights, borders * borderFactor, integers * integerFactor);
    }

    /** One part alone, with the same factors. */
    WeightedCosts only(int part) {
        return new WeightedCosts(List.of(parts.get(part)), List.of(weights.get(part)), borders, integers);
    }

    private double sum(ToDoubleFunction<MeasuredCosts> cost) {
        double sum = 0;
        for (int i = 0; i < parts.size(); i++) {
            sum += weights.get(i) * cost.applyAsDouble(parts.get(i));
        }
        return sum;
    }

    @Override
    public double inFloat(Group g) {
        return sum(c -> c.inFloat(g));
    }

    @Override
    public double inIntegers(Group g) {
        return integers * sum(c -> c.inIntegers(g));
    }

    @Override
    public double quantize(Value v) {
        return borders * sum(c -> c.quantize(v));
    }

    @Override
    public double dequantize(Value v) {
        return borders * sum(c -> c.dequantize(v));
    }
}
