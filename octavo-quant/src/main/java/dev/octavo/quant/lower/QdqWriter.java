package dev.octavo.quant.lower;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.NodeSpec;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.Memo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes Q and DQ nodes and their constants: one Q per grid of a value, names that nothing else has. */
final class QdqWriter {
    private final Memo memo;
    private final Graph source;
    private final Graph out;
    private final Set<String> nodeNames = new HashSet<>();
    private final Map<Quantized, String> quantized = new HashMap<>();
    private final Map<Quantized, String> scales = new HashMap<>();
    private final Map<Quantized, String> zeroPoints = new HashMap<>();
    private final Map<String, Integer> grids = new HashMap<>();
    private final Map<String, Integer> dequantizers = new HashMap<>();

    /** A value on a grid: what one Q node, or one tensor of codes, stands for. */
    private record Quantized(String value, Grid grid) {}

    /** The codes of a constant on a grid, as a key. */
    private record CodesOf(Tensor reals, Grid grid) {}

    QdqWriter(Graph source, Graph out, Memo memo) {
        this.memo = memo;
        this.source = source;
        this.out = out;
        source.nodes().stream().map(Node::name).forEach(nodeNames::add);
    }

    /** The value that holds {@code raw}, which is v as its producer gives it, in codes. */
    String quantize(Value v, String raw, Grid grid) {
        Quantized key = new Quantized(v.name(), grid);
        String known = quantized.get(key);
        if (known != null) {
            return known;
        }
        if (grid.spec().bits() > 16) {
            throw new ModelException(
                    "the activation " + v.name() + " cannot have a grid of "
                            + grid.spec().bits() + " bits",
                    "QuantizeLinear gives at most 16 bits");
        }
        String suffix = nth(grids, v);
        String input = StorageTypes.isExact(grid.spec()) ? raw : clip(v, raw, grid, suffix);
        String name = fresh(v.name() + QdqNames.QUANTIZED + suffix);
        NodeSpec spec = NodeSpec.of(QdqNames.QUANTIZE, freshNode(v.name() + "_" + QdqNames.QUANTIZE + suffix))
                .inputs(input, scale(v, grid), zeroPoint(v, grid))
                .outputs(name);
        out.addNode(withAxis(spec, grid));
        quantized.put(key, name);
        return name;
    }

    /* Limits exactly at the grid's ends, so that the wider type's saturation never decides. */
    private String clip(Value v, String raw, Grid grid, String suffix) {
        if (grid.params().size() != 1) {
            throw new ModelException(
                    "the activation " + v.name() + " on a grid of " + grid.spec() + " cannot be expressed in ONNX",
                    "use 8 or 16 bits, or one grid for the whole tensor");
        }
        float low = grid.channel(0).real(grid.spec().minCode());
        float high = grid.channel(0).real(grid.spec().maxCode());
        String lowName = add(v.name() + suffix + "_low", Tensor.ofFloats(Shape.SCALAR, low));
        String highName = add(v.name() + suffix + "_high", Tensor.ofFloats(Shape.SCALAR, high));
        String name = fresh(v.name() + QdqNames.CLIPPED + suffix);
        out.addNode(NodeSpec.of("Clip", freshNode(v.name() + "_Clip" + suffix))
                .inputs(raw, lowName, highName)
                .outputs(name));
        return name;
    }

    /** The initializer that holds the codes of the constant v, whose reals are given. */
    String codes(Value v, Tensor reals, Grid grid) {
        Quantized key = new Quantized(v.name(), grid);
        String known = quantized.get(key);
        if (known == null) {
            Tensor codes = memo.of(new CodesOf(reals, grid), Tensor.class, () -> Codes.of(reals, grid));
            known = add(v.name() + QdqNames.CODES + nth(grids, v), codes);
            quantized.put(key, known);
        }
        return known;
    }

    /** The value that holds v's codes as reals again, for one reader alone. */
    String dequantize(Value v, String codes, Grid grid) {
        String suffix = nth(dequantizers, v);
        String result = fresh(v.name() + QdqNames.DEQUANTIZED + suffix);
        dequantize(v, codes, grid, result, suffix);
        return result;
    }

    /** As {@link #dequantize(Value, String, Grid)}, under v's own name. */
    void dequantizeAs(Value v, String codes, Grid grid) {
        dequantize(v, codes, grid, v.name(), "");
    }

    private void dequantize(Value v, String codes, Grid grid, String result, String suffix) {
        List<String> inputs;
        if (StorageTypes.of(grid.spec()) == DType.INT32) {
            if (grid.params().stream().anyMatch(p -> p.zeroPoint() != 0)) {
                throw new ModelException(
                        v.name() + " has a grid of " + grid.spec().bits() + " bits whose zero point is not 0",
                        "ONNX has no zero point for 32-bit codes: make the grid symmetric");
            }
            inputs = List.of(codes, scale(v, grid));
        } else {
            inputs = List.of(codes, scale(v, grid), zeroPoint(v, grid));
        }
        String node = freshNode(v.name() + "_" + QdqNames.DEQUANTIZE + suffix);
        out.addNode(
                withAxis(NodeSpec.of(QdqNames.DEQUANTIZE, node).inputs(inputs).outputs(result), grid));
    }

    private static NodeSpec withAxis(NodeSpec spec, Grid grid) {
        return grid.spec().isPerChannel()
                ? spec.attribute("axis", new Attribute.Int(grid.spec().axis().getAsInt()))
                : spec;
    }

    private String scale(Value v, Grid grid) {
        return scales.computeIfAbsent(new Quantized(v.name(), grid), k -> {
            float[] s = new float[grid.params().size()];
            for (int i = 0; i < s.length; i++) {
                s[i] = grid.channel(i).scale();
            }
            return add(v.name() + "_scale", Tensor.ofFloats(shapeOf(grid), s));
        });
    }

    private String zeroPoint(Value v, Grid grid) {
        return zeroPoints.computeIfAbsent(new Quantized(v.name(), grid), k -> {
            int[] z = new int[grid.params().size()];
            for (int i = 0; i < z.length; i++) {
                z[i] = grid.channel(i).zeroPoint();
            }
            return add(v.name() + "_zero_point", Tensor.ofCodes(StorageTypes.of(grid.spec()), shapeOf(grid), z));
        });
    }

    private static Shape shapeOf(Grid grid) {
        return grid.spec().isPerChannel() ? Shape.of(grid.params().size()) : Shape.SCALAR;
    }

    private static String nth(Map<String, Integer> counts, Value v) {
        int k = counts.merge(v.name(), 1, Integer::sum);
        return k == 1 ? "" : "_" + k;
    }

    private String add(String stem, Tensor t) {
        String name = fresh(stem);
        out.addConstant(name, t);
        return name;
    }

    /** A name that no value of either graph has. */
    String fresh(String stem) {
        String name = stem;
        for (int i = 2; source.value(name).isPresent() || out.value(name).isPresent(); i++) {
            name = stem + "_" + i;
        }
        return name;
    }

    private String freshNode(String stem) {
        String name = stem;
        for (int i = 2; !nodeNames.add(name); i++) {
            name = stem + "_" + i;
        }
        return name;
    }
}
