package dev.octavo.analysis.sensitivity;

import dev.octavo.analysis.sensitivity.SensitiveSite.Kind;
import dev.octavo.core.data.Metric;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Everything that is run between the state before a step and that after it, and from there to the outputs for every
 * variant of the step.
 *
 * <pre>
 *                 nothing   its constants   all          all but its constants      quantized in the step
 *   float state   next      weight, both                                            then the float rest
 *   coded state                             next, left   left                       then the quantized rest
 * </pre>
 */
final class StepWork implements AutoCloseable {
    private final Graph graph;
    private final Workbench bench;
    private final int step;
    private final List<Part> open = new ArrayList<>();
    private final Map<Object, Part> rests = new HashMap<>();
    private final List<Variant> variants = new ArrayList<>();

    /**
     * A row of the table.
     *
     * @param name the value, or for weights the value that they give
     * @param op the operator
     * @param kind what of it
     * @param dtype the type of its codes
     * @param sites the sites
     */
    record Row(String name, String op, Kind kind, String dtype, Set<Site> sites) {}

    /** What one sample gave: the sample after the step, and the rows' tallies in order. */
    record Result<M extends Metric<M>>(Moment after, List<OutputTally<M>> alone, List<OutputTally<M>> left) {}

    /** How the state is changed for one side of a row, and what is run on it. */
    private record Side(Change change, Part rest, Predicate<Site> sites) {}

    /** A row's sides; the second is there if it was asked for. */
    private record Variant(Row row, Side alone, Optional<Side> left) {}

    /** The states after the step: of the float and of the coded network, with and without its constants. */
    private record After(
            Map<String, Tensor> real,
            Map<String, Tensor> realWeights,
            Map<String, Tensor> coded,
            Map<String, Tensor> raw,
            Map<String, Tensor> floatWeights,
            Moment before) {}

    private interface Change {
        Map<String, Tensor> of(After a);
    }

    private final List<Part> steps = new ArrayList<>();
    private final Set<Value> values;
    private final Set<Site> constants;

    private final boolean withLeft;

    /**
     * The work of a step.
     *
     * @param left whether rows have the side with the site alone left in float; without it, no row for both parts of a
     *     layer either
     */
    StepWork(Graph graph, Workbench bench, int step, boolean left) {
        this.graph = graph;
        this.bench = bench;
        this.withLeft = left;
        this.step = step;
        this.values = bench.plan().activationsOf(step);
        this.constants = step < 0 ? Set.of() : bench.plan().constantsOf(step);
        if (step >= 0) {
            List<Predicate<Site>> plans =
                    List.of(s -> false, constants::contains, s -> true, s -> !constants.contains(s));
            for (Predicate<Site> p : plans) {
                steps.add(opened(bench.step(step, p)));
            }
        }
        values.forEach(this::activation);
        if (!constants.isEmpty()) {
            weights();
        }
        bench.plan().shared().stream()
                .filter(v -> bench.plan().readers(v).iterator().next() == step)
                .forEach(this::sharedConstant);
    }

    List<Row> rows() {
        return variants.stream().map(Variant::row).toList();
    }

    private Part opened(Part p) {
        open.add(p);
        return p;
    }

    /* The rest of the network behind the step, or from it on, one session per plan. */
    private Part rest(int from, Object key, Predicate<Site> sites) {
        return rests.computeIfAbsent(List.of(from, key), k -> opened(bench.from(from, sites)));
    }

    private Side realSide(Change change) {
        return new Side(change, rest(step + 1, "float", s -> false), s -> false);
    }

    private Side codedSide(Change change) {
        return new Side(change, rest(step + 1, "all", s -> true), s -> true);
    }

    private void activation(Value v) {
        Set<Site> sites = bench.plan().sitesOf(v);
        Row row = new Row(v.name(), op(v), Kind.ACTIVATION, dtype(sites), sites);
        if (bench.plan().common(v).isPresent()) {
            variants.add(new Variant(
                    row,
                    realSide(a -> bench.snapped(a.real(), v)),
                    left(() -> codedSide(a -> raw(a.coded(), a.raw(), v)))));
        } else {
            variants.add(new Variant(
                    row, only(sites, After::real, step + 1), left(() -> but(sites, After::coded, step + 1))));
        }
    }

    private static Map<String, Tensor> raw(Map<String, Tensor> coded, Map<String, Tensor> raw, Value v) {
        Tensor t = raw.get(v.name());
        return t == null ? coded : Workbench.with(coded, v.name(), t);
    }

    private Side only(Set<Site> sites, Change change, int from) {
        return new Side(change, rest(from, new TreeSet<>(sites), sites::contains), sites::contains);
    }

    private Side but(Set<Site> sites, Change change, int from) {
        Predicate<Site> others = s -> !sites.contains(s);
        return new Side(change, rest(from, List.of("but", new TreeSet<>(sites)), others), others);
    }

    private void weights() {
        Value out = graph.require(last());
        variants.add(new Variant(
                new Row(out.name(), op(out), Kind.WEIGHT, dtype(constants), constants),
                realSide(After::realWeights),
                left(() -> codedSide(a -> snapAll(a.floatWeights())))));
        Optional<Value> only =
                withLeft && values.size() == 1 ? Optional.of(values.iterator().next()) : Optional.empty();
        if (only.isEmpty() || bench.plan().common(only.get()).isEmpty()) {
            return;
        }
        Value v = only.get();
        Set<Site> both = new TreeSet<>(constants);
        both.addAll(bench.plan().sitesOf(v));
        variants.add(new Variant(
                new Row(v.name(), op(v), Kind.BOTH, dtype(both), both),
                realSide(a -> bench.snapped(a.realWeights(), v)),
                left(() -> codedSide(After::floatWeights))));
    }

    private void sharedConstant(Value v) {
        Set<Site> sites = bench.plan().sitesOf(v);
        variants.add(new Variant(
                new Row(
                        v.name(),
                        "constant of " + bench.plan().readers(v).size() + " layers",
                        Kind.WEIGHT,
                        dtype(sites),
                        sites),
                only(sites, a -> a.before().real(), step),
                left(() -> but(sites, a -> a.before().coded(), step))));
    }

    private Optional<Side> left(Supplier<Side> side) {
        return withLeft ? Optional.of(side.get()) : Optional.empty();
    }

    private String last() {
        var nodes = bench.steps().nodes(step);
        return nodes.get(nodes.size() - 1).output().name();
    }

    private String op(Value v) {
        return v.producer()
                .map(p -> bench.steps().nodes(bench.steps().stepOf(p)).get(0).type())
                .orElse("input");
    }

    private String dtype(Set<Site> sites) {
        Set<String> types = new TreeSet<>();
        sites.forEach(s ->
                bench.plan().grid(s).map(Grid::spec).ifPresent(q -> types.add((q.signed() ? "s" : "u") + q.bits())));
        return String.join("+", types);
    }

    /** Runs a sample through the step and all of its variants. */
    <M extends Metric<M>> Result<M> run(Moment m, M none) {
        After a = after(m);
        List<OutputTally<M>> alone = new ArrayList<>();
        List<OutputTally<M>> left = new ArrayList<>();
        for (Variant v : variants) {
            alone.add(tally(v.alone(), a, m, none));
            left.add(v.left().map(side -> tally(side, a, m, none)).orElseGet(() -> OutputTally.empty(none)));
        }
        return new Result<>(new Moment(m.sample(), m.truth(), a.real(), a.coded()), alone, left);
    }

    private <M extends Metric<M>> OutputTally<M> tally(Side side, After a, Moment m, M none) {
        Map<String, Tensor> state = side.change().of(a);
        Map<String, Tensor> got = bench.outputs(state, side.rest().run(state), side.sites());
        return OutputTally.empty(none).plus(m.sample(), m.truth(), got);
    }

    private After after(Moment m) {
        if (step < 0) {
            return new After(m.real(), m.real(), snapAll(m.coded()), m.coded(), m.coded(), m);
        }
        Map<String, Tensor> real = bench.next(step, m.real(), steps.get(0).run(m.real()));
        Map<String, Tensor> raw = bench.next(step, m.coded(), steps.get(2).run(m.coded()));
        boolean weights = !constants.isEmpty();
        return new After(
                real,
                weights ? bench.next(step, m.real(), steps.get(1).run(m.real())) : real,
                snapAll(raw),
                raw,
                weights && withLeft ? bench.next(step, m.coded(), steps.get(3).run(m.coded())) : raw,
                m);
    }

    private Map<String, Tensor> snapAll(Map<String, Tensor> state) {
        Map<String, Tensor> all = state;
        for (Value v : values) {
            all = bench.snapped(all, v);
        }
        return all;
    }

    @Override
    public void close() {
        open.forEach(Part::close);
    }
}
