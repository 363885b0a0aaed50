package dev.octavo.quant.refine;

import dev.octavo.core.RecipeException;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Site;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.quant.Journal;
import dev.octavo.quant.Memo;
import dev.octavo.quant.lower.Lowering;
import dev.octavo.quant.rewrite.Witness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes the mean of every output channel of the quantized network that of the float one, as measured on samples.
 *
 * <pre>
 *   d[o] = mean(y_float[o]) − mean(y_quant[o])        b[o] := b[o] + d[o] · max(0, 1 − se²/d²)
 * </pre>
 *
 * <p>Unlike {@link CorrectBias} it sees everything that moves a mean: rounded and clipped activations, padding, and what
 * earlier layers already do differently. The classical way goes from layer to layer, each corrected before the next is
 * measured. Here all means come from one session, and the layers are corrected in so many groups of neighbours, in
 * topological order; with as many rounds as layers that is the classical way. All layers at once would not do: each
 * would take back what those before it are about to take back as well.
 *
 * <p>Guards: a difference that the spread over the samples explains (se, the standard error of d) is taken back in part
 * or altogether; every other sample is set aside, and of all rounds the one with the least error of the network's
 * outputs on these wins, the plan as it was included.
 *
 * <p>Source: Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019, appendix
 * D; the shrinking after James and Stein, 1961.
 *
 * @param samples how many samples to measure on
 * @param rounds into how many groups the layers are divided
 */
record CorrectBiasOnSamples(int samples, int rounds) implements Refinement {
    CorrectBiasOnSamples {
        if (samples < 4 || rounds < 1) {
            throw new RecipeException(
                    (samples < 4 ? "samples is " + samples : "rounds is " + rounds) + ", which is too few",
                    "give at least 4 samples and 1 round");
        }
    }

    @Override
    public String name() {
        return CorrectBias.NAME;
    }

    @Override
    public Plan apply(Graph graph, Plan plan, Evidence evidence, Witness witness, Journal journal, Memo memo) {
        List<Map<String, Tensor>> inputs = witness.samples(samples);
        Optional<Engine> engine = witness.engine();
        if (inputs.size() < 4 || engine.isEmpty()) {
            throw new RecipeException(
                    name() + " from samples needs at least 4 samples to run, and has " + inputs.size(),
                    "give data, or write correct-bias: { from: means }, which needs none");
        }
        List<Weighted> places = places(graph, plan, journal);
        if (places.isEmpty()) {
            return plan;
        }
        return new Rounds(graph, places, engine.get(), inputs, memo)
                .run(plan, Math.min(rounds, places.size()), journal);
    }

    private static List<Weighted> places(Graph graph, Plan plan, Journal journal) {
        List<Weighted> places = new ArrayList<>();
        for (Node n : graph.nodes()) {
            Optional<Weighted> w = Weighted.of(n).filter(Weighted::hasConstantWeight);
            if (w.isEmpty()
                    || plan.gridFor((Site.OfUse) Site.ofInput(n, Weighted.WEIGHT))
                            .isEmpty()) {
                continue;
            }
            Optional<String> obstacle = CorrectBias.biasObstacle(w.get());
            if (obstacle.isPresent()) {
                journal.skipped(CorrectBias.NAME, n.label(), obstacle.get());
            } else {
                places.add(w.get());
            }
        }
        return places;
    }

    /** The rounds on one network. */
    private record Rounds(
            Graph graph, List<Weighted> places, Engine engine, List<Map<String, Tensor>> inputs, Memo memo) {

        Plan run(Plan start, int rounds, Journal journal) {
            List<Value> values = places.stream().map(w -> w.node().output()).toList();
            OutputMeans inFloat = OutputMeans.of(engine, graph, values, inputs);
            Plan now = start;
            Plan best = start;
            double before = Double.POSITIVE_INFINITY;
            double least = Double.POSITIVE_INFINITY;
            int bestRound = 0;
            for (int round = 0; round <= rounds; round++) {
                Graph lowered = Lowering.lower(graph, now, memo);
                OutputMeans got = OutputMeans.of(engine, lowered, values, inputs);
                double error = got.error(inFloat, 1, 2);
                before = round == 0 ? error : before;
                if (error < least) {
                    least = error;
                    best = now;
                    bestRound = round;
                }
                if (round < rounds) {
                    now = corrected(now, group(round, rounds), inFloat, got);
                }
            }
            say(journal, start, best, before, least, bestRound);
            return bestRound == 0
                    ? start
                    : best.withProvenance(
                            Map.of(CorrectBias.NAME, "from " + inputs.size() + " samples, " + bestRound + " rounds"));
        }

        private List<Weighted> group(int round, int rounds) {
            int from = (int) ((long) round * places.size() / rounds);
            int to = (int) ((long) (round + 1) * places.size() / rounds);
            return places.subList(from, to);
        }

        private void say(Journal journal, Plan start, Plan best, double before, double least, int round) {
            if (round == 0) {
                journal.skipped(
                        CorrectBias.NAME,
                        graph.name(),
                        "on the samples set aside the outputs are at " + decibels(before)
                                + " dB, and no round made that better");
                return;
            }
            for (Weighted w : places) {
                String bias = w.bias().orElseThrow().name();
                float[] was = bias(start, w).floats();
                float[] is = bias(best, w).floats();
                double most = 0;
                for (int o = 0; o < was.length; o++) {
                    most = Math.max(most, Math.abs((double) is[o] - was[o]));
                }
                journal.did(CorrectBias.NAME, w.node().label(), bias + " by at most " + (float) most);
            }
            journal.did(
                    CorrectBias.NAME,
                    graph.name(),
                    "outputs on the samples set aside: " + decibels(before) + " dB before, " + decibels(least)
                            + " dB after " + round + " rounds");
        }

        private static String decibels(double error) {
            return String.format(java.util.Locale.ROOT, "%.1f", -10 * Math.log10(Math.max(1e-30, error)));
        }

        private Plan corrected(Plan plan, List<Weighted> group, OutputMeans inFloat, OutputMeans got) {
            Map<String, Tensor> biases = new TreeMap<>();
            for (Weighted w : group) {
                String value = w.node().output().name();
                double[][] real =
                        java.util.Objects.requireNonNull(inFloat.means().get(value));
                double[][] is = java.util.Objects.requireNonNull(got.means().get(value));
                Tensor bias = bias(plan, w);
                float[] b = bias.floats();
                for (int o = 0; o < b.length; o++) {
                    b[o] += (float) step(real, is, o);
                }
                biases.put(w.bias().orElseThrow().name(), Tensor.ofFloats(bias.shape(), b));
            }
            return plan.withConstants(biases);
        }

        private static Tensor bias(Plan plan, Weighted w) {
            Value bias = w.bias().orElseThrow();
            Tensor changed = plan.constants().get(bias.name());
            return changed != null ? changed : bias.constant().orElseThrow();
        }

        /* The mean difference of a channel over every other sample, less what chance explains. */
        private static double step(double[][] real, double[][] is, int o) {
            double sum = 0;
            double squares = 0;
            int n = 0;
            for (int i = 0; i < real.length; i += 2) {
                double d = real[i][o] - is[i][o];
                sum += d;
                squares += d * d;
                n++;
            }
            double mean = sum / n;
            double variance = Math.max(0, squares / n - mean * mean) / (n - 1);
            return mean == 0 ? 0 : mean * Math.max(0, 1 - variance / (mean * mean));
        }
    }
}
