package dev.octavo.ort.cost;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.op.Workload;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.ort.cost.PlacementReport.Latency;
import dev.octavo.ort.cost.PlacementReport.Timing;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.SchemeOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The last round: candidates run side by side as whole networks. Of those that take the same time the one wins whose
 * outputs are closer to float on made-up inputs, and of those that are equal in that too the one with more arithmetic in
 * integers. The first two candidates are the plain form in float and with everything possible in integers.
 */
final class FinalRace {
    private static final double HANDICAP = 1.04;

    /* A form that is preferred, or not, whatever its noise. */
    private static final double BY_FORM = 1e6;

    private final List<Variant> variants;
    private final List<Candidate> candidates;
    private final SchemeOptions scheme;
    private final Preference preference;
    private final int[] threads;
    private final Map<Integer, Noise> noises = new HashMap<>();

    FinalRace(
            List<Variant> variants,
            List<Candidate> candidates,
            SchemeOptions scheme,
            Preference preference,
            int[] threads) {
        this.variants = List.copyOf(variants);
        this.candidates = List.copyOf(candidates);
        this.scheme = scheme;
        this.preference = preference;
        this.threads = threads.clone();
    }

    Decision decide() {
        List<Graph> graphs = candidates.stream()
                .parallel()
                .map(c -> RoughLowering.of(variants.get(c.form()).graph(), c.integer(), scheme))
                .toList();
        Variant plain = variants.get(0);
        Map<String, Tensor> inputs = ProbeInputs.of(plain.graph(), plain.types());
        Race.Result race = new Race(graphs, threads, inputs).run();
        double[][] usable = Judge.usable(new Race.Result(handicapped(race.micros()), race.settled()));
        // Known for some numbers of threads only, a small gain may be a loss with the others.
        boolean all = usable[Judge.FLOAT].length == threads.length;
        double tie = (all ? 1 : 2) * preference.tie();
        int chosen = Judge.choose(usable, ranks(Judge.near(usable, tie)), tie);
        if (chosen > Judge.EVERYWHERE && Judge.isClose(Judge.usable(race), chosen)) {
            // Once more in other sessions: to be the fastest of many in one race is partly luck.
            List<Graph> last = List.of(graphs.get(Judge.FLOAT), graphs.get(Judge.EVERYWHERE), graphs.get(chosen));
            Race.Result again = new Race(last, threads, inputs).run();
            race.micros()[Judge.FLOAT] = again.micros()[0];
            race.micros()[Judge.EVERYWHERE] = again.micros()[1];
            race.micros()[chosen] = again.micros()[2];
            int confirmed = Judge.choose(Judge.usable(again), new double[] {0, 0, 1}, preference.tie());
            chosen = confirmed == 2 ? chosen : confirmed;
        }
        return decision(chosen, race);
    }

    private Decision decision(int chosen, Race.Result race) {
        List<Timing> timings = new ArrayList<>();
        for (int t = 0; t < threads.length; t++) {
            timings.add(new Timing(
                    threads[t],
                    latency(Judge.FLOAT, t, race),
                    latency(Judge.EVERYWHERE, t, race),
                    latency(chosen, t, race),
                    race.settled()[t]));
        }
        Candidate c = candidates.get(chosen);
        BitSet integer = new BitSet();
        List<Group> groups = variants.get(c.form()).groups();
        for (int i = 0; i < groups.size(); i++) {
            integer.set(i, c.integer().contains(groups.get(i)));
        }
        return new Decision(c.form(), integer, c.why(), timings);
    }

    private Latency latency(int candidate, int t, Race.Result race) {
        return new Latency(candidates.get(candidate).predicted().get(t), race.micros()[candidate][t]);
    }

    /* A form that is not taken on ties has to be faster by more than noise. */
    private double[][] handicapped(double[][] micros) {
        double[][] copy = new double[micros.length][];
        for (int i = 0; i < micros.length; i++) {
            int form = candidates.get(i).form();
            double factor = form > 0 && !variants.get(form).onTies() ? HANDICAP : 1;
            copy[i] = Arrays.stream(micros[i]).map(m -> m * factor).toArray();
        }
        return copy;
    }

    /* Ranks of those between which the rank decides; what differs by less than a decibel is equally accurate. */
    private double[] ranks(List<Integer> near) {
        boolean byNoise = near.size() > 1 && preference == Preference.MORE_INTEGERS;
        double[] ranks = new double[candidates.size()];
        for (int i : near) {
            Candidate c = candidates.get(i);
            double form = c.form() == 0 ? 0 : variants.get(c.form()).onTies() ? BY_FORM : -BY_FORM;
            double share = share(c) * (preference == Preference.MORE_FLOAT ? -1 : 1);
            ranks[i] = form + share / 2 + (byNoise ? Math.rint(decibels(c)) : 0);
        }
        return ranks;
    }

    private double decibels(Candidate c) {
        Noise noise = noises.computeIfAbsent(c.form(), this::noise);
        Variant v = variants.get(c.form());
        return noise.seen()
                .map(seen -> noise.decibels(RoughLowering.of(v.graph(), c.integer(), scheme, seen)))
                .orElse(0.0);
    }

    private Noise noise(int form) {
        Graph graph = variants.get(form).graph();
        EvidenceRequest request = IntStream.range(0, candidates.size())
                .filter(i -> candidates.get(i).form() == form)
                .mapToObj(i -> RoughLowering.needs(graph, candidates.get(i).integer(), scheme))
                .reduce(EvidenceRequest.NOTHING, EvidenceRequest::and);
        return new Noise(variants.get(form), request);
    }

    /* The share of multiply-accumulates in integers. */
    private double share(Candidate c) {
        Variant v = variants.get(c.form());
        double all = v.groups().stream()
                .mapToDouble(g -> Workload.macs(g.node(), v.types()))
                .sum();
        double integer = c.integer().stream()
                .mapToDouble(g -> Workload.macs(g.node(), v.types()))
                .sum();
        return integer / Math.max(1, all);
    }
}
