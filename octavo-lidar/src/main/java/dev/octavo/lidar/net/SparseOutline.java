package dev.octavo.lidar.net;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.lidar.sparse.ConvGeometry;
import dev.octavo.lidar.sparse.Zyx;
import java.util.List;

/**
 * What must be known of a sparse network to feed its graph: which tables it reads, how rows are cut, how wide its ends
 * are. The graph carries it as JSON in its metadata under {@value #KEY}, so that an exported file can be run alone.
 *
 * @param name what to call the network
 * @param inputChannels features per voxel
 * @param outputChannels channels of the last level
 * @param outputLevel which level comes out
 * @param levels levels and tables
 * @param partition how rows are cut
 */
public record SparseOutline(
        String name, int inputChannels, int outputChannels, int outputLevel, Levels levels, Partition partition) {
    /** Where the outline stands in a model's metadata. */
    public static final String KEY = "octavo.sparse";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /* The form in the file. */
    private record Written(
            String name,
            int input,
            int output,
            int level,
            int levels,
            int parts,
            boolean byLayer,
            List<Levels.Table> tables) {}

    /** The outline of a network that is known in full. */
    public static SparseOutline of(SparseNet net, Levels levels, Partition partition) {
        return new SparseOutline(
                net.name(),
                net.inputChannels(),
                net.channels(net.output()),
                levels.level(net.output()),
                levels,
                partition);
    }

    /**
     * The outline that a graph carries.
     *
     * @throws ModelException when it carries none, or one that is no outline
     */
    public static SparseOutline read(Graph graph) {
        String text = graph.metadata().get(KEY);
        if (text == null) {
            throw new ModelException(
                    "the model " + graph.name() + " does not say which tables it reads",
                    "export the sparse part with SparseGraphBuilder, which writes the metadata " + KEY);
        }
        try {
            Written w = JSON.readValue(text, Written.class);
            return new SparseOutline(
                    w.name,
                    w.input,
                    w.output,
                    w.level,
                    Levels.of(w.tables, w.levels),
                    new Partition(w.parts, w.byLayer));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new ModelException(
                    "the metadata " + KEY + " of " + graph.name() + " is no outline: " + e.getMessage(),
                    "export the sparse part again",
                    e);
        }
    }

    /** Writes this into a graph's metadata. */
    void putInto(Graph graph) {
        try {
            graph.putMetadata(
                    KEY,
                    JSON.writeValueAsString(new Written(
                            name,
                            inputChannels,
                            outputChannels,
                            outputLevel,
                            levels.count(),
                            partition.parts(),
                            partition.byLayer(),
                            levels.tables())));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an outline is plain numbers", e);
        }
    }

    /**
     * The grid of the last level.
     *
     * @param input the grid of the voxels
     */
    public Zyx outputShape(Zyx input) {
        Zyx[] shapes = new Zyx[levels.count()];
        shapes[0] = input;
        for (Levels.Table t : levels.tables()) {
            if (t.geometry().kind() == ConvGeometry.Kind.STRIDED) {
                shapes[t.to()] = t.geometry().outputShape(shapes[t.from()]);
            }
        }
        return shapes[outputLevel];
    }
}
