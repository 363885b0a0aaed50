package dev.octavo.quant.solve;

import dev.octavo.core.RecipeException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Clip;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.Choice;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Scheme;
import dev.octavo.core.plan.Site;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.Journal;
import dev.octavo.quant.Memo;
import dev.octavo.quant.lower.Codes;
import dev.octavo.quant.range.RangeRule;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Turns a scheme into a plan: every intent gets its numbers, from evidence for activations and from
 * the values themselves for constants. Pure: the same scheme and evidence give the same plan.
 */
public final class Solver {
    /* Codes of a bias stay this far below the ends of int32, so that sums have room. */
    private static final double BIAS_ROOM = 1L << 30;
    private static final int NARROW = 8;

    private final Memo memo;
    private final Graph graph;
    private final Scheme scheme;
    private final Evidence evidence;
    private final Rules rules;
    private final Journal journal;
    private final TreeMap<Site, Grid> grids = new TreeMap<>();
    private final TreeMap<Site, String> floats = new TreeMap<>();
    private final TreeMap<Site, String> reasons = new TreeMap<>();
    private final Map<Site, Boolean> busy = new HashMap<>();
    private final Set<Site> tooLarge = new HashSet<>();

    /**
     * Range rules.
     *
     * @param activations for values that evidence was collected for
     * @param weights for constants
     * @param overrides for single sites
     */
    public record Rules(RangeRule activations, RangeRule weights, Map<Site, RangeRule> overrides) {
        public Rules {
            overrides = Map.copyOf(overrides);
        }

        private RangeRule forSite(Site s, boolean constant) {
            return overrides.getOrDefault(s, constant ? weights : activations);
        }
    }

    /** The grid of a constant by a rule, as a key. */
    private record GridOf(Tensor constant, QuantSpec spec, RangeRule rule) {}

    private Solver(Graph graph, Scheme scheme, Evidence evidence, Rules rules, Journal journal, Memo memo) {
        this.memo = memo;
        this.graph = graph;
        this.scheme = scheme;
        this.evidence = evidence;
        this.rules = rules;
        this.journal = journal;
    }

    /** The plan of a scheme. The evidence must belong to this graph and cover the scheme's values. */
    public static Plan solve(Graph graph, Scheme scheme, Evidence evidence, Rules rules, Journal journal) {
        return solve(graph, scheme, evidence, rules, journal, new Memo());
    }

    /** As the other form, with what was computed for other plans of the same graph. */
    public static Plan solve(Graph graph, Scheme scheme, Evidence evidence, Rules rules, Journal journal, Memo memo) {
        return roundBiases(graph, scheme, solveUnrounded(graph, scheme, evidence, rules, journal, memo), rules);
    }

    /**
     * As {@link #solve}, biases of fewer than 32 bits left as they are: for refinements that change biases, after which
     * {@link #roundBiases} rounds them, once.
     */
    public static Plan solveUnrounded(
            Graph graph, Scheme scheme, Evidence evidence, Rules rules, Journal journal, Memo memo) {
        return new Solver(graph, scheme, evidence, rules, journal, memo).run();
    }

    /** The plan with every bias of fewer than 32 bits rounded to a grid of its own, whatever refinements made of it. */
    public static Plan roundBiases(Graph graph, Scheme scheme, Plan plan, Rules rules) {
        Map<String, Tensor> rounded = new TreeMap<>();
        scheme.choices().forEach((site, choice) -> {
            if (choice instanceof Choice.Bias b && b.bits() < 32 && plan.grids().containsKey(site)) {
                Tensor now = plan.constants().get(site.value());
                Tensor bias = now != null
                        ? now
                        : graph.require(site.value()).constant().orElseThrow();
                QuantSpec own = QuantSpec.perTensor(b.bits(), true, true);
                Grid coarse = ConstantGrids.solve(bias, own, rules.forSite(site, true));
                rounded.put(site.value(), Codes.real(Codes.of(bias, coarse), coarse));
            }
        });
        return rounded.isEmpty() ? plan : plan.withConstants(rounded);
    }

    private Plan run() {
        scheme.choices().forEach((site, choice) -> {
            if (choice instanceof Choice.KeepFloat k) {
                floats.put(site, k.because());
            } else if (!(choice instanceof Choice.Bias)) {
                gridOf(site);
                reasons.put(site, choice.because());
            }
        });
        makeRoomForBiases();
        scheme.choices().forEach((site, choice) -> {
            if (choice instanceof Choice.Bias b) {
                solveBias(site, b);
                if (grids.containsKey(site)) {
                    reasons.put(site, b.because());
                }
            }
        });
        return new Plan(evidence.graphFingerprint(), grids, floats, reasons, new TreeMap<>(), new TreeMap<>());
    }

    private Grid gridOf(Site site) {
        Grid known = grids.get(site);
        if (known != null) {
            return known;
        }
        if (busy.putIfAbsent(site, true) != null) {
            throw new RecipeException(
                    "the grid of " + site + " is asked to be the same as itself", "break the circle of same-as");
        }
        Choice choice = scheme.choices().get(site);
        Grid g;
        if (choice instanceof Choice.Quantize q) {
            g = solve(site, q.spec());
        } else if (choice instanceof Choice.Fixed f) {
            g = f.grid();
        } else if (choice instanceof Choice.SameAs s) {
            g = gridOf(s.other());
        } else if (choice instanceof Choice.PerChannelCopy c) {
            g = copies(gridOf(c.other()), c);
        } else {
            throw new RecipeException(
                    "the scheme has no grid for " + site, "a grid can be shared only with a value that is quantized");
        }
        grids.put(site, g);
        return g;
    }

    private static Grid copies(Grid one, Choice.PerChannelCopy c) {
        QuantSpec s = one.spec();
        return new Grid(
                QuantSpec.perChannel(s.bits(), s.signed(), s.symmetric(), c.axis()),
                Collections.nCopies(c.channels(), one.channel(0)));
    }

    private Grid solve(Site site, QuantSpec spec) {
        Value v = graph.require(site.value());
        if (v.constant().isPresent()) {
            Tensor constant = v.constant().get();
            RangeRule rule = rules.forSite(site, true);
            return memo.of(
                    new GridOf(constant, spec, rule), Grid.class, () -> ConstantGrids.solve(constant, spec, rule));
        }
        ValueEvidence seen = evidence.of(v.name());
        if (seen.histogram().isEmpty()) {
            throw new IllegalArgumentException("nothing was seen of " + v.name());
        }
        QuantParams params = QuantParams.forRange(rules.forSite(site, false).choose(seen, spec), spec);
        return Grid.perTensor(
                spec, upperLimit(v).map(l -> params.endingAt(l, spec)).orElse(params));
    }

    private static Optional<Float> upperLimit(Value v) {
        return v.producer().flatMap(Clip::of).map(Clip::high).filter(Float::isFinite);
    }

    /*
     * A bias code is bias / (input scale · weight scale). Where a channel's weights are nearly dead the
     * product is so small that the code would not fit 32 bits: such a weight scale is made larger, which
     * costs a dead channel nothing. With 16 bits on either side the product is that small in live channels
     * too, and a larger scale would take away the very bits that were asked for: there the bias's own scale is
     * larger than the product, which is no harm, for no runtime has 32-bit sums of such codes.
     */
    private void makeRoomForBiases() {
        Set<Site> widened = new HashSet<>();
        scheme.choices().forEach((site, choice) -> {
            if (choice instanceof Choice.Bias b && isIntegerBias(site, b) && !isWide(site, b)) {
                float[] bias =
                        graph.require(site.value()).constant().orElseThrow().floats();
                float input = gridOf(inputOf(site, b)).channel(0).scale();
                Site weight = weightOf(site, b);
                Optional<Grid> wider = ConstantGrids.widened(gridOf(weight), bias, input, BIAS_ROOM);
                if (wider.isPresent() && scheme.choices().get(weight) instanceof Choice.Fixed) {
                    tooLarge.add(site);
                } else if (wider.isPresent()) {
                    grids.put(weight, wider.get());
                    widened.add(weight);
                }
            }
        });
        widened.forEach(s -> journal.did(
                "solve",
                s.toString(),
                "has a wider grid in some channels, whose bias would not fit 32 bits otherwise"));
    }

    private void solveBias(Site site, Choice.Bias b) {
        if (!isIntegerBias(site, b) || tooLarge.contains(site)) {
            floats.put(
                    site,
                    tooLarge.contains(site)
                            ? "it would not fit 32 bits on the fixed grid of its weight"
                            : "its input or weight stays in float");
            return;
        }
        Grid weight = gridOf(weightOf(site, b));
        Tensor bias = graph.require(site.value()).constant().orElseThrow();
        QuantSpec spec = weight.spec().isPerChannel()
                ? QuantSpec.perChannel(32, true, true, 0)
                : QuantSpec.perTensor(32, true, true);
        float input = gridOf(inputOf(site, b)).channel(0).scale();
        List<QuantParams> product = ConstantGrids.biasParams(weight, input, Math.toIntExact(bias.elements()));
        grids.put(
                site,
                new Grid(spec, isWide(site, b) ? ConstantGrids.roomy(product, bias.floats(), BIAS_ROOM) : product));
    }

    private boolean isWide(Site site, Choice.Bias b) {
        return Math.max(bits(inputOf(site, b)), bits(weightOf(site, b))) > NARROW;
    }

    private int bits(Site s) {
        return gridOf(s).spec().bits();
    }

    private boolean isIntegerBias(Site site, Choice.Bias b) {
        return hasGrid(inputOf(site, b)) && hasGrid(weightOf(site, b));
    }

    private boolean hasGrid(Site s) {
        Choice c = scheme.choices().get(s);
        return c != null && !(c instanceof Choice.KeepFloat);
    }

    /* The sites through which the bias's own node reads its input and weight: the use wins over the value. */
    private Site inputOf(Site bias, Choice.Bias b) {
        return asRead(bias, b.input(), Weighted.INPUT);
    }

    private Site weightOf(Site bias, Choice.Bias b) {
        return asRead(bias, b.weight(), Weighted.WEIGHT);
    }

    private Site asRead(Site bias, Site site, int input) {
        if (bias instanceof Site.OfUse u) {
            Site own = new Site.OfUse(site.value(), u.reader(), input);
            if (scheme.choices().containsKey(own)) {
                return own;
            }
        }
        return site;
    }
}
