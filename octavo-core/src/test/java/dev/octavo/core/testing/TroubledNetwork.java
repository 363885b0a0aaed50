package dev.octavo.core.testing;

import static dev.octavo.core.testing.NetworkBuilder.axis;
import static dev.octavo.core.testing.NetworkBuilder.ints;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A small two-branch network that looks at pictures from above, with every trouble of such networks under 8 bits. Its
 * weights are seeded; it runs in a few milliseconds.
 *
 * <pre>
 *   image [1,3,32,48] -> backbone -> 3 levels [1,16,h,w] -> input_proj, the same weight for each -> + embeddings -> tokens
 *   reference_points [1,24,2] in [0,1], or -100 where nothing is seen -> + offsets -> grid -> samples of level 0
 *   queries -> 2 layers: { sine embedding of the boxes' centres; attention to tokens; Gelu block; refinement of the boxes }
 *           -> scores [1,24,5]  a product, then an addition
 *           -> boxes  [1,24,4]  in pixels, up to 48
 * </pre>
 *
 * <p>The troubles: {@link #REFERENCE} spans [-100, 1] although only [0, 1] matters; {@link #DIM_T} runs from 1 to 8660,
 * a divisor whose small elements matter most; {@link #SHARED_WEIGHT} is read three times, the sine embedding called four
 * times; both heads end in an addition, which gives codes and not floats; the embedding is added behind its convolution
 * instead of being in its bias.
 */
public final class TroubledNetwork {
    /** The input of reference points. */
    public static final String REFERENCE = "reference_points";

    /** The constant divisor 10000^(2⌊i/2⌋/128). */
    public static final String DIM_T = "dim_t";

    /** The weight that three convolutions share. */
    public static final String SHARED_WEIGHT = "view.input_proj.weight";

    /** The outputs. */
    public static final String SCORES = "scores";

    /** The centre and size of each query's box, in pixels. */
    public static final String BOXES = "boxes";

    /** Boxes and probabilities side by side, of {@link #joined} alone. */
    public static final String DETECTIONS = "detections";

    /** What the heads' last additions give. */
    public static final String SCORES_SUM = "/head.cls/Add_output_0";

    static final int QUERIES = 24;
    static final int HEIGHT = 32;
    static final int WIDTH = 48;
    private static final long OPSET = 20;
    private static final int CHANNELS = 16;
    private static final int WIDE = 32;
    private static final int EMBEDDING = 128;
    private static final int LAYERS = 2;
    private static final int CLASSES = 5;

    private final NetworkBuilder net = new NetworkBuilder("troubled", OPSET);

    private TroubledNetwork() {}

    /** The network with two outputs, {@link #SCORES} and {@link #BOXES}. */
    public static Graph graph() {
        TroubledNetwork t = new TroubledNetwork();
        String[] heads = t.heads();
        t.net.output(heads[0], SCORES);
        t.net.output(heads[1], BOXES);
        return t.net.graph();
    }

    /** The network with one output, {@link #DETECTIONS}: boxes in pixels and probabilities in one tensor. */
    public static Graph joined() {
        TroubledNetwork t = new TroubledNetwork();
        String[] heads = t.heads();
        String probabilities = t.net.node("Sigmoid", "/post/Sigmoid", List.of(heads[0]));
        t.net.output(t.net.node("Concat", "/post/Concat", List.of(heads[1], probabilities), axis(-1)), DETECTIONS);
        return t.net.graph();
    }

    /** So many seeded samples: pictures of blobs, reference points of which half see nothing. */
    public static Dataset data(int samples) {
        return new TroubledData(samples);
    }

    private String[] heads() {
        String image = net.input("image", 1, 3, HEIGHT, WIDTH);
        String reference = net.input(REFERENCE, 1, QUERIES, 2);
        List<String> levels = backbone(image);
        List<String> projected = new ArrayList<>();
        List<String> tokens = new ArrayList<>();
        for (int l = 0; l < levels.size(); l++) {
            projected.add(project(levels.get(l), l));
            tokens.add(tokens(projected.get(l), l));
        }
        String memory = net.node("Concat", "/view/Concat", tokens, axis(1));
        String query = net.gaussian("query_embedding", 0.7, 1, QUERIES, WIDE);
        query = net.node("Add", "/view/Add_sampled", List.of(query, sampled(projected.get(0), query, reference)));
        String centre =
                net.node("Sigmoid", "/decoder/Sigmoid", List.of(net.gaussian("box_embedding", 1.5, 1, QUERIES, 2)));
        String delta = "";
        String seen = query;
        for (int layer = 0; layer < LAYERS; layer++) {
            String m = "decoder.layers." + layer;
            String position = net.linear(m + ".query_pos", sine(centre, layer), 2 * EMBEDDING, WIDE, 0.7);
            query = attention(m, query, position, memory);
            query = block(m, query);
            seen = net.layerNorm(m + ".norm3", query, WIDE);
            delta = regression(m, seen);
            centre = refined(layer, centre, part(delta, "/" + m + "/Slice_centre", 0));
        }
        String scores = net.linear("head.cls", seen, WIDE, CLASSES, 2.5);
        String size = part(delta, "/head/box/Slice_size", 2);
        String extent = net.node("Sigmoid", "/head/box/Sigmoid", List.of(size));
        String box = net.node("Concat", "/head/box/Concat", List.of(centre, extent), axis(-1));
        String pixels = net.constant("image_size", i -> i % 2 == 0 ? WIDTH : HEIGHT, 4);
        String shift = net.constant("half_pixel", i -> i < 2 ? -0.5 : 0, 4);
        String scaled = net.node("Mul", "/head/box/Mul", List.of(box, pixels));
        return new String[] {scores, net.node("Add", "/head/box/Add", List.of(scaled, shift))};
    }

    private List<String> backbone(String image) {
        List<String> levels = new ArrayList<>();
        String x = image;
        for (int l = 0; l < 3; l++) {
            String m = "backbone." + l;
            String y = net.conv("/" + m + "/Conv", m, x, l == 0 ? 3 : CHANNELS, CHANNELS, 3, 2);
            x = net.node("Relu", "/" + m + "/Relu", List.of(y));
            levels.add(x);
        }
        return levels;
    }

    /* The same projection for every level, and an embedding that tells which level it was. */
    private String project(String level, int l) {
        String call = l == 0 ? "" : "_" + l;
        String y = net.conv("/view/input_proj/Conv" + call, "view.input_proj", level, CHANNELS, WIDE, 1, 1);
        String embedding = net.gaussian("level_embeds." + l, 0.5, 1, WIDE, 1, 1);
        return net.node("Add", "/view/Add" + call, List.of(y, embedding));
    }

    private String tokens(String map, int l) {
        String flat = net.node("Reshape", "/view/Reshape_" + l, List.of(map, net.longs("flat_shape", 1, WIDE, -1)));
        return net.node("Transpose", "/view/Transpose_" + l, List.of(flat), ints("perm", 0, 2, 1));
    }

    /* Samples the map where the reference points, moved a little by what the query wants, are. */
    private String sampled(String map, String query, String reference) {
        String offset = net.linear("view.offsets", query, WIDE, 2, 0.05);
        String place = net.node("Add", "/view/Add_offset", List.of(reference, offset));
        String doubled = net.node("Mul", "/view/Mul_grid", List.of(place, net.scalar("two", 2)));
        String grid = net.node("Add", "/view/Add_grid", List.of(doubled, net.scalar("minus_one", -1)));
        String each = net.node("Unsqueeze", "/view/Unsqueeze_grid", List.of(grid, net.longs("axis_2", 2)));
        String values = net.node(
                "GridSample",
                "/view/GridSample",
                List.of(map, each),
                Map.of("mode", new Attribute.Text("linear"), "padding_mode", new Attribute.Text("zeros")));
        String flat = net.node("Squeeze", "/view/Squeeze", List.of(values, net.longs("axis_3", 3)));
        return net.node("Transpose", "/view/Transpose_sampled", List.of(flat), ints("perm", 0, 2, 1));
    }

    /* x and y divided by powers of 10000, sine and cosine side by side: [1, Q, 2] to [1, Q, 2·128]. */
    private String sine(String centre, int layer) {
        List<String> both = new ArrayList<>();
        for (int c = 1; c >= 0; c--) {
            String p = "/decoder/gen_sineembed_" + layer + "_" + "xy".charAt(c);
            String scaled = net.node("Mul", p + "/Mul", List.of(centre, net.scalar("two_pi", 2 * Math.PI)));
            String one = net.node("Gather", p + "/Gather", List.of(scaled, net.longs("index_" + c, c)), axis(2));
            String divisor =
                    net.node("Reshape", p + "/Reshape", List.of(dimT(), net.longs("row_shape", 1, 1, EMBEDDING)));
            String angle = net.node("Div", p + "/Div", List.of(one, divisor));
            both.add(net.node("Sin", p + "/Sin", List.of(angle)));
            both.add(net.node("Cos", p + "/Cos", List.of(angle)));
        }
        String all = net.node("Concat", "/decoder/gen_sineembed_" + layer + "/Concat", both, axis(2));
        // Of sine and cosine at equal divisors one half each is kept, as stacking even and odd elements does.
        return net.node(
                "Gather",
                "/decoder/gen_sineembed_" + layer + "/Gather",
                List.of(all, net.longs("even_and_odd", evenAndOdd())),
                axis(2));
    }

    private static long[] evenAndOdd() {
        long[] kept = new long[2 * EMBEDDING];
        for (int i = 0; i < kept.length; i++) {
            int coordinate = i / EMBEDDING;
            int place = i % EMBEDDING;
            kept[i] = 2L * coordinate * EMBEDDING + (long) (place % 2) * EMBEDDING + place;
        }
        return kept;
    }

    private String dimT() {
        return net.constant(DIM_T, i -> Math.pow(10000, 2.0 * Math.floorDiv(i, 2) / EMBEDDING), EMBEDDING);
    }

    private String attention(String m, String query, String position, String memory) {
        String p = "/" + m + "/attn";
        String placed = net.node("Add", p + "/Add_position", List.of(query, position));
        String normed = net.layerNorm(m + ".norm1", placed, WIDE);
        String q = net.linear(m + ".attn.q", normed, WIDE, WIDE, 1.2);
        String k = net.linear(m + ".attn.k", memory, WIDE, WIDE, 1.2);
        String v = net.linear(m + ".attn.v", memory, WIDE, WIDE, 1);
        String turned = net.node("Transpose", p + "/Transpose", List.of(k), ints("perm", 0, 2, 1));
        String product = net.node("MatMul", p + "/MatMul", List.of(q, turned));
        String scaled = net.node("Mul", p + "/Mul", List.of(product, net.scalar("one_by_root", 1 / Math.sqrt(WIDE))));
        String weights = net.node("Softmax", p + "/Softmax", List.of(scaled), axis(-1));
        String mixed = net.node("MatMul", p + "/MatMul_1", List.of(weights, v));
        String out = net.linear(m + ".attn.out", mixed, WIDE, WIDE, 1);
        return net.node("Add", p + "/Add", List.of(placed, out));
    }

    private String block(String m, String query) {
        String normed = net.layerNorm(m + ".norm2", query, WIDE);
        String wide = net.linear(m + ".mlp.0", normed, WIDE, 2 * WIDE, 1.4);
        String bent = net.node("Gelu", "/" + m + "/mlp/Gelu", List.of(wide));
        String narrow = net.linear(m + ".mlp.2", bent, 2 * WIDE, WIDE, 1);
        return net.node("Add", "/" + m + "/mlp/Add", List.of(query, narrow));
    }

    private String regression(String m, String query) {
        String hidden = net.linear(m + ".reg.0", query, WIDE, WIDE, 1);
        String bent = net.node("Relu", "/" + m + "/reg/Relu", List.of(hidden));
        return net.linear(m + ".reg.2", bent, WIDE, 4, 0.8);
    }

    private String part(String delta, String node, int from) {
        return net.node(
                "Slice",
                node,
                List.of(
                        delta,
                        net.longs("start_" + from, from),
                        net.longs("end_" + from, from + 2L),
                        net.longs("last_axis", -1)));
    }

    /* Adds to the centre before its sigmoid, which the inverse sigmoid log(x / (1 - x)) gives back. */
    private String refined(int layer, String centre, String delta) {
        String p = "/decoder/refine_" + layer;
        String inside = net.node(
                "Clip", p + "/Clip", List.of(centre, net.scalar("epsilon", 1e-3), net.scalar("almost_one", 1 - 1e-3)));
        String rest = net.node("Sub", p + "/Sub", List.of(net.scalar("one", 1), inside));
        String odds = net.node("Div", p + "/Div", List.of(inside, rest));
        String logit = net.node("Log", p + "/Log", List.of(odds));
        String moved = net.node("Add", p + "/Add", List.of(logit, delta));
        return net.node("Sigmoid", p + "/Sigmoid", List.of(moved));
    }
}
