package dev.octavo.ort.rewrite;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.Sample;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.DataWitness;
import dev.octavo.quant.rewrite.Witness;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;

/** Seeded Gaussian inputs for a network with one input of known shape, and witnesses that know them, or only shapes. */
record RandomInputs(Shape shape, int size) implements Dataset {
    static RandomInputs of(Graph graph, int size) {
        Value in = graph.requiredInputs().get(0);
        return new RandomInputs(in.type().orElseThrow().shape(), size);
    }

    Tensor tensor(int index) {
        Random random = new Random(index);
        float[] x = new float[Math.toIntExact(shape.elements())];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return Tensor.ofFloats(shape, x);
    }

    @Override
    public Sample read(int index) {
        return Sample.of(name(index), tensor(index), OptionalInt.empty());
    }

    @Override
    public String name(int index) {
        return "#" + index;
    }

    @Override
    public String fingerprint() {
        return shape + " " + size;
    }

    /** Knows a graph from these inputs. */
    Witness witness(Graph graph) {
        return DataWitness.of(graph, this, SweepOptions.standard().withThreads(1), Progress.NONE);
    }

    /** Knows shapes, and nothing of activations. */
    static Witness shapesOnly() {
        return new Witness() {
            @Override
            public Map<String, TensorType> types(Graph graph) {
                return OrtEngine.INSTANCE.inferTypes(graph);
            }

            @Override
            public Evidence observe(Graph graph, EvidenceRequest request) {
                return NONE.observe(graph, request);
            }

            @Override
            public List<Map<String, Tensor>> samples(int most) {
                return List.of();
            }

            @Override
            public java.util.Optional<dev.octavo.core.data.Engine> engine() {
                return java.util.Optional.empty();
            }
        };
    }
}
