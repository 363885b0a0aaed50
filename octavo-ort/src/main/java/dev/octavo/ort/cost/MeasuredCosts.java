package dev.octavo.ort.cost;

import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.target.CostModel;
import dev.octavo.quant.target.Group;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Costs as measured, averaged over the numbers of threads after each was set in proportion to the
 * float network's time, so that a placement is good for all of them.
 */
final class MeasuredCosts implements CostModel {
    /* A border that was not seen yet: so much at least, and so much per element (measured on x64). */
    private static final double BORDER_MICROS = 5;
    private static final double QUANTIZE_MICROS_PER_ELEMENT = 0.20e-3;
    private static final double DEQUANTIZE_MICROS_PER_ELEMENT = 0.24e-3;

    private final Map<String, TensorType> types;
    private final Map<Group, Double> inFloat = new HashMap<>();
    private final Map<Group, Double> inIntegers = new HashMap<>();
    private final Map<String, Double> quantize = new HashMap<>();
    private final Map<String, Double> dequantize = new HashMap<>();
    private double borderWeight;
    private double borderFactor = 1;
    private double integerFactor = 1;

    MeasuredCosts(Map<String, TensorType> types) {
        this.types = types;
    }

    /** Adds the times of one number of threads, each multiplied by {@code weight}. */
    void add(List<Group> groups, Map<Group, Double> floats, Map<Group, Double> integers, double weight) {
        for (Group g : groups) {
            inFloat.merge(g, weight * floats.getOrDefault(g, 0.0), Double::sum);
            inIntegers.merge(g, weight * integers.getOrDefault(g, 0.0), Double::sum);
        }
        borderWeight += weight;
    }

    /** Learns what borders cost from a profile; {@code weight} as for {@link #add}. */
    void learn(String value, boolean quantizes, double micros) {
        (quantizes ? quantize : dequantize).merge(value, micros, Double::sum);
    }

    /** The same costs, borders and integer kernels made dearer or cheaper. */
    MeasuredCosts skewed(double borders, double integers) {
        MeasuredCosts c = new MeasuredCosts(types);
        c.inFloat.putAll(inFloat);
        c.inIntegers.putAll(inIntegers);
        c.quantize.putAll(quantize);
        c.dequantize.putAll(dequantize);
        c.borderWeight = borderWeight;
        c.borderFactor = borders;
        c.integerFactor = integers;
        return c;
    }

    @Override
    public double inFloat(Group g) {
        return inFloat.getOrDefault(g, 0.0);
    }

    @Override
    public double inIntegers(Group g) {
        return integerFactor * inIntegers.getOrDefault(g, 0.0);
    }

    @Override
    public double quantize(Value v) {
        return borderFactor * quantize.getOrDefault(v.name(), border(v, QUANTIZE_MICROS_PER_ELEMENT));
    }

    @Override
    public double dequantize(Value v) {
        return borderFactor * dequantize.getOrDefault(v.name(), border(v, DEQUANTIZE_MICROS_PER_ELEMENT));
    }

    private double border(Value v, double perElement) {
        TensorType t = types.get(v.name());
        double elements = t != null && t.shape().isKnown() ? t.shape().elements() : 0;
        return borderWeight * (BORDER_MICROS + perElement * elements);
    }
}
