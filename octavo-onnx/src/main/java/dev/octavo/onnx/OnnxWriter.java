package dev.octavo.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import java.nio.file.Path;
import java.util.OptionalLong;

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
            Placement placement = new Placement(files.dataName(), options.externalFromBytes(), true);
            ModelProto model = ModelProto.getDefaultInstance();
            boolean fits = inlineBytes(graph, options.externalFromBytes()) <= largestMessage;
            if (fits) {
                model = new GraphEncoder(graph, placement).encode();
                fits = size(model) <= largestMessage;
            }
            if (!fits) {
                long threshold =
                        Math.min(USUAL_THRESHOLD, options.externalFromBytes().orElse(USUAL_THRESHOLD));
                placement = new Placement(files.dataName(), OptionalLong.of(threshold), true);
                model = new GraphEncoder(graph, placement).encode();
                requireSize(files.name(), size(model), largestMessage);
            }
            files.write(model, placement.pieces());
        }
    }

    /** The model as bytes, external data included. */
    public static byte[] toBytes(Graph graph) {
        requireSize("the model " + graph.name(), inlineBytes(graph, OptionalLong.empty()), LARGEST_MESSAGE);
        ModelProto model = new GraphEncoder(graph, Placement.inline()).encode();
        requireSize("the model " + graph.name(), size(model), LARGEST_MESSAGE);
        return model.toByteArray();
    }

    private static void requireSize(String what, long bytes, long largest) {
        if (bytes > largest) {
            throw new ModelException(
                    what + " takes " + bytes + " bytes, one ONNX file holds at most " + largest,
                    "write it to a file, which puts the weights beside the model");
        }
    }

    // Σ over the parts, as a message that is too big does not know its own size.
    private static long size(ModelProto model) {
        GraphProto g = model.getGraph();
        long bytes = model.toBuilder().clearGraph().build().getSerializedSize();
        bytes += g.toBuilder().clearNode().clearInitializer().build().getSerializedSize();
        for (var node : g.getNodeList()) {
            bytes += 6L + node.getSerializedSize();
        }
        for (var tensor : g.getInitializerList()) {
            bytes += 6L + tensor.getSerializedSize();
        }
        return bytes + 6;
    }

    /** The bytes of all tensors smaller than the threshold. */
    private static long inlineBytes(Graph graph, OptionalLong externalFrom) {
        long bytes = 0;
        for (Value v : graph.values()) {
            if (v.isInitializer()) {
                bytes += v.constant()
                        .map(t -> t.storage().byteSize())
                        .filter(n -> n < externalFrom.orElse(Long.MAX_VALUE))
                        .orElse(0L);
            }
        }
        for (Node n : graph.nodes()) {
            for (Attribute a : n.attributes().values()) {
                if (a instanceof Attribute.Dense d
                        && d.value().storage().byteSize() < externalFrom.orElse(Long.MAX_VALUE)) {
                    bytes += d.value().storage().byteSize();
                }
            }
        }
        return bytes;
    }
}
