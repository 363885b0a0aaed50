package dev.octavo.ort;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What goes into a session and comes out.
 *
 * @param network what to call the network in a message
 * @param inputs element type and shape by name, inputs with a default included
 * @param required the inputs that must be fed, in the model's order
 * @param outputs element type and shape by name, in the model's order
 */
record Signature(
        String network, Map<String, TensorType> inputs, List<String> required, Map<String, TensorType> outputs) {

    static Signature of(Graph graph, OrtSession session) {
        try {
            Map<String, TensorType> in = new LinkedHashMap<>();
            for (Map.Entry<String, NodeInfo> e : session.getInputInfo().entrySet()) {
                in.put(e.getKey(), tensor(e.getValue(), "the input"));
            }
            graph.inputs().stream()
                    .filter(v -> !in.containsKey(v.name()))
                    .forEach(v -> v.type().ifPresent(t -> in.put(v.name(), t)));
            Map<String, NodeInfo> stated = session.getOutputInfo();
            Map<String, TensorType> out = new LinkedHashMap<>();
            graph.outputs().forEach(v -> {
                NodeInfo info = stated.get(v.name());
                if (info != null) {
                    out.put(v.name(), tensor(info, "the output"));
                }
            });
            List<String> required =
                    graph.requiredInputs().stream().map(v -> v.name()).toList();
            return new Signature("the network " + graph.name(), in, required, out);
        } catch (OrtException e) {
            throw OrtErrors.onOpening(graph, e);
        }
    }

    private static TensorType tensor(NodeInfo info, String what) {
        TensorType type = Ort.type(info)
                .orElseThrow(() -> new ModelException(
                        what + " '" + info.getName() + "' is no tensor of a known element type: " + info.getInfo(),
                        "cut the model so that tensors go in and come out"));
        Tensors.passable(type.dtype(), what + " '" + info.getName() + "'");
        return type;
    }

    /** Fails unless the tensors are what the network takes; {@code sample} is named in the message. */
    void check(String sample, Map<String, Tensor> fed) {
        check(sample, fed, 1);
    }

    /** The same for one row of a batch of {@code rows}. */
    void check(String sample, Map<String, Tensor> fed, int rows) {
        for (String name : required) {
            if (!fed.containsKey(name)) {
                throw new ModelException(
                        sample + " has no tensor for the input '" + name + "' of " + network + ", it has "
                                + new TreeSet<>(fed.keySet()),
                        "name the data set's tensors like the network's inputs: " + required);
            }
        }
        fed.forEach((name, tensor) -> checkOne(sample, name, tensor, rows));
    }

    private void checkOne(String sample, String name, Tensor tensor, int rows) {
        TensorType expected = inputs.get(name);
        if (expected == null) {
            throw new ModelException(
                    network + " has no input '" + name + "', its inputs are " + inputs.keySet(),
                    "name the data set's tensors like the network's inputs");
        }
        if (tensor.dtype() != expected.dtype()) {
            throw new ModelException(
                    sample + " has " + tensor.dtype() + " for the input '" + name + "', which takes "
                            + expected.dtype(),
                    "convert the data in its pre-processing");
        }
        Shape shape = expected.shape();
        if (rows > 1 && shape.rank() > 0) {
            shape = shape.withDim(0, 1);
        }
        if (!shape.accepts(tensor.shape())) {
            throw new ModelException(
                    sample + " has the shape " + tensor.shape() + " for the input '" + name + "', which takes " + shape,
                    "set the pre-processing (size, crop, layout) to what the network was trained with");
        }
    }
}
