package dev.octavo.quant.rewrite;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.quant.Journal;
import dev.octavo.quant.balance.Balance;
import dev.octavo.quant.channel.ChannelMap;
import dev.octavo.quant.recipe.PassOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Gives every channel of the network its own factor, so that grids for whole tensors fit all channels.
 *
 * <pre>
 *   Layer(W₁, b₁) -> f -> Layer(W₂)        f(k·x) = k·f(x) for k > 0
 *   W₁[c] /= s_c      b₁[c] /= s_c      W₂[:, c] *= s_c
 * </pre>
 *
 * <p>The factors make least the predicted noise at the network's outputs: that of rounded weights and of rounded
 * activations together. Channels that an operator ties (additions, residual streams) share a factor; channels that reach
 * an output of the network, or an operator that is not followed, keep factor 1. Where nothing is known of activations,
 * ranges of weights alone are balanced, and each channel between two layers ends with the same range in both.
 *
 * <p>Keeps the outputs, upper limits included: see {@link LimitForms}.
 *
 * <p>Source: Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019, section
 * 4.1, for the plain form; the objective and the residual streams are ours.
 */
public final class Equalize implements GraphPass {
    /* A common limit may cost so much more predicted noise, relative to the whole network's. */
    private static final double CHEAP = 0.02;

    /* Predictions of noise err by about a quarter: what gains less may as well lose. */
    private static final double WORTH = 0.75;

    private static final int NAMED = 5;

    private final EqualizeOptions options;
    private final PassOptions said;

    /** With the options of a recipe. */
    public Equalize(PassOptions options) {
        this.options = EqualizeOptions.of(options);
        this.said = options;
    }

    @Override
    public GraphPass forWidths(Widths widths) {
        return said.values().keySet().containsAll(Widths.KEYS) ? this : new Equalize(widths.under(said));
    }

    @Override
    public String name() {
        return "equalize";
    }

    @Override
    public Keeps keeps() {
        return Keeps.OUTPUTS;
    }

    @Override
    public void apply(Graph graph, Journal journal) {
        apply(graph, Witness.NONE, journal);
    }

    @Override
    public void apply(Graph graph, Witness witness, Journal journal) {
        ChannelMap map = ChannelMap.of(graph, witness.types(graph));
        reportPinned(graph, map, journal);
        ChannelKnowledge known = knowledge(graph, map, witness, journal);
        List<LimitPlan> limits = LimitPlan.of(map, known);
        LimitForms.obstacle(graph)
                .ifPresent(
                        why -> limits.forEach(p -> map.classes().pin(p.limit().from(), why)));
        EqualizeProblem problem = new EqualizeProblem(graph, map, known, options);
        Solved solved = solve(problem, limits);
        EqualizeProblem.Numbers numbers = solved.numbers();
        Balance.Result result = solved.result();
        if (!(result.after() < WORTH * result.before())) {
            journal.skipped(
                    name(),
                    graph.name(),
                    String.format(
                            Locale.ROOT,
                            "its channels are balanced already: %.3g times the noise would be left",
                            result.before() > 0 ? result.after() / result.before() : 1.0));
            return;
        }
        Graph before = graph.copy();
        solved.common().forEach(LimitPlan::makeCommon);
        double[] s = numbers.factors(result.u());
        LimitSteps.snap(limits, numbers, s, options.activationBits());
        ScaleChannels.apply(graph, map, s);
        Map<LimitForms.Form, Integer> forms = new TreeMap<>();
        limits.forEach(p -> forms.merge(LimitForms.write(graph, p, s), 1, Integer::sum));
        graph.removeUnusedConstants();
        report(graph, result, numbers, s, forms, journal);
        Drift.between(before, graph, witness)
                .ifPresent(d -> journal.did(
                        name(),
                        graph.name(),
                        String.format(Locale.ROOT, "outputs differ by at most %.2g of the largest", d)));
    }

    private ChannelKnowledge knowledge(Graph graph, ChannelMap map, Witness witness, Journal journal) {
        try {
            return ChannelKnowledge.of(graph, map, witness);
        } catch (ModelException e) {
            journal.skipped(name(), "activations", e.getMessage() + "; ranges of weights alone are balanced");
            return ChannelKnowledge.none();
        }
    }

    /* Factors, and the limits that they leave common to all their channels. */
    private record Solved(EqualizeProblem.Numbers numbers, Balance.Result result, List<LimitPlan> common) {}

    private Solved solve(EqualizeProblem problem, List<LimitPlan> limits) {
        Solved free = untied(problem);
        return switch (options.limits()) {
            case PER_CHANNEL -> free;
            case COMMON -> tied(problem, free, limits);
            case AUTO -> {
                // Limits per channel cost nodes. Weights with a grid per channel can mostly do without.
                Optional<Solved> all = Optional.of(problem)
                        .filter(p -> options.perChannel())
                        .map(p -> tied(p, free, limits))
                        .filter(s -> WORTH * s.result().after() <= free.result().after());
                yield all.orElseGet(() -> tied(problem, free, free.numbers().cheap(limits, free.result(), CHEAP)));
            }
        };
    }

    private static Solved untied(EqualizeProblem problem) {
        EqualizeProblem.Numbers numbers = problem.numbers(List.of());
        return new Solved(numbers, numbers.solve(), List.of());
    }

    private static Solved tied(EqualizeProblem problem, Solved free, List<LimitPlan> common) {
        if (common.isEmpty()) {
            return free;
        }
        EqualizeProblem.Numbers numbers = problem.numbers(common);
        return new Solved(
                numbers, numbers.solveFrom(free.numbers(), free.result().u()), common);
    }

    private void reportPinned(Graph graph, ChannelMap map, Journal journal) {
        Map<String, Integer> reasons = new TreeMap<>();
        for (int c = 0; c < map.classes().size(); c++) {
            map.classes().pinned(c).ifPresent(why -> reasons.merge(why, 1, Integer::sum));
        }
        reasons.forEach((why, n) -> journal.skipped(name(), n + " channels of " + graph.name(), why));
    }

    private void report(
            Graph graph,
            Balance.Result result,
            EqualizeProblem.Numbers numbers,
            double[] s,
            Map<LimitForms.Form, Integer> forms,
            Journal journal) {
        journal.did(
                name(),
                graph.name(),
                String.format(
                        Locale.ROOT,
                        "%d classes of channels got factors from %.3g to %.3g; predicted noise %.3g -> %.3g; %d rounds%s",
                        numbers.freeClasses(),
                        Arrays.stream(s).min().orElse(1),
                        Arrays.stream(s).max().orElse(1),
                        result.before(),
                        result.after(),
                        result.rounds(),
                        result.converged() ? "" : ", not converged"));
        journal.did(
                name(),
                graph.name(),
                "most of the noise that is left comes from " + String.join(", ", numbers.largest(result.u(), NAMED)));
        forms.forEach((form, n) -> journal.did(
                name(),
                n + " upper limits",
                switch (form) {
                    case SAME -> "stay as they are";
                    case COMMON -> "have another value, one for all channels";
                    case SHIFTED ->
                        "differ from channel to channel: shifted to one value in the bias, and back by an Add";
                    case LEAST -> "differ from channel to channel: a Min after the limit";
                }));
        if (!result.dead().isEmpty()) {
            journal.skipped(
                    name(),
                    result.dead().size() + " classes of channels",
                    "nothing gives them or nothing reads them (a row or a column of zeros): they keep factor 1");
        }
    }
}
