package dev.octavo.quant.testing;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;

/**
 * Random plans in normal form: every grid is read by somebody (or is that of a graph output), and a use is
 * only said to keep float where its value has a grid.
 */
public final class RandomPlans {
    private final Graph graph;
    private final Random random;
    private final boolean wide;
    private final TreeMap<Site, Grid> grids = new TreeMap<>();
    private final TreeMap<Site, String> floats = new TreeMap<>();
    private final TreeMap<String, Tensor> constants = new TreeMap<>();

    private RandomPlans(Graph graph, long seed) {
        this.graph = graph;
        this.random = new Random(seed);
        this.wide = random.nextBoolean();
    }

    /** A plan for the graph; half of the seeds use more than 8 bits. */
    public static Plan of(Graph graph, long seed) {
        return new RandomPlans(graph, seed).build();
    }

    private Plan build() {
        for (Value v : graph.values()) {
            boolean isFloat = v.type().map(t -> t.dtype() == DType.FLOAT).orElse(true);
            if (isFloat && random.nextInt(8) > 0) {
                decide(v);
            }
        }
        return new Plan("random", grids, floats, new TreeMap<>(), constants, new TreeMap<>());
    }

    private void decide(Value v) {
        if (v.constant().isPresent() && random.nextInt(4) == 0) {
            constants.put(v.name(), gaussian(v.constant().get().shape()));
        }
        boolean behindQ = v.isGraphOutput() && v.producer().isPresent() && !v.isCaptured();
        Grid grid = grid(v);
        boolean read = behindQ;
        List<Site> left = new ArrayList<>();
        for (Use u : v.uses()) {
            int draw = random.nextInt(8);
            if (u.isCaptured()) {
                continue;
            }
            if (draw == 0) {
                left.add(Site.of(v, u));
            } else if (draw == 1) {
                grids.put(Site.of(v, u), random.nextBoolean() ? grid : grid(v));
            } else {
                read = true;
            }
        }
        if (read) {
            grids.put(Site.of(v), grid);
            left.forEach(s -> floats.put(s, "drawn"));
        }
    }

    private Grid grid(Value v) {
        Shape shape = v.type().map(t -> t.shape()).orElse(Shape.SCALAR);
        boolean constant = v.constant().isPresent();
        if (constant && shape.rank() == 1 && random.nextBoolean()) {
            return grid(random.nextBoolean() ? 32 : 17 + random.nextInt(15), true, true, shape, true);
        }
        boolean perChannel = shape.rank() > 0 && shape.isKnown() && random.nextInt(3) == 0;
        boolean signed = random.nextBoolean();
        return grid(bits(perChannel && !constant), signed, random.nextInt(3) > 0, shape, perChannel);
    }

    /* An activation per channel has no Clip that would make an odd width exact. */
    private int bits(boolean storable) {
        if (storable) {
            return wide && random.nextBoolean() ? 16 : 8;
        }
        return random.nextBoolean() ? 8 : 2 + random.nextInt(wide ? 15 : 7);
    }

    private Grid grid(int bits, boolean signed, boolean symmetric, Shape shape, boolean perChannel) {
        OptionalInt axis = perChannel && random.nextInt(4) > 0
                ? OptionalInt.of(random.nextInt(shape.rank()))
                : OptionalInt.empty();
        QuantSpec spec = new QuantSpec(bits, signed, symmetric, axis);
        int count = axis.isPresent() ? (int) shape.dim(axis.getAsInt()) : 1;
        List<QuantParams> params = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int codes = bits > 16 ? 1 : spec.maxCode() - spec.minCode() + 1;
            int zero = symmetric ? (signed ? 0 : (spec.maxCode() + 1) / 2) : spec.minCode() + random.nextInt(codes);
            params.add(new QuantParams((float) Math.exp(6 * random.nextDouble() - 7), bits > 16 ? 0 : zero));
        }
        return new Grid(spec, params);
    }

    private Tensor gaussian(Shape shape) {
        float[] values = new float[Math.toIntExact(shape.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.ofFloats(shape, values);
    }
}
