package dev.octavo.lidar.net;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.octavo.core.ModelException;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.sparse.Cells;
import dev.octavo.lidar.sparse.SparseTensor;
import dev.octavo.lidar.sparse.Zyx;
import dev.octavo.onnx.OnnxWriter;
import dev.octavo.ort.OrtEngine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Runs the graph of a sparse network on ONNX Runtime: makes the tables of a frame, feeds them, and puts the rows of the
 * result back into the order of its cells.
 *
 * <pre>{@code
 * try (SparseNetwork network = SparseNetwork.open(graph, 2, Engine.Mode.OPTIMIZED)) {
 *     Tensor map = network.map(voxels.means());
 * }
 * }</pre>
 *
 * <p>Safe for use from several threads; each run uses the threads given at opening.
 */
public final class SparseNetwork implements AutoCloseable {
    private final SparseOutline outline;
    private final Graph graph;
    private final OrtSession session;
    private final int threads;

    private SparseNetwork(SparseOutline outline, Graph graph, OrtSession session, int threads) {
        this.outline = outline;
        this.graph = graph;
        this.session = session;
        this.threads = threads;
    }

    /** Opens the graph of a network for runs of {@code threads} threads each. */
    public static SparseNetwork open(SparseGraph graph, int threads, Engine.Mode mode) {
        return open(graph.graph(), threads, mode);
    }

    /**
     * Opens a graph that carries its {@link SparseOutline}, such as one read from a file.
     *
     * @param threads of each run
     */
    public static SparseNetwork open(Graph graph, int threads, Engine.Mode mode) {
        SparseOutline outline = SparseOutline.read(graph);
        if (threads < 1) {
            throw new IllegalArgumentException("a run takes at least 1 thread, got " + threads);
        }
        OrtEngine.version(); // brings the native library where this process expects it
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(
                    mode == Engine.Mode.UNFUSED
                            ? OrtSession.SessionOptions.OptLevel.NO_OPT
                            : OrtSession.SessionOptions.OptLevel.ALL_OPT);
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            if (threads > 1) {
                options.addConfigEntry("session.intra_op.allow_spinning", "0"); // other work needs the cores too
            }
            byte[] model = OnnxWriter.toBytes(graph);
            return new SparseNetwork(
                    outline, graph, OrtEnvironment.getEnvironment().createSession(model, options), threads);
        } catch (OrtException e) {
            throw new ModelException(
                    "ONNX Runtime refuses the graph of " + outline.name() + ": " + e.getMessage(),
                    "this is a defect of the export: report it with the network's layers",
                    e);
        }
    }

    /** The tables of a frame; they serve every network with the same levels and partition. */
    public Frame frame(Cells cells) {
        return Frame.of(cells, outline.levels(), outline.partition(), threads);
    }

    /** The features of the last level. */
    public SparseTensor features(SparseTensor input) {
        return features(input, frame(input.cells()));
    }

    /** The features of the last level, with tables that were made before. */
    public SparseTensor features(SparseTensor input, Frame frame) {
        int level = outline.outputLevel();
        Cells out = frame.cells(level);
        int channels = outline.outputChannels();
        if (input.cells().size() == 0) {
            return SparseTensor.of(new float[0], channels, out);
        }
        Tensor rows = output(input, frame);
        return SparseTensor.of(inCellOrder(rows, frame.order(level), out.size()), channels, out);
    }

    /** The height-compressed map {@code [B, C·Z, Y, X]}. */
    public Tensor map(SparseTensor input) {
        return map(input, frame(input.cells()));
    }

    /** The height-compressed map, with tables that were made before. */
    public Tensor map(SparseTensor input, Frame frame) {
        if (graph.value(SparseGraph.HEIGHT).isEmpty()) {
            throw new IllegalStateException("this graph ends in features: build it with SparseGraphBuilder.map");
        }
        if (input.cells().size() == 0) {
            int channels = outline.outputChannels();
            Cells none = frame.cells(outline.outputLevel());
            return SparseTensor.of(new float[0], channels, none).heightCompressed();
        }
        return output(input, frame);
    }

    private Tensor output(SparseTensor input, Frame frame) {
        String output = graph.outputs().get(0).name();
        return Objects.requireNonNull(run(input, frame, Set.of(output)).get(output));
    }

    /** Values of the graph by name, as they come, rows in the order of the graph. */
    Map<String, Tensor> run(SparseTensor input, Frame frame, Set<String> outputs) {
        check(input, frame);
        Map<String, OnnxTensor> fed = new LinkedHashMap<>();
        try {
            OrtEnvironment env = OrtEnvironment.getEnvironment();
            fed.put(SparseGraph.FEATURES, features(env, input, frame.order(0)));
            for (Map.Entry<String, Frame.Input> e : frame.inputs().entrySet()) {
                Frame.Input t = e.getValue();
                fed.put(
                        e.getKey(),
                        OnnxTensor.createTensor(env, t.values().duplicate(), new long[] {t.rows(), t.columns()}));
            }
            if (graph.value(SparseGraph.HEIGHT).isPresent()) {
                int level = outline.outputLevel();
                Cells out = frame.cells(level);
                Zyx s = out.shape();
                fed.put(SparseGraph.HEIGHT, OnnxTensor.createTensor(env, frame.height(level), new long[] {
                    out.batch(), s.z(), s.y(), s.x()
                }));
            }
            try (OrtSession.Result result = session.run(fed, outputs)) {
                Map<String, Tensor> out = new LinkedHashMap<>();
                for (String name : outputs) {
                    out.put(name, copied((OnnxTensor) result.get(name).orElseThrow()));
                }
                return out;
            }
        } catch (OrtException e) {
            throw new ModelException(
                    "ONNX Runtime cannot run " + outline.name() + ": " + e.getMessage(),
                    "check that the features belong to this network",
                    e);
        } finally {
            fed.values().forEach(OnnxTensor::close);
        }
    }

    private void check(SparseTensor input, Frame frame) {
        if (input.channels() != outline.inputChannels()) {
            throw new ModelException(
                    "the voxels have " + input.channels() + " features, " + outline.name() + " takes "
                            + outline.inputChannels(),
                    "check which features the voxels were filled with");
        }
        if (frame.cells(0) != input.cells() || !frame.fits(outline.levels(), outline.partition())) {
            throw new ModelException(
                    "the tables were made for " + frame.cells(0)
                            + (frame.cells(0) == input.cells()
                                    ? " and another network"
                                    : ", these features belong to " + input.cells()),
                    "make the tables of this frame with frame(cells)");
        }
    }

    private static OnnxTensor features(OrtEnvironment env, SparseTensor input, RowOrder order) throws OrtException {
        int channels = input.channels();
        FloatBuffer ordered = ByteBuffer.allocateDirect(4 * channels * order.positions())
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        float[] rows = input.features().floats();
        for (int position = 0; position < order.positions(); position++) {
            int row = order.row(position);
            if (row >= 0) {
                ordered.put(position * channels, rows, row * channels, channels);
            }
        }
        return OnnxTensor.createTensor(env, ordered, new long[] {order.positions(), channels});
    }

    private static Tensor copied(OnnxTensor t) {
        DType type = t.getInfo().type == OnnxJavaType.UINT8 ? DType.UINT8 : DType.FLOAT;
        return Tensor.of(
                type,
                Shape.of(t.getInfo().getShape()),
                Storage.of(t.getByteBuffer().order(ByteOrder.LITTLE_ENDIAN)));
    }

    /** Rows of the graph in the order of the cells; fillers and the row of zeros fall away. */
    static float[] inCellOrder(Tensor rows, RowOrder order, int cells) {
        int channels = Math.toIntExact(rows.shape().dim(1));
        float[] from = rows.floats();
        float[] to = new float[cells * channels];
        for (int row = 0; row < cells; row++) {
            System.arraycopy(from, order.position(row) * channels, to, row * channels, channels);
        }
        return to;
    }

    /** What the network reads and gives. */
    public SparseOutline outline() {
        return outline;
    }

    /** The graph with further values as outputs, for looking inside. */
    static SparseGraph exposing(SparseGraph graph, List<String> values) {
        Graph copy = graph.graph().copy();
        for (String v : values) {
            if (!copy.require(v).isGraphOutput()) {
                copy.addOutput(copy.require(v));
            }
        }
        return graph.with(copy.freeze());
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
