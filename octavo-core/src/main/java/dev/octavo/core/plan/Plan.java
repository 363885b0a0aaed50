package dev.octavo.core.plan;

import dev.octavo.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Everything that makes the quantized network differ from the float one: which sites have which grid,
 * which constants have other values. Pure data; {@code lower} gives it its meaning.
 *
 * @param graphFingerprint the graph it was made for; refused by any other
 * @param grids grids by site
 * @param floats sites deliberately left in float, each with the reason; a use listed here reads its
 *     value in float even where the value has a grid
 * @param reasons why each quantized site is
 * @param constants float tensors that replace constants of the graph, by value name
 * @param provenance how the plan came about: tool version, recipe, data fingerprint …
 */
public record Plan(
        String graphFingerprint,
        SortedMap<Site, Grid> grids,
        SortedMap<Site, String> floats,
        SortedMap<Site, String> reasons,
        SortedMap<String, Tensor> constants,
        SortedMap<String, String> provenance) {

    public Plan {
        grids = Collections.unmodifiableSortedMap(new TreeMap<>(grids));
        floats = Collections.unmodifiableSortedMap(new TreeMap<>(floats));
        reasons = Collections.unmodifiableSortedMap(new TreeMap<>(reasons));
        constants = Collections.unmodifiableSortedMap(new TreeMap<>(constants));
        provenance = Collections.unmodifiableSortedMap(new TreeMap<>(provenance));
    }

    /** The plan that changes nothing. */
    public static Plan empty(String graphFingerprint) {
        return new Plan(
                graphFingerprint, new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }

    /** The grid that a use of a value reads through: its own, or its value's unless it keeps float. */
    public Optional<Grid> gridFor(Site.OfUse use) {
        Grid own = grids.get(use);
        if (own != null) {
            return Optional.of(own);
        }
        return floats.containsKey(use)
                ? Optional.empty()
                : Optional.ofNullable(grids.get(new Site.OfValue(use.value())));
    }

    /**
     * The plan that quantizes the sites that pass, and nothing else. A replaced constant stays only if a site of its
     * own does: a bias corrected for a rounded weight would be wrong beside the float one.
     */
    public Plan only(Predicate<Site> sites) {
        TreeMap<Site, Grid> kept = new TreeMap<>(grids);
        kept.keySet().removeIf(sites.negate());
        TreeMap<String, Tensor> own = new TreeMap<>(constants);
        own.keySet()
                .removeIf(
                        name -> kept.keySet().stream().noneMatch(s -> s.value().equals(name)));
        return new Plan(graphFingerprint, kept, floats, reasons, own, provenance);
    }

    /** The plan without the sites that pass. */
    public Plan without(Predicate<Site> sites) {
        return only(sites.negate());
    }

    /** The same plan with other grids. */
    public Plan withGrids(SortedMap<Site, Grid> others) {
        return new Plan(graphFingerprint, others, floats, reasons, constants, provenance);
    }

    /** The same plan with further replaced constants. */
    public Plan withConstants(Map<String, Tensor> more) {
        TreeMap<String, Tensor> all = new TreeMap<>(constants);
        all.putAll(more);
        return new Plan(graphFingerprint, grids, floats, reasons, all, provenance);
    }

    /** The same plan with further provenance. */
    public Plan withProvenance(Map<String, String> more) {
        TreeMap<String, String> all = new TreeMap<>(provenance);
        all.putAll(more);
        return new Plan(graphFingerprint, grids, floats, reasons, constants, all);
    }

    /** One way in which two plans differ; an absent side is empty. */
    public record Difference(String where, Optional<String> before, Optional<String> after) {}

    /** What {@code after} does differently, sorted by site, constants last. */
    public List<Difference> diff(Plan after) {
        List<Difference> out = new ArrayList<>();
        compare(out, "", text(grids), text(after.grids));
        compare(out, "keep-float ", text(floats), text(after.floats));
        compare(out, "constant ", constants, after.constants);
        return out;
    }

    private static <V> SortedMap<String, V> text(SortedMap<Site, V> bySite) {
        TreeMap<String, V> out = new TreeMap<>();
        bySite.forEach((s, v) -> out.put(s.toString(), v));
        return out;
    }

    private static <V> void compare(
            List<Difference> out, String prefix, SortedMap<String, V> a, SortedMap<String, V> b) {
        TreeMap<String, V> keys = new TreeMap<>(a);
        keys.putAll(b);
        for (String k : keys.keySet()) {
            if (!Objects.equals(a.get(k), b.get(k))) {
                out.add(new Difference(
                        prefix + k,
                        Optional.ofNullable(a.get(k)).map(Object::toString),
                        Optional.ofNullable(b.get(k)).map(Object::toString)));
            }
        }
    }
}
