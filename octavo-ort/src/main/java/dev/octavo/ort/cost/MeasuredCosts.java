package dev.octavo.ort.cost;

import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.target.CostModel;
import dev.octavo.quant.target.Group;
import java.util.HashMap;
import java.util.Map;

/** What groups and borders cost with one number of threads, in microseconds, as far as it was measured. */
final class MeasuredCosts implements CostModel {
    private final Map<String, TensorType> types;
    private final Map<Group, Double> inFloat = new HashMap<>();
    private final Map<Group, Double> inIntegers = new HashMap<>();
    private final Map<String, Double> quantize = new HashMap<>();
    private final Map<String, Double> dequantize = new HashMap<>();
    private final BorderCosts borders;

    /**
     * Nothing measured yet.
     *
     * @param types shapes with batch 1
     * @param borders what a border costs that was not measured
     */
    MeasuredCosts(Map<String, TensorType> types, BorderCosts borders) {
        this.types = types;
        this.borders = borders;
    }

    void putFloat(Group g, double micros) {
        inFloat.put(g, micros);
    }

    void putIntegers(Group g, double micros) {
        inIntegers.put(g, micros);
    }

    void putQuantize(String value, double micros) {
        quantize.put(value, micros);
    }

    void putDequantize(String value, double micros) {
        dequantize.put(value, micros);
    }

    @Override
    public double inFloat(Group g) {
        return inFloat.getOrDefault(g, 0.0);
    }

    @Override
    public double inIntegers(Group g) {
        return inIntegers.getOrDefault(g, 0.0);
    }

    @Override
    public double quantize(Value v) {
        return quantize.getOrDefault(v.name(), borders.quantize(elements(v)));
    }

    @Override
    public double dequantize(Value v) {
        return dequantize.getOrDefault(v.name(), borders.dequantize(elements(v)));
    }

    private double elements(Value v) {
        TensorType t = types.get(v.name());
        return t != null && t.shape().isKnown() ? t.shape().elements() : 0;
    }
}
