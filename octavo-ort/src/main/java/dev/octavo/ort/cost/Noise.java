package dev.octavo.ort.cost;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.Sample;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.ort.EvidenceSweep;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How much placements of one network differ in accuracy, before any data was seen: all get grids that cover what a few
 * {@linkplain SmoothInputs made-up inputs} give, and are executed on these.
 *
 * <pre>
 *   decibels(placement) = 10 · log10( Σ float² / Σ (float − executed)² )      over all outputs
 * </pre>
 *
 * <p>Real data have other ranges, but where rounding hurts a network depends mostly on its weights and its shape. The
 * numbers are good for comparing placements, not for telling an accuracy. They do not depend on what else the machine does.
 */
final class Noise {
    private static final int INPUTS = 4;

    private final Variant variant;
    private final List<Map<String, Tensor>> inputs = new ArrayList<>();
    private final Optional<Evidence> seen;
    private final List<Map<String, Tensor>> truth;

    /**
     * Looks at the float network.
     *
     * @param request what all the placements to be compared need
     */
    Noise(Variant variant, EvidenceRequest request) {
        this.variant = variant;
        for (int i = 0; i < INPUTS; i++) {
            inputs.add(SmoothInputs.of(variant.graph(), variant.types(), i));
        }
        this.seen = observe(request);
        this.truth = seen.isEmpty() ? List.of() : outputs(variant.graph());
    }

    /** What was seen of the network on the made-up inputs; empty if it gives no finite numbers on them. */
    Optional<Evidence> seen() {
        return seen;
    }

    /** Signal to noise of a Q/DQ graph lowered from this network with what was {@link #seen}. */
    double decibels(Graph lowered) {
        double noise = 0;
        double power = 0;
        List<Map<String, Tensor>> executed = outputs(lowered);
        for (int i = 0; i < truth.size(); i++) {
            for (Map.Entry<String, Tensor> out : truth.get(i).entrySet()) {
                Tensor got = executed.get(i).get(out.getKey());
                if (got != null && got.dtype() == DType.FLOAT && out.getValue().dtype() == DType.FLOAT) {
                    float[] real = out.getValue().floats();
                    float[] rounded = got.floats();
                    for (int k = 0; k < Math.min(real.length, rounded.length); k++) {
                        double d = (double) real[k] - rounded[k];
                        noise += d * d;
                        power += (double) real[k] * real[k];
                    }
                }
            }
        }
        return 10 * Math.log10(Math.max(power, 1e-30) / Math.max(noise, 1e-30));
    }

    private List<Map<String, Tensor>> outputs(Graph graph) {
        try (Engine.Session session = OrtEngine.INSTANCE.open(graph, Engine.Mode.OPTIMIZED, 1)) {
            return inputs.stream().map(session::run).toList();
        }
    }

    private Optional<Evidence> observe(EvidenceRequest request) {
        try {
            return Optional.of(EvidenceSweep.collect(
                            variant.graph(), "made-up inputs", request, data(), SweepOptions.standard(), Progress.NONE)
                    .evidence());
        } catch (ModelException e) {
            // A network may give infinities on inputs that it was not made for; it can be placed all the same.
            return Optional.empty();
        }
    }

    private Dataset data() {
        return new Dataset() {
            @Override
            public int size() {
                return inputs.size();
            }

            @Override
            public Sample read(int index) {
                return new Sample(name(index), inputs.get(index), OptionalInt.empty());
            }

            @Override
            public String name(int index) {
                return "made-up input " + index;
            }

            @Override
            public String fingerprint() {
                return "made-up inputs";
            }
        };
    }
}
