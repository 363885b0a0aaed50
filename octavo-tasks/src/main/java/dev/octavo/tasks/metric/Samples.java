package dev.octavo.tasks.metric;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was tallied of each sample, by the sample's name. Grows and merges in constant time; equal when the same samples
 * have the same tallies, in whatever order and parts they came.
 *
 * @param <T> the tally of one sample
 */
final class Samples<T extends Serializable> implements Serializable {
    /*
     * A tree of what was put together: a leaf holds one sample, a node two trees. Only reading sorts. Java's own
     * serialization would walk down the tree and run out of stack, so the sorted list is what is written.
     */
    private static final long serialVersionUID = 1L;

    private final transient List<Samples<T>> parts;
    private final transient List<Map.Entry<String, T>> leaf;
    private final transient int size;

    private Samples(List<Samples<T>> parts, List<Map.Entry<String, T>> leaf) {
        this.parts = parts;
        this.leaf = leaf;
        this.size = leaf.size() + parts.stream().mapToInt(p -> p.size).sum();
    }

    static <T extends Serializable> Samples<T> none() {
        return new Samples<>(List.of(), List.of());
    }

    Samples<T> plus(String name, T tally) {
        return merge(new Samples<>(List.of(), List.of(Map.entry(name, tally))));
    }

    Samples<T> merge(Samples<T> other) {
        if (size == 0 || other.size == 0) {
            return size == 0 ? other : this;
        }
        return new Samples<>(List.of(this, other), List.of());
    }

    int size() {
        return size;
    }

    /**
     * By name.
     *
     * @throws IllegalArgumentException when a sample is there twice: its parts overlap
     */
    SortedMap<String, T> sorted() {
        TreeMap<String, T> all = new TreeMap<>();
        Deque<Samples<T>> open = new ArrayDeque<>(List.of(this));
        while (!open.isEmpty()) {
            Samples<T> next = open.pop();
            next.parts.forEach(open::push);
            for (Map.Entry<String, T> e : next.leaf) {
                if (all.put(e.getKey(), e.getValue()) != null) {
                    throw new IllegalArgumentException("the sample " + e.getKey() + " was tallied twice");
                }
            }
        }
        return all;
    }

    /** The tallies in the order of their names. */
    List<T> tallies() {
        return new ArrayList<>(sorted().values());
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Samples<?> s && s.size == size && s.sorted().equals(sorted());
    }

    @Override
    public int hashCode() {
        return sorted().hashCode();
    }

    private Object writeReplace() {
        SortedMap<String, T> all = sorted();
        return new Flat<>(new ArrayList<>(all.keySet()), new ArrayList<>(all.values()));
    }

    /** The form that is written. */
    private record Flat<T extends Serializable>(ArrayList<String> names, ArrayList<T> tallies) implements Serializable {
        private Object readResolve() {
            List<Map.Entry<String, T>> entries = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                entries.add(Map.entry(names.get(i), tallies.get(i)));
            }
            return new Samples<>(List.of(), entries);
        }
    }
}
