package dev.octavo.ort;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Element types and shapes of all values, found by making them outputs of a session. */
final class TypeProbe {
    private TypeProbe() {}

    static Map<String, TensorType> types(Graph graph) {
        Graph open = GraphSlice.withAllOutputs(graph);
        GraphSlice.fixBatch(open);
        Map<String, TensorType> types = new LinkedHashMap<>();
        try (OrtSession session = Ort.session(open, OptLevel.NO_OPT, 1)) {
            for (Map<String, NodeInfo> infos : List.of(session.getInputInfo(), session.getOutputInfo())) {
                infos.forEach((name, info) -> Ort.type(info).ifPresent(t -> types.put(name, t)));
            }
            for (Value v : graph.values()) {
                v.constant().ifPresent(t -> types.put(v.name(), new TensorType(t.dtype(), t.shape())));
            }
            observe(open, session, types);
        } catch (OrtException e) {
            throw OrtErrors.onOpening(graph, e);
        }
        return types;
    }

    /* Runs zeros through the network and takes the shapes of what inference left open. */
    private static void observe(Graph graph, OrtSession session, Map<String, TensorType> types) {
        Set<String> open = new LinkedHashSet<>();
        types.forEach((name, type) -> {
            if (!type.shape().isKnown() && !graph.require(name).isGraphInput()) {
                open.add(name);
            }
        });
        List<Value> inputs = graph.requiredInputs();
        boolean feedable = inputs.stream().allMatch(v -> isFeedable(types.get(v.name())));
        if (open.isEmpty() || !feedable) {
            return;
        }
        Map<String, OnnxTensor> zeros = new LinkedHashMap<>();
        try {
            for (Value v : inputs) {
                zeros.put(v.name(), zeros(types.get(v.name())));
            }
            try (OrtSession.Result result = session.run(zeros, open)) {
                for (Map.Entry<String, OnnxValue> e : result) {
                    if (e.getValue() instanceof OnnxTensor t) {
                        Shape seen = Shape.of(t.getInfo().getShape());
                        types.computeIfPresent(e.getKey(), (name, type) -> new TensorType(type.dtype(), seen));
                    }
                }
            }
        } catch (OrtException e) {
            // Zeros are no input that the network must accept: its shapes stay open.
            return;
        } finally {
            zeros.values().forEach(OnnxTensor::close);
        }
    }

    private static boolean isFeedable(@org.jspecify.annotations.Nullable TensorType type) {
        return type != null
                && type.shape().isKnown()
                && Ort.javaType(type.dtype()).isPresent();
    }

    private static OnnxTensor zeros(@org.jspecify.annotations.Nullable TensorType type) throws OrtException {
        TensorType known = Optional.ofNullable(type).orElseThrow();
        DType dtype = known.dtype();
        String what = "an input of zeros";
        return OnnxTensor.createTensor(
                Ort.environment(),
                Tensors.direct(dtype.bytesFor(known.shape().elements()), what),
                known.shape().toArray(),
                Tensors.passable(dtype, what));
    }
}
