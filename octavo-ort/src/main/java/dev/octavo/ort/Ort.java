package dev.octavo.ort;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.TensorInfo;
import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.onnx.OnnxWriter;
import dev.octavo.onnx.Scratch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The one environment of ONNX Runtime in this process, and the sessions in it. */
final class Ort {
    /** What a model may take to be handed over in memory; protobuf's limit is 2 GB. */
    private static final long LARGEST_IN_MEMORY = 1_900_000_000;

    static {
        NativeLibrary.prepare(NativeLibrary.cacheFolder(System.getenv()));
    }

    private Ort() {}

    static OrtEnvironment environment() {
        // Errors arrive as exceptions; nothing is printed besides.
        return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    }

    /** The version of ONNX Runtime, which is part of what a checkpoint depends on. */
    static String version() {
        return environment().getVersion();
    }

    /** A session with {@code threads} threads per run. */
    static OrtSession session(Graph graph, OptLevel level, int threads) {
        return session(graph, level, threads, LARGEST_IN_MEMORY);
    }

    static OrtSession session(Graph graph, OptLevel level, int threads, long largestInMemory) {
        try (SessionOptions options = new SessionOptions()) {
            options.setOptimizationLevel(level);
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            if (threads > 1) {
                // Idle threads sleep instead of burning the cores that decoding and statistics need.
                options.addConfigEntry("session.intra_op.allow_spinning", "0");
            }
            return weightBytes(graph) <= largestInMemory
                    ? environment().createSession(OnnxWriter.toBytes(graph), options)
                    : throughAFile(graph, options);
        } catch (OrtException e) {
            throw OrtErrors.onOpening(graph, e);
        }
    }

    /** A session with these options; a model beyond protobuf's limit goes through a file. */
    static OrtSession open(Graph graph, SessionOptions options) throws OrtException {
        return weightBytes(graph) <= LARGEST_IN_MEMORY
                ? environment().createSession(OnnxWriter.toBytes(graph), options)
                : throughAFile(graph, options);
    }

    private static OrtSession throughAFile(Graph graph, SessionOptions options) throws OrtException {
        try {
            Path folder = Scratch.folder("octavo-model");
            try {
                Path file = folder.resolve("model.onnx");
                OnnxWriter.write(graph, file);
                return environment().createSession(file.toString(), options);
            } finally {
                Scratch.remove(folder);
            }
        } catch (IOException e) {
            throw new ModelException(
                    "the model " + graph.name() + " exceeds 2 GB and cannot be put into a temporary file: "
                            + e.getMessage(),
                    "make room in " + System.getProperty("java.io.tmpdir") + " or set -Djava.io.tmpdir",
                    e);
        }
    }

    private static long weightBytes(Graph graph) {
        long bytes = 0;
        for (Value v : graph.values()) {
            if (v.isInitializer()) {
                bytes += v.constant().orElseThrow().storage().byteSize();
            }
        }
        for (Node n : graph.nodes()) {
            for (Attribute a : n.attributes().values()) {
                bytes += a instanceof Attribute.Dense d ? d.value().storage().byteSize() : 0;
            }
        }
        return bytes;
    }

    /** Element type and shape as a session states them; empty for what is no tensor. */
    static Optional<TensorType> type(NodeInfo info) {
        if (!(info.getInfo() instanceof TensorInfo t)) {
            return Optional.empty();
        }
        Optional<DType> dtype = dtype(t);
        return dtype.map(d -> new TensorType(d, Shape.of(t.getShape())));
    }

    private static Optional<DType> dtype(TensorInfo t) {
        String name = t.onnxType.name().replace("ONNX_TENSOR_ELEMENT_DATA_TYPE_", "");
        for (DType d : DType.values()) {
            if (d.name().equals(name)) {
                return Optional.of(d);
            }
        }
        return Optional.empty();
    }

    /** What Java calls an element type; empty when tensors of that type cannot pass between Java and ONNX Runtime. */
    static Optional<OnnxJavaType> javaType(DType dtype) {
        return switch (dtype) {
            case FLOAT -> Optional.of(OnnxJavaType.FLOAT);
            case DOUBLE -> Optional.of(OnnxJavaType.DOUBLE);
            case INT8 -> Optional.of(OnnxJavaType.INT8);
            case UINT8 -> Optional.of(OnnxJavaType.UINT8);
            case INT16 -> Optional.of(OnnxJavaType.INT16);
            case INT32 -> Optional.of(OnnxJavaType.INT32);
            case INT64 -> Optional.of(OnnxJavaType.INT64);
            case BOOL -> Optional.of(OnnxJavaType.BOOL);
            case FLOAT16 -> Optional.of(OnnxJavaType.FLOAT16);
            case BFLOAT16 -> Optional.of(OnnxJavaType.BFLOAT16);
            default -> Optional.empty();
        };
    }
}
