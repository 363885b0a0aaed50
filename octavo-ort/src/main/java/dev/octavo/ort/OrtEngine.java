package dev.octavo.ort;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.TensorType;
import java.util.Map;

/**
 * Runs graphs on ONNX Runtime's CPU kernels.
 *
 * <p>{@link dev.octavo.core.data.Engine.Mode#UNFUSED} switches all graph optimizations off, so that a Q/DQ graph
 * computes in float what its nodes say; {@code OPTIMIZED} switches all of them on, so that it runs in integer
 * arithmetic. Results do not depend on the number of samples run at once from several threads, but may depend on
 * the number of threads per run; with one thread per run they are reproducible to the last bit on one machine.
 *
 * <p>Unsigned 16 and 32-bit and 4-bit tensors may occur within a graph, not as its inputs or outputs.
 */
public final class OrtEngine implements Engine {
    /** The engine; it has no state of its own. */
    public static final OrtEngine INSTANCE = new OrtEngine();

    /** The same as {@link #INSTANCE}. */
    public OrtEngine() {}

    @Override
    public Session open(Graph graph, Mode mode, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("a run takes at least 1 thread, got " + threads);
        }
        OptLevel level = mode == Mode.UNFUSED ? OptLevel.NO_OPT : OptLevel.ALL_OPT;
        return new OrtRunner(graph, Ort.session(graph, level, threads));
    }

    /**
     * Element type and shape of every value, for a batch of 1 where the model leaves the batch open. What ONNX
     * Runtime cannot infer is observed on an input of zeros, if the input shapes are known; what stays open is
     * {@link dev.octavo.core.tensor.Shape#UNKNOWN}. Values that are no tensors are left out.
     */
    @Override
    public Map<String, TensorType> inferTypes(Graph graph) {
        return TypeProbe.types(graph);
    }

    /** The version of ONNX Runtime. */
    public static String version() {
        return Ort.version();
    }
}
