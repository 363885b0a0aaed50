package dev.octavo.quant;

import java.util.ArrayList;
import java.util.List;

/** What every pass did and what it left alone, each with the reason; the report prints it. */
public final class Journal {
    /**
     * One entry.
     *
     * @param pass the pass's name
     * @param did true for a change, false for something left alone
     * @param where the node or value concerned
     * @param text what was done, or why nothing was
     */
    public record Entry(String pass, boolean did, String where, String text) {
        @Override
        public String toString() {
            return pass + ": " + where + (did ? " " : " skipped, because ") + text;
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    /** A pass changed something. */
    public void did(String pass, String where, String what) {
        entries.add(new Entry(pass, true, where, what));
    }

    /** A pass left something alone. */
    public void skipped(String pass, String where, String because) {
        entries.add(new Entry(pass, false, where, because));
    }

    /** Another journal with the same entries. */
    public Journal copy() {
        Journal twin = new Journal();
        twin.entries.addAll(entries);
        return twin;
    }

    /** Adds what another journal, once copied from this one, says beyond this one. */
    public void addNew(Journal copied) {
        entries.addAll(copied.entries.subList(Math.min(entries.size(), copied.entries.size()), copied.entries.size()));
    }

    /** Everything so far, in order. */
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** How many changes a pass made. */
    public long countOf(String pass) {
        return entries.stream().filter(e -> e.did() && e.pass().equals(pass)).count();
    }
}
