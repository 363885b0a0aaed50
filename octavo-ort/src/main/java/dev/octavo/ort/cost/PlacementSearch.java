package dev.octavo.ort.cost;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.op.Workload;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.ort.cost.PlacementReport.InFloat;
import dev.octavo.ort.cost.PlacementReport.Latency;
import dev.octavo.ort.cost.PlacementReport.Timing;
import dev.octavo.quant.target.CostModel;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.Placement;
import dev.octavo.quant.target.SchemeOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out where integer arithmetic pays on this machine: profiles the float network and the one in
 * which everything possible runs in integers, takes the cheapest cut between the two, learns from its
 * profile what its borders cost, and finally times the best candidates side by side as whole networks.
 * What was found is remembered for networks of the same structure.
 */
public final class PlacementSearch {
    private static final int ROUNDS = 1;
    private static final int MOST_CUTS = 3;
    private static final double HANDICAP = 1.04;
    private static final double[][] SKEWS = {{1, 1}, {2, 1}, {0.5, 1}, {1, 0.85}, {1, 1.15}, {1, 1.4}};

    private final List<Variant> variants;
    private final SchemeOptions scheme;
    private final Preference preference;
    private final CostBook book;
    private final int[] threads = Judge.threadsHere();
    private final List<Candidate> candidates = new ArrayList<>();

    /** A placement of one form of the network, and what the model says of it. */
    private record Candidate(int form, List<Group> integer, String why, List<Double> predicted) {}

    /**
     * A search.
     *
     * @param variants the forms of the network, the plain one first
     * @param memory folder in which costs are remembered
     */
    public PlacementSearch(List<Variant> variants, SchemeOptions scheme, Preference preference, Path memory) {
        this.variants = List.copyOf(variants);
        this.scheme = scheme;
        this.preference = preference;
        this.book = CostBook.open(memory);
    }

    /** Searches, or remembers what was found before. */
    public PlacementReport search() {
        String key = key();
        Optional<PlacementReport> known = remembered(key);
        if (known.isPresent()) {
            return known.get();
        }
        for (int form = 0; form < variants.size(); form++) {
            addCandidates(form);
        }
        Decision decision = decide();
        book.put(key, decision.text());
        book.save();
        return report(decision, false);
    }

    /** What was found before on this machine; empty if nothing was. */
    public Optional<PlacementReport> remembered() {
        return remembered(key());
    }

    private Optional<PlacementReport> remembered(String key) {
        Variant plain = variants.get(0);
        if (new Rules(plain.groups(), plain.possible()).possible().isEmpty()) {
            return Optional.of(PlacementReport.nothing());
        }
        return book.text(key)
                .flatMap(Decision::parse)
                .filter(d -> d.variant() >= 0 && d.variant() < variants.size())
                .map(d -> report(d, true));
    }

    private String key() {
        return "placement " + structure();
    }

    private String structure() {
        StringBuilder all = new StringBuilder();
        for (Variant v : variants) {
            StringBuilder context = new StringBuilder(v.name() + " " + v.onTies() + " " + scheme + " " + preference);
            v.groups().forEach(g -> context.append(v.possible().contains(g) ? '1' : '0'));
            all.append(Shapes.structure(v.graph(), v.types(), context.toString()));
        }
        return Shapes.hash(all.toString());
    }

    private void addCandidates(int form) {
        Variant v = variants.get(form);
        Rules rules = new Rules(v.groups(), v.possible());
        List<Group> everything =
                v.groups().stream().filter(rules.possible()::contains).toList();
        Map<String, Tensor> inputs = ProbeInputs.of(v.graph(), v.types());
        CostMeter meter = new CostMeter(v, scheme, book, threads, inputs);
        List<MeasuredCosts> costs = meter.measure(everything);
        WeightedCosts all = WeightedCosts.inProportion(costs, v.groups()).skewed(1, preference.integerFactor());
        List<Group> cut = cut(v, rules, all);
        for (int round = 0; round < ROUNDS && !cut.isEmpty() && meter.learn(cut); round++) {
            cut = cut(v, rules, all);
        }
        add(form, List.of(), "everything in float", costs);
        add(form, everything, "everything possible in integers", costs);
        List<WeightedCosts> family = new ArrayList<>();
        for (double[] skew : SKEWS) {
            family.add(all.skewed(skew[0], skew[1]));
        }
        for (int part = 0; part < costs.size() && costs.size() > 1; part++) {
            family.add(all.only(part));
        }
        int before = candidates.size();
        for (WeightedCosts c : family) {
            if (candidates.size() - before < MOST_CUTS) {
                add(form, cut(v, rules, c), "the cheapest placement by measured costs" + skewed(c, all), costs);
            }
        }
    }

    private static String skewed(WeightedCosts c, WeightedCosts all) {
        double integers = c.integers() / all.integers();
        String text = c.borders() == 1 ? "" : ", borders taken ×" + c.borders();
        text += integers == 1 ? "" : ", integer kernels taken ×" + Math.rint(integers * 100) / 100;
        return text + (c.parts().size() < all.parts().size() ? ", for one number of threads" : "");
    }

    private static List<Group> cut(Variant v, Rules rules, CostModel costs) {
        List<Group> cheapest = Placement.cheapest(
                        v.graph(), v.groups(), rules.possible()::contains, rules.implications(), costs)
                .integer();
        return rules.closed(cheapest);
    }

    private void add(int form, List<Group> integer, String why, List<MeasuredCosts> costs) {
        Variant v = variants.get(form);
        boolean known = candidates.stream()
                .anyMatch(c -> c.form() == form && c.integer().equals(integer));
        // The places 0 and 1 are fixed: the plain form in float, and in integers as far as possible.
        if (candidates.size() < 2 || (!known && !integer.isEmpty())) {
            Set<Group> set = new HashSet<>(integer);
            List<Double> predicted = costs.stream()
                    .map(c -> Placement.cost(v.graph(), v.groups(), set, c))
                    .toList();
            candidates.add(new Candidate(form, integer, why, predicted));
        }
    }

    private Decision decide() {
        List<Graph> graphs = candidates.stream()
                .parallel()
                .map(c -> RoughLowering.of(variants.get(c.form()).graph(), c.integer(), scheme))
                .toList();
        Variant plain = variants.get(0);
        Map<String, Tensor> inputs = ProbeInputs.of(plain.graph(), plain.types());
        double[] rank = candidates.stream().mapToDouble(this::rank).toArray();
        double[][] micros = new Judge(graphs, threads, inputs).race();
        double[][] usable = Judge.usable(handicapped(micros));
        // Known for some numbers of threads only, a small gain may be a loss with the others.
        boolean all = usable[Judge.FLOAT].length == threads.length;
        int chosen = Judge.choose(usable, rank, (all ? 1 : 2) * preference.tie());
        if (chosen > Judge.EVERYWHERE && Judge.isClose(Judge.usable(micros), chosen)) {
            // Once more in other sessions: to be the fastest of many in one race is partly luck.
            List<Graph> last = List.of(graphs.get(Judge.FLOAT), graphs.get(Judge.EVERYWHERE), graphs.get(chosen));
            double[][] again = new Judge(last, threads, inputs).race();
            micros[Judge.FLOAT] = again[0];
            micros[Judge.EVERYWHERE] = again[1];
            micros[chosen] = again[2];
            int confirmed = Judge.choose(Judge.usable(again), new double[] {0, 0, 1}, preference.tie());
            chosen = confirmed == 2 ? chosen : confirmed;
        }
        List<Timing> timings = new ArrayList<>();
        for (int t = 0; t < threads.length; t++) {
            timings.add(new Timing(
                    threads[t],
                    latency(Judge.FLOAT, t, micros[Judge.FLOAT][t]),
                    latency(Judge.EVERYWHERE, t, micros[Judge.EVERYWHERE][t]),
                    latency(chosen, t, micros[chosen][t]),
                    Judge.isUsable(micros, t)));
        }
        Candidate c = candidates.get(chosen);
        BitSet integer = new BitSet();
        List<Group> groups = variants.get(c.form()).groups();
        for (int i = 0; i < groups.size(); i++) {
            integer.set(i, c.integer().contains(groups.get(i)));
        }
        return new Decision(c.form(), integer, c.why(), timings);
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

    private Latency latency(int candidate, int t, double measured) {
        return new Latency(candidates.get(candidate).predicted().get(t), measured);
    }

    /* The share of multiply-accumulates in integers; another form of the network before or behind all of the plain. */
    private double rank(Candidate c) {
        Variant v = variants.get(c.form());
        double all = v.groups().stream()
                .mapToDouble(g -> Workload.macs(g.node(), v.types()))
                .sum();
        double integer = c.integer().stream()
                .mapToDouble(g -> Workload.macs(g.node(), v.types()))
                .sum();
        double share = integer / Math.max(1, all);
        double form = c.form() == 0 ? 0 : v.onTies() ? 2 : -2;
        return form + (preference == Preference.MORE_FLOAT ? -share : share);
    }

    private PlacementReport report(Decision d, boolean remembered) {
        Variant v = variants.get(d.variant());
        List<Group> integer = new ArrayList<>();
        List<InFloat> floats = new ArrayList<>();
        for (int i = 0; i < v.groups().size(); i++) {
            Group g = v.groups().get(i);
            if (d.integer().get(i) && v.possible().contains(g)) {
                integer.add(g);
            } else if (v.possible().contains(g)) {
                floats.add(inFloat(v, g));
            }
        }
        return new PlacementReport(d.variant(), integer, d.why(), remembered, d.timings(), floats);
    }

    private InFloat inFloat(Variant v, Group g) {
        String shape = Shapes.of(g, v.types());
        var inFloat = book.micros(shape, CostMeter.FLOAT, threads[0]);
        var inIntegers = book.micros(shape, CostMeter.INTEGER, threads[0]);
        boolean slower =
                inFloat.isPresent() && inIntegers.isPresent() && inIntegers.getAsDouble() >= inFloat.getAsDouble();
        String because = slower
                ? "its integer kernel is no faster than the float one"
                : "the conversions around it would cost more than integers gain";
        return new InFloat(g, because, inFloat, inIntegers);
    }
}
