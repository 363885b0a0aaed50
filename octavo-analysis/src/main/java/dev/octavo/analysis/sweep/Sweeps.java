package dev.octavo.analysis.sweep;

import dev.octavo.core.RecipeException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.OpKind;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.RangeRules;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.recipe.SiteRule;
import dev.octavo.quant.refine.Refinement;
import dev.octavo.quant.rewrite.GraphPass;
import dev.octavo.quant.rewrite.Rewrites;
import dev.octavo.quant.target.SchemeOptions;
import dev.octavo.quant.target.SchemeOptions.Signs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The sweeps that have a name: each varies one choice of {@code base} and leaves the rest as it is. */
public final class Sweeps {
    private static final String SMOOTH = "smooth-quant";
    private static final Pattern WIDTHS = Pattern.compile("[Ww](\\d{1,2})[Aa](\\d{1,2})");

    /** The widths that {@code bits} tries unless told otherwise, most bits first. */
    public static final List<String> WIDTH_NAMES = List.of(
            "W16A16", "W16A8", "W8A16", "W8A8", "W16A4", "W8A4", "W4A16", "W4A8", "W4A4", "W16A3", "W3A16", "W16A2",
            "W2A16");

    private Sweeps() {}

    /** SmoothQuant's migration strength α; the reference is the network without smoothing. */
    public static Sweep alpha(QuantizeOptions base, List<Double> alphas) {
        List<SweepPoint> points = new ArrayList<>();
        for (double a : alphas) {
            points.add(SweepPoint.of(SMOOTH, a, text(a), smoothed(base, a)));
        }
        return new Sweep(
                "SmoothQuant: migration strength α",
                "α",
                false,
                points,
                List.of(SweepPoint.of("without smoothing", 0, "-", unsmoothed(base))));
    }

    /** Inputs scaled up, with and without SmoothQuant. */
    public static Sweep inputScale(QuantizeOptions base, List<Double> factors, double alpha) {
        List<SweepPoint> points = new ArrayList<>();
        QuantizeOptions smooth = smoothed(base, alpha);
        QuantizeOptions naive = unsmoothed(base);
        for (double f : factors) {
            points.add(new SweepPoint("naive", f, text(f), naive, OptionalInt.empty(), f));
        }
        for (double f : factors) {
            points.add(new SweepPoint("smoothed, α " + text(alpha), f, text(f), smooth, OptionalInt.empty(), f));
        }
        return new Sweep("Input scale", "factor on the input", false, points, List.of());
    }

    /** Widths of weights and activations, {@code W4A8}, asymmetric unsigned and symmetric signed activations. */
    public static Sweep bits(QuantizeOptions base, List<String> widths) {
        List<SweepPoint> points = new ArrayList<>();
        for (boolean symmetric : new boolean[] {false, true}) {
            String series = symmetric ? "symmetric, signed activations" : "asymmetric, unsigned activations";
            for (int i = 0; i < widths.size(); i++) {
                Matcher m = WIDTHS.matcher(widths.get(i));
                if (!m.matches()) {
                    throw new RecipeException("'" + widths.get(i) + "' is no pair of widths", "write W4A8");
                }
                SchemeOptions s = base.scheme();
                SchemeOptions scheme = new SchemeOptions(
                        Integer.parseInt(m.group(1)),
                        Integer.parseInt(m.group(2)),
                        s.biasBits(),
                        s.perChannel(),
                        s.symmetricWeights(),
                        symmetric,
                        symmetric ? Signs.SIGNED : Signs.UNSIGNED);
                points.add(SweepPoint.of(series, i, widths.get(i), base.withScheme(scheme)));
            }
        }
        return new Sweep("Widths of weights (W) and activations (A)", "bits", true, points, List.of());
    }

    /** Range rules for activations. */
    public static Sweep ranges(QuantizeOptions base, List<String> rules) {
        List<SweepPoint> points = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            points.add(SweepPoint.of(
                    "range rule",
                    i,
                    rules.get(i),
                    base.withActivations(RangeRules.named(rules.get(i), OptionalDouble.empty()))));
        }
        return new Sweep("Range rules for activations", "range rule", true, points, List.of());
    }

    /** Numbers of calibration samples. */
    public static Sweep samples(QuantizeOptions base, List<Integer> sizes) {
        List<SweepPoint> points = new ArrayList<>();
        for (int n : sizes) {
            points.add(new SweepPoint(
                    RangeRules.nameOf(base.activations()), n, Integer.toString(n), base, OptionalInt.of(n), 1));
        }
        return new Sweep("Number of calibration samples", "calibration samples", false, points, List.of());
    }

    /**
     * Parts of the network: each alone quantized, then everything but it.
     *
     * @param parts globs over node names, by the name of the part
     */
    public static Sweep parts(QuantizeOptions base, Graph graph, Map<String, List<Glob>> parts) {
        List<SweepPoint> points = new ArrayList<>();
        int i = 0;
        points.add(SweepPoint.of("only this part", i++, "everything", base));
        for (Map.Entry<String, List<Glob>> part : parts.entrySet()) {
            List<String> inside = named(graph, part);
            points.add(SweepPoint.of("only this part", i, part.getKey(), without(base, graph, inside, false)));
            points.add(SweepPoint.of("all but this part", i++, part.getKey(), without(base, graph, inside, true)));
        }
        return new Sweep("Which part is quantized", "part", true, points, List.of());
    }

    private static List<String> named(Graph graph, Map.Entry<String, List<Glob>> part) {
        List<String> inside = graph.nodes().stream()
                .map(Node::name)
                .filter(n -> part.getValue().stream().anyMatch(g -> g.matches(n)))
                .toList();
        if (inside.isEmpty()) {
            throw new RecipeException(
                    "no node belongs to the part '" + part.getKey() + "'",
                    "list the names of nodes with: octavo inspect model.onnx --values");
        }
        return inside;
    }

    private static QuantizeOptions without(QuantizeOptions base, Graph graph, List<String> inside, boolean leaveOut) {
        List<SiteRule> rules = new ArrayList<>(base.rules());
        for (Node n : graph.nodes()) {
            boolean member = inside.contains(n.name());
            OpKind kind = OpCatalog.of(n).kind();
            boolean quantizable = kind == OpKind.COMPUTES || kind == OpKind.ARITHMETIC;
            if (quantizable && member == leaveOut) {
                rules.add(new SiteRule.KeepFloat(new Glob(n.name())));
            }
        }
        return base.withRules(rules);
    }

    /** The repairs of {@code base}: none, then one more at a time, then all but each. */
    public static Sweep repairs(QuantizeOptions base) {
        List<String> names = new ArrayList<>();
        base.rewrites().forEach(p -> names.add(p.name()));
        base.refinements().forEach(r -> names.add(r.name()));
        List<SweepPoint> points = new ArrayList<>();
        points.add(SweepPoint.of("one more at a time", 0, "none", keeping(base, 0, names.size(), -1)));
        for (int i = 0; i < names.size(); i++) {
            points.add(SweepPoint.of(
                    "one more at a time", i + 1.0, "+ " + names.get(i), keeping(base, i + 1, names.size(), -1)));
        }
        for (int i = 0; i < names.size() && names.size() > 2; i++) {
            points.add(SweepPoint.of(
                    "all but this", i + 1.0, "+ " + names.get(i), keeping(base, names.size(), names.size(), i)));
        }
        return new Sweep("Repairs", "repair", true, points, List.of());
    }

    /* The first so many of the rewrites and refinements taken together, without one. */
    private static QuantizeOptions keeping(QuantizeOptions base, int first, int all, int without) {
        List<GraphPass> rewrites = new ArrayList<>();
        List<Refinement> refinements = new ArrayList<>();
        for (int i = 0; i < Math.min(first, all); i++) {
            if (i == without) {
                continue;
            }
            if (i < base.rewrites().size()) {
                rewrites.add(base.rewrites().get(i));
            } else {
                refinements.add(base.refinements().get(i - base.rewrites().size()));
            }
        }
        return base.withRewrites(rewrites).withRefinements(refinements);
    }

    private static QuantizeOptions unsmoothed(QuantizeOptions base) {
        return base.withRewrites(
                base.rewrites().stream().filter(p -> !p.name().equals(SMOOTH)).toList());
    }

    private static QuantizeOptions smoothed(QuantizeOptions base, double alpha) {
        List<GraphPass> passes = new ArrayList<>(unsmoothed(base).rewrites());
        Map<String, List<String>> options = new LinkedHashMap<>();
        options.put("alpha", List.of(text(alpha)));
        passes.add(Rewrites.named(SMOOTH, new PassOptions(options)));
        return base.withRewrites(passes);
    }

    private static String text(double x) {
        double rounded = Math.rint(x * 1e6) / 1e6;
        return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
    }
}
