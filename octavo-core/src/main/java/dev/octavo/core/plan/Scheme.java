package dev.octavo.core.plan;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What to do at every site that anything is decided for; sites not mentioned stay in float.
 *
 * @param choices by site
 */
public record Scheme(SortedMap<Site, Choice> choices) {
    public Scheme {
        choices = Collections.unmodifiableSortedMap(new TreeMap<>(choices));
    }

    /** This scheme with other choices put over it. */
    public Scheme with(Map<Site, Choice> others) {
        TreeMap<Site, Choice> merged = new TreeMap<>(choices);
        merged.putAll(others);
        return new Scheme(merged);
    }
}
