package dev.octavo.ort.cost;

import dev.octavo.core.tensor.Tensor;
import dev.octavo.ort.FreeCores;
import dev.octavo.ort.cost.PlacementReport.InFloat;
import dev.octavo.quant.target.CostModel;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.Placement;
import dev.octavo.quant.target.SchemeOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Finds out where integer arithmetic pays on this machine: profiles the float network and the one in
 * which everything possible runs in integers, takes the cheapest cut between the two, learns from its
 * profile what its borders cost, and finally times the best candidates side by side as whole networks.
 * What was found is remembered for networks of the same structure.
 */
public final class PlacementSearch {
    private static final int ROUNDS = 1;
    private static final int MOST_CUTS = 4;
    private static final double[][] SKEWS = {{1, 1}, {1, 1.15}, {0.5, 1}, {1, 1.4}, {2, 1}, {1, 0.85}};

    private final List<Variant> variants;
    private final SchemeOptions scheme;
    private final Preference preference;
    private final CostBook book;
    private final int[] threads = Judge.threadsHere();
    private final BooleanSupplier coresAreFree;
    private final List<Candidate> candidates = new ArrayList<>();

    /**
     * A search.
     *
     * @param variants the forms of the network, the plain one first
     * @param memory folder in which costs are remembered
     */
    public PlacementSearch(List<Variant> variants, SchemeOptions scheme, Preference preference, Path memory) {
        this(variants, scheme, preference, memory, () -> FreeCores.areThere(Judge.threadsHere().length));
    }

    PlacementSearch(
            List<Variant> variants,
            SchemeOptions scheme,
            Preference preference,
            Path memory,
            BooleanSupplier coresAreFree) {
        this.coresAreFree = coresAreFree;
        this.variants = List.copyOf(variants);
        this.scheme = scheme;
        this.preference = preference;
        this.book = CostBook.open(memory);
    }

    /** Searches, or remembers what was found before. */
    public PlacementReport search() {
        if (isNothingPossible()) {
            return PlacementReport.nothing();
        }
        Optional<Decision> known = known();
        if (known.isPresent() && (known.get().isSettled() || !coresAreFree.getAsBoolean())) {
            return report(known.get(), true);
        }
        for (int form = 0; form < variants.size(); form++) {
            addCandidates(form);
        }
        Decision decision = new FinalRace(variants, candidates, scheme, preference, threads).decide();
        // What was decided while others disturbed is decided again, but not for something that is no better founded.
        boolean taken = known.isEmpty() || decision.isSettled();
        if (taken) {
            book.put(key(), decision.text());
        }
        book.save();
        return taken ? report(decision, false) : report(known.get(), true);
    }

    /** What was found before on this machine, be it settled or provisional; empty if nothing was. */
    public Optional<PlacementReport> remembered() {
        return isNothingPossible() ? Optional.of(PlacementReport.nothing()) : known().map(d -> report(d, true));
    }

    private boolean isNothingPossible() {
        Variant plain = variants.get(0);
        return new Rules(plain.groups(), plain.possible()).possible().isEmpty();
    }

    private Optional<Decision> known() {
        return book.text(key()).flatMap(Decision::parse).filter(d -> d.variant() >= 0 && d.variant() < variants.size());
    }

    private String key() {
        return "placement by undisturbed runs " + structure();
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
        List<MeasuredCosts> sound = meter.settled();
        WeightedCosts all = WeightedCosts.inProportion(sound, v.groups()).skewed(1, preference.integerFactor());
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
        for (int part = 0; part < sound.size() && sound.size() > 1; part++) {
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
