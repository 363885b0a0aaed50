package dev.octavo.lidar.net;

import dev.octavo.core.graph.Graph;
import java.util.List;
import java.util.Map;

/**
 * A sparse network as a graph of standard operators.
 *
 * <pre>
 *   per convolution and part   rows --Gather(table)--> [n, K, C] --Reshape--> [n, K·C] --Gemm(W, b)--> [n, Cout] --Relu-->
 *   rows                       the parts of a result one after the other, then one row of zeros: the missing neighbour
 * </pre>
 *
 * <p>Inputs: {@code features} FLOAT [rows of level 0, channels]; for every table and part {@code table<t>_part<p>} INT32
 * [rows of the part, offsets of its group], row numbers of the table's source level; {@code height} INT32 [B, Z, Y, X] if
 * a map is asked for. Output: {@code features_out} FLOAT [rows of the last level, channels] or {@code map} FLOAT [B, C·Z,
 * Y, X].
 *
 * @param graph the graph, in float
 * @param net the network it computes
 * @param levels its levels and tables
 * @param partition how its rows are cut
 * @param quantizable the convolutions whose operands may be quantized, with the values concerned
 * @param output name of the graph's output
 */
public record SparseGraph(
        Graph graph,
        SparseNet net,
        Levels levels,
        Partition partition,
        Map<String, Operands> quantizable,
        String output) {
    /** Name of the input with the features. */
    public static final String FEATURES = "features";
    /** Name of the input that says which row each cell of the map takes. */
    public static final String HEIGHT = "height";

    /**
     * The values around one convolution.
     *
     * @param rows what it gathers from
     * @param gathered per part what comes from the table
     * @param reshaped per part what is multiplied
     * @param weights per part the weight, shared by parts with the same offsets
     * @param products per part the result of the multiplication
     * @param bias the bias
     */
    public record Operands(
            String rows,
            List<String> gathered,
            List<String> reshaped,
            List<String> weights,
            List<String> products,
            String bias) {
        public Operands {
            gathered = List.copyOf(gathered);
            reshaped = List.copyOf(reshaped);
            weights = List.copyOf(weights);
            products = List.copyOf(products);
        }
    }

    public SparseGraph {
        quantizable = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(quantizable));
    }

    /** Name of the input for a part of a table. */
    static String table(int table, int part) {
        return "table" + table + "_part" + part;
    }

    /** The same network with another graph, such as a lowered one. */
    public SparseGraph with(Graph other) {
        return new SparseGraph(other, net, levels, partition, quantizable, output);
    }
}
