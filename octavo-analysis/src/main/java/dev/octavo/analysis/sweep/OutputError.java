package dev.octavo.analysis.sweep;

import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.ort.OrtEngine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How far the outputs of a quantized network are from those of the float one on a few samples.
 *
 * <pre>
 *   L1   = mean |float − quantized| over all elements of all outputs and samples
 *   SQNR = 10·log10( Σ float² / Σ (float − quantized)² )    in dB
 * </pre>
 */
final class OutputError {
    static final String L1 = "L1 of outputs";
    static final String SQNR = "SQNR of outputs, dB";

    /* What is reported when nothing differs: more than float arithmetic can tell apart. */
    private static final double MOST_DECIBELS = 150;

    private final List<Map<String, Tensor>> samples;
    private final List<Map<String, Tensor>> truth;

    OutputError(Graph floatNetwork, List<Map<String, Tensor>> samples) {
        this.samples = samples;
        this.truth = outputs(floatNetwork, Engine.Mode.OPTIMIZED);
    }

    Map<String, Double> of(Graph network, Engine.Mode mode) {
        List<Map<String, Tensor>> got = outputs(network, mode);
        double absolute = 0;
        double noise = 0;
        double power = 0;
        long n = 0;
        for (int i = 0; i < truth.size(); i++) {
            for (Map.Entry<String, Tensor> output : truth.get(i).entrySet()) {
                Tensor other = got.get(i).get(output.getKey());
                if (output.getValue().dtype() != DType.FLOAT || other == null || other.dtype() != DType.FLOAT) {
                    continue;
                }
                float[] real = output.getValue().floats();
                float[] approximate = other.floats();
                for (int k = 0; k < Math.min(real.length, approximate.length); k++) {
                    double d = (double) real[k] - approximate[k];
                    absolute += Math.abs(d);
                    noise += d * d;
                    power += (double) real[k] * real[k];
                }
                n += real.length;
            }
        }
        Map<String, Double> measures = new LinkedHashMap<>();
        measures.put(L1, n == 0 ? 0 : absolute / n);
        measures.put(SQNR, noise == 0 ? MOST_DECIBELS : Math.min(MOST_DECIBELS, 10 * Math.log10(power / noise)));
        return measures;
    }

    private List<Map<String, Tensor>> outputs(Graph network, Engine.Mode mode) {
        List<String> names = network.outputs().stream().map(Value::name).toList();
        try (Engine.Session session = OrtEngine.INSTANCE.open(network, mode, 1)) {
            return samples.parallelStream()
                    .map(s -> {
                        Map<String, Tensor> out = new LinkedHashMap<>(session.run(s));
                        out.keySet().retainAll(names);
                        return out;
                    })
                    .toList();
        }
    }
}
