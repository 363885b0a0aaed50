package dev.octavo.ort;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Samples of seeded random floats, among them whatever a test wants to go wrong. */
final class SeededData implements Dataset {
    private final Map<String, Shape> inputs = new HashMap<>();
    private final List<Integer> seeds;
    private final Map<Integer, IntFunction<Tensor>> odd = new HashMap<>();
    private final List<Integer> unreadable = new ArrayList<>();
    private Runnable onRead = () -> {};

    private SeededData(List<Integer> seeds) {
        this.seeds = new ArrayList<>(seeds);
    }

    /** {@code n} samples for a graph's inputs, batches of 1. */
    static SeededData of(Graph graph, int n) {
        return of(graph, IntStream.range(0, n).boxed().toList());
    }

    /** The samples with these seeds for a graph's inputs. */
    static SeededData of(Graph graph, List<Integer> seeds) {
        SeededData data = new SeededData(seeds);
        for (Value v : graph.requiredInputs()) {
            Shape shape = v.type().map(TensorType::shape).orElseThrow();
            data.inputs.put(v.name(), shape.withDim(0, 1));
        }
        return data;
    }

    /** Gives another tensor as the only input of a sample. */
    SeededData with(int index, Tensor tensor) {
        odd.put(index, i -> tensor);
        return this;
    }

    SeededData unreadable(Integer... indices) {
        unreadable.addAll(List.of(indices));
        return this;
    }

    SeededData onRead(Runnable action) {
        onRead = action;
        return this;
    }

    @Override
    public int size() {
        return seeds.size();
    }

    @Override
    public Sample read(int index) throws UnreadableSampleException {
        onRead.run();
        if (unreadable.contains(index)) {
            throw new UnreadableSampleException(name(index), "is cut off", null);
        }
        IntFunction<Tensor> replaced = odd.get(index);
        if (replaced != null) {
            return Sample.of(name(index), replaced.apply(index), OptionalInt.empty());
        }
        Map<String, Tensor> tensors = new HashMap<>();
        inputs.forEach((name, shape) -> tensors.put(name, gaussian(shape, name.hashCode() + 31L * seeds.get(index))));
        return new Sample(name(index), tensors, OptionalInt.empty());
    }

    static Tensor gaussian(Shape shape, long seed) {
        Random r = new Random(seed);
        float[] values = new float[(int) shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) r.nextGaussian();
        }
        return Tensor.ofFloats(shape, values);
    }

    @Override
    public String name(int index) {
        return "sample-" + seeds.get(index);
    }

    @Override
    public String fingerprint() {
        return inputs + " " + seeds;
    }
}
