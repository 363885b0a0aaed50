package dev.octavo.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Tensor;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Writes graphs as ONNX models. A model that was read and not changed comes out byte for byte, provided
 * that its file has the fields in their canonical order, as every protobuf library writes them. Elements
 * that were changed keep everything else that the file said of them.
 *
 * <p>A file appears whole or not at all: it is written beside its place and then moved there.
 */
public final class OnnxWriter {
    /** The largest message that protobuf allows. */
    private static final long LARGEST_MESSAGE = Integer.MAX_VALUE;

    /** The threshold for a model that does not fit into one file, the one that onnx itself uses. */
    private static final long USUAL_THRESHOLD = 1024;

    /** A tag and a length. */
    private static final long LONGEST_FRAME = 6;

    private OnnxWriter() {}

    /** Writes the model into one file, and what does not fit into {@code <file>.data} beside it. */
    public static void write(Graph graph, Path target) {
        write(graph, target, WriteOptions.standard());
    }

    /** Writes the model. */
    public static void write(Graph graph, Path target, WriteOptions options) {
        write(graph, target, options, LARGEST_MESSAGE);
    }

    static void write(Graph graph, Path target, WriteOptions options, long largestMessage) {
        try (TargetFiles files = TargetFiles.prepare(target)) {
            Placement wanted = new Placement(files.dataName(), options.externalFromBytes(), true);
            Optional<ModelProto> model = encode(graph, wanted, largestMessage);
            if (model.isPresent()) {
                files.write(model.get(), wanted.pieces());
                return;
            }
            long threshold =
                    Math.min(USUAL_THRESHOLD, options.externalFromBytes().orElse(USUAL_THRESHOLD));
            Placement forced = new Placement(files.dataName(), OptionalLong.of(threshold), true);
            files.write(
                    encode(graph, forced, largestMessage).orElseThrow(() -> tooBig(target.toString(), largestMessage)),
                    forced.pieces());
        }
    }

    /** The model as bytes, external data included. */
    public static byte[] toBytes(Graph graph) {
        return encode(graph, Placement.inline(), LARGEST_MESSAGE)
                .orElseThrow(() -> tooBig("the model " + graph.name(), LARGEST_MESSAGE))
                .toByteArray();
    }

    private static ModelException tooBig(String what, long largest) {
        return new ModelException(
                what + " takes more than the " + largest + " bytes that one ONNX file may hold",
                "write it to a file, which puts the weights beside the model");
    }

    /** The model; empty when it is too big for one message. */
    private static Optional<ModelProto> encode(Graph graph, Placement placement, long largestMessage) {
        if (inlineBytes(graph, placement) > largestMessage) {
            return Optional.empty();
        }
        ModelProto model = new GraphEncoder(graph, placement).encode();
        return size(model) > largestMessage ? Optional.empty() : Optional.of(model);
    }

    // Σ over the parts, as a message that is too big does not know its own size.
    private static long size(ModelProto model) {
        GraphProto g = model.getGraph();
        long bytes = model.toBuilder().clearGraph().build().getSerializedSize();
        bytes += g.toBuilder().clearNode().clearInitializer().build().getSerializedSize();
        for (NodeProto node : g.getNodeList()) {
            bytes += LONGEST_FRAME + node.getSerializedSize();
        }
        for (TensorProto tensor : g.getInitializerList()) {
            bytes += LONGEST_FRAME + tensor.getSerializedSize();
        }
        return bytes + LONGEST_FRAME;
    }

    private static long inlineBytes(Graph graph, Placement placement) {
        Stream<Tensor> held =
                graph.values().stream().filter(Value::isInitializer).flatMap(v -> v.constant().stream());
        Stream<Tensor> attributes = graph.nodes().stream()
                .flatMap(n -> n.attributes().values().stream())
                .flatMap(a -> a instanceof Attribute.Dense d ? Stream.of(d.value()) : Stream.empty());
        return Stream.concat(held, attributes)
                .filter(t -> !placement.isExternal(t))
                .mapToLong(t -> t.storage().byteSize())
                .sum();
    }
}
