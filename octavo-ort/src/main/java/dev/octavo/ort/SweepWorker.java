package dev.octavo.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.octavo.core.ModelException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.stat.ValueCollector;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Reads samples, runs them and tallies what comes out, on one thread. Values whose shape is known beforehand are
 * written by ONNX Runtime where the statistics read them; others are copied.
 */
final class SweepWorker implements AutoCloseable {
    private final SweepModel model;
    private final Dataset data;
    private final boolean keepGoing;
    private final Tally tally;
    private final Map<String, Slot> inputs = new LinkedHashMap<>();
    private final Map<String, Slot> outputs = new LinkedHashMap<>();
    private final Map<String, OnnxValue> pinned = new LinkedHashMap<>();
    private final Set<String> copied = new LinkedHashSet<>();

    SweepWorker(SweepModel model, Dataset data, boolean keepGoing, Tally tally) {
        this.model = model;
        this.data = data;
        this.keepGoing = keepGoing;
        this.tally = tally;
        try {
            for (Map.Entry<String, TensorType> e : model.signature().outputs().entrySet()) {
                if (e.getValue().shape().isKnown()) {
                    Slot slot = new Slot(e.getValue(), "the value '" + e.getKey() + "'");
                    outputs.put(e.getKey(), slot);
                    pinned.put(e.getKey(), slot.tensor());
                } else {
                    copied.add(e.getKey());
                }
            }
        } catch (OrtException e) {
            close();
            throw OrtErrors.onOpening(model.graph(), e);
        }
    }

    /**
     * A sample and where it stands in the batch.
     *
     * @param row its place, from 0; it is the same in every sweep, so that the numbers are
     */
    private record Seated(int row, Sample sample) {}

    /** Reads, runs and tallies those of the samples {@code [from, to)} that are still to do: at most a batch. */
    void process(int from, int to, BitSet todo) {
        List<Seated> samples = new ArrayList<>();
        BitSet indices = new BitSet();
        for (int i = todo.nextSetBit(from); i >= 0 && i < to; i = todo.nextSetBit(i + 1)) {
            try {
                samples.add(new Seated(i - from, data.read(i)));
                indices.set(i);
            } catch (UnreadableSampleException e) {
                if (!keepGoing) {
                    throw new ModelException(
                            "the sample " + e.getMessage(),
                            "repair or remove it, or let unreadable samples be skipped",
                            e);
                }
                tally.skip(i, String.valueOf(e.getMessage()));
            }
        }
        if (!samples.isEmpty()) {
            feed(samples);
            run(samples, indices);
        }
    }

    private void feed(List<Seated> samples) {
        List<Map<String, Tensor>> rows = new ArrayList<>();
        Map<String, Tensor> filler = row(samples.get(0));
        for (int i = 0; i < model.batch(); i++) {
            rows.add(filler); // a place that no sample takes gets a copy of the first one
        }
        samples.forEach(s -> rows.set(s.row(), row(s)));
        for (Map.Entry<String, Tensor> e : filler.entrySet()) {
            Shape shape = e.getValue().shape();
            Shape all = model.batch() > 1 ? shape.withDim(0, model.batch()) : shape;
            ByteBuffer bytes =
                    input(e.getKey(), new TensorType(e.getValue().dtype(), all)).bytes();
            for (Map<String, Tensor> row : rows) {
                Tensors.put(Objects.requireNonNull(row.get(e.getKey())), bytes);
            }
        }
    }

    private Map<String, Tensor> row(Seated seated) {
        Map<String, Tensor> row = seated.sample().inputsFor(model.signature().required());
        model.checkRow(seated.sample().name(), row);
        return row;
    }

    private Slot input(String name, TensorType type) {
        Slot slot = inputs.get(name);
        if (slot == null || !slot.shape().equals(type.shape())) {
            if (slot != null) {
                slot.close();
            }
            try {
                slot = new Slot(type, "the input '" + name + "'");
            } catch (OrtException e) {
                throw OrtErrors.onRunning(model.signature().network(), "the input '" + name + "'", e);
            }
            inputs.put(name, slot);
        }
        return slot;
    }

    private void run(List<Seated> samples, BitSet indices) {
        Map<String, OnnxTensor> fed = new HashMap<>();
        inputs.forEach((name, slot) -> fed.put(name, slot.tensor()));
        try (OrtSession.Result result = model.session().run(fed, copied, pinned)) {
            Map<String, OnnxTensor> loose = new HashMap<>();
            for (String name : copied) {
                if (result.get(name).orElse(null) instanceof OnnxTensor t) {
                    loose.put(name, t);
                }
            }
            tally.add(indices, collectors -> collect(collectors, samples, loose));
        } catch (OrtException e) {
            throw OrtErrors.onRunning(
                    model.signature().network(),
                    "the sample " + samples.get(0).sample().name(),
                    e);
        }
    }

    private void collect(Map<String, ValueCollector> collectors, List<Seated> samples, Map<String, OnnxTensor> loose) {
        collectors.forEach((name, collector) -> {
            Slot slot = outputs.containsKey(name) ? outputs.get(name) : inputs.get(name);
            OnnxTensor other = loose.get(name);
            if (other != null) {
                Shape shape = Shape.of(other.getInfo().getShape());
                IntBuffer bits =
                        other.getByteBuffer().order(ByteOrder.nativeOrder()).asIntBuffer();
                addRows(name, collector, shape, bits, samples);
            } else if (slot != null) {
                addRows(name, collector, slot.shape(), slot.floatBits(), samples);
            }
        });
    }

    private void addRows(String name, ValueCollector collector, Shape shape, IntBuffer bits, List<Seated> samples) {
        if (model.batch() == 1) {
            add(name, collector, shape, bits, samples.get(0).sample());
            return;
        }
        Shape row = model.row(name, shape);
        int elements = Math.toIntExact(row.elements());
        for (Seated s : samples) {
            add(name, collector, row, bits.slice(s.row() * elements, elements), s.sample());
        }
    }

    private void add(String name, ValueCollector collector, Shape shape, IntBuffer bits, Sample sample) {
        IntBuffer again = bits.duplicate();
        if (!collector.add(shape, bits)) {
            throw NotFinite.found(model.graph(), name, sample.name(), shape, again);
        }
    }

    @Override
    public void close() {
        inputs.values().forEach(Slot::close);
        outputs.values().forEach(Slot::close);
    }
}
