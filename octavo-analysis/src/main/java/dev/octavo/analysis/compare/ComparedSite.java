package dev.octavo.analysis.compare;

import dev.octavo.core.plan.Grid;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One value of the network in float and quantized.
 *
 * @param value its name
 * @param op the operator that gives it
 * @param shape of one sample, as text; empty when it is not known
 * @param grid the grid it lies on; empty when it stays in float
 * @param accumulated its error in the quantized network: its own and what comes from upstream
 * @param alone the error that its own layer adds when it is fed what the float network feeds it; empty when nothing of
 *     the layer is quantized
 */
public record ComparedSite(
        String value, String op, String shape, Optional<Grid> grid, PairStats accumulated, Optional<PairStats> alone) {

    /** The type of its codes, {@code u8}, or {@code float}. */
    public String dtype() {
        return grid.map(g -> (g.spec().signed() ? "s" : "u") + g.spec().bits()).orElse("float");
    }

    /** The scale of a grid for the whole tensor; the largest of a grid per channel. */
    public Optional<Float> scale() {
        return grid.map(
                g -> g.params().stream().map(p -> p.scale()).max(Float::compare).orElseThrow());
    }

    /** The largest difference in steps of the grid: ½ is pure rounding, far more is clipping or comes from upstream. */
    public Optional<Double> steps() {
        return scale().map(s -> accumulated.most() / s);
    }

    /** Every figure by the name of its column, in order. */
    public Map<String, Object> columns() {
        PairStats s = accumulated;
        Map<String, Object> c = new LinkedHashMap<>();
        c.put("value", value);
        c.put("op", op);
        c.put("shape", shape);
        c.put("dtype", dtype());
        c.put("scale", scale().map(Object.class::cast).orElse(""));
        c.put("cosine", s.cosine());
        c.put("mse", s.mse());
        c.put("l1", s.l1());
        c.put("kl", s.kl());
        c.put("sqnr_db", s.sqnr());
        c.put("atol", s.most());
        c.put("rtol", s.mostRelative());
        c.put("float_min", s.x().min());
        c.put("quantized_min", s.y().min());
        c.put("float_max", s.x().max());
        c.put("quantized_max", s.y().max());
        c.put("float_mean", s.meanX());
        c.put("quantized_mean", s.meanY());
        c.put("float_variance", s.varianceX());
        c.put("quantized_variance", s.varianceY());
        c.put("max_atol_diff", s.most());
        c.put("max_qscale_diff", steps().map(Object.class::cast).orElse(""));
        c.put("nan", s.notANumber());
        c.put("alone_sqnr_db", alone.map(a -> (Object) a.sqnr()).orElse(""));
        c.put("alone_l1", alone.map(a -> (Object) a.l1()).orElse(""));
        c.put("alone_cosine", alone.map(a -> (Object) a.cosine()).orElse(""));
        return c;
    }
}
