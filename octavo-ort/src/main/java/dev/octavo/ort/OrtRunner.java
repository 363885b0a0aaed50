package dev.octavo.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.Map;

/** An open graph: tensors in, copies of the outputs out. */
final class OrtRunner implements Engine.Session {
    private final Signature signature;
    private final OrtSession session;

    OrtRunner(Graph graph, OrtSession session) {
        this.session = session;
        try {
            this.signature = Signature.of(graph, session);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        signature.check("the sample", inputs);
        Map<String, OnnxTensor> fed = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, Tensor> e : inputs.entrySet()) {
                fed.put(e.getKey(), Tensors.toOrt(e.getValue(), "the input '" + e.getKey() + "'"));
            }
            try (OrtSession.Result result = session.run(fed, signature.outputs().keySet())) {
                return copied(result);
            }
        } catch (OrtException e) {
            throw OrtErrors.onRunning(signature.network(), "a sample", e);
        } finally {
            fed.values().forEach(OnnxTensor::close);
        }
    }

    private Map<String, Tensor> copied(OrtSession.Result result) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        for (Map.Entry<String, OnnxValue> e : result) {
            TensorType declared = signature.outputs().get(e.getKey());
            if (declared != null && e.getValue() instanceof OnnxTensor t) {
                out.put(e.getKey(), Tensors.fromOrt(t, declared));
            }
        }
        return out;
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot close a session", e);
        }
    }
}
