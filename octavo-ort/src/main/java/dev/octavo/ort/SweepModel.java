package dev.octavo.ort;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.octavo.core.ModelException;
import dev.octavo.core.data.Sample;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The network cut down to the requested values, in a session that one thread runs at a time per run.
 *
 * @param session computes the requested values that nodes compute
 * @param signature its inputs and outputs
 * @param fed the requested values that are inputs of the network
 * @param batch samples per run: 1 unless the model is fixed to more
 */
record SweepModel(Graph graph, OrtSession session, Signature signature, List<String> fed, int batch)
        implements AutoCloseable {

    /** Opens the session; {@code first} is a sample to tell batch axes by. */
    static SweepModel open(Graph graph, EvidenceRequest request, Sample first) {
        List<String> fed = new ArrayList<>();
        List<String> computed = new ArrayList<>();
        for (String name : request.axes().keySet()) {
            Value v = graph.value(name)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "evidence is asked for '" + name + "', which graph " + graph.name() + " does not have"));
            if (v.constant().isPresent()) {
                throw new IllegalArgumentException(
                        "evidence is asked for '" + name + "', which is constant: look at its tensor");
            }
            (v.isGraphInput() ? fed : computed).add(name);
        }
        Graph slice = GraphSlice.upTo(graph, computed);
        if (computed.isEmpty()) {
            addSomething(slice, fed.get(0));
        }
        Map<String, Tensor> sample = first.inputsFor(names(slice.requiredInputs()));
        int batch = batch(slice, sample);
        OrtSession session = Ort.session(slice, OptLevel.ALL_OPT, 1);
        try {
            Signature signature = Signature.of(slice, session);
            SweepModel model = new SweepModel(slice, session, signature, fed, batch);
            model.requireFloats();
            return model;
        } catch (RuntimeException e) {
            close(session);
            throw e;
        }
    }

    /* ONNX Runtime refuses a network without nodes, which is left when only inputs are asked for. */
    private static void addSomething(Graph slice, String input) {
        if (!slice.opsets().containsKey("")) {
            slice.setOpset("", 17);
        }
        String copy = slice.freshName("copy");
        slice.addNode(NodeSpec.of("Identity", copy).inputs(input).outputs(copy));
        slice.addOutput(slice.require(copy));
    }

    /* Fixes batch axes that the model leaves open; returns the batch that the model is fixed to. */
    private static int batch(Graph slice, Map<String, Tensor> sample) {
        int batch = 1;
        for (Value in : slice.requiredInputs()) {
            Tensor t = sample.get(in.name());
            Optional<TensorType> type = in.type();
            if (t == null || type.isEmpty() || type.get().shape().rank() == 0) {
                continue;
            }
            Shape shape = type.get().shape();
            boolean single = t.shape().rank() == shape.rank() && t.shape().dim(0) == 1;
            if (single && shape.dim(0) == Shape.UNKNOWN) {
                slice.setType(in, new TensorType(type.get().dtype(), shape.withDim(0, 1)));
            } else if (single && shape.dim(0) > 1) {
                batch = Math.toIntExact(shape.dim(0));
            }
        }
        return batch;
    }

    /** Fails unless the tensors of one sample are what the network takes. */
    void checkRow(String sample, Map<String, Tensor> row) {
        signature.check("the sample " + sample, row, batch);
    }

    /** The shape of one sample's part of a value. */
    Shape row(String value, Shape shape) {
        if (shape.rank() == 0 || shape.dim(0) != batch) {
            throw new ModelException(
                    "the network is fixed to batches of " + batch + ", but '" + value + "' has the shape " + shape
                            + " and cannot be told apart by sample",
                    "export the model with a batch of 1, or with an open batch axis");
        }
        return shape.withDim(0, 1);
    }

    private void requireFloats() {
        for (String name : fed) {
            requireFloat(name, signature.inputs().get(name));
        }
        for (Map.Entry<String, TensorType> out : signature.outputs().entrySet()) {
            requireFloat(out.getKey(), out.getValue());
            if (batch > 1 && out.getValue().shape().isKnown()) {
                row(out.getKey(), out.getValue().shape());
            }
        }
    }

    private void requireFloat(String name, @org.jspecify.annotations.Nullable TensorType type) {
        if (type == null || type.dtype() != DType.FLOAT) {
            String producer =
                    graph.value(name).flatMap(Value::producer).map(Node::label).orElse("the caller");
            throw new ModelException(
                    "evidence is collected of float values, but '" + name + "' (from " + producer + ") holds "
                            + (type == null ? "an unknown type" : type.dtype()),
                    "leave '" + name + "' out: it is not quantized");
        }
    }

    private static List<String> names(List<Value> values) {
        return values.stream().map(Value::name).toList();
    }

    @Override
    public void close() {
        close(session);
    }

    private static void close(OrtSession session) {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot close a session", e);
        }
    }
}
