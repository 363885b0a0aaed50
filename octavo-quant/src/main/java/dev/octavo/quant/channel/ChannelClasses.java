package dev.octavo.quant.channel;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Channels, and which of them must be scaled by the same factor (union and find). A class is free, or pinned to
 * factor 1 for a reason.
 */
public final class ChannelClasses {
    private int[] parent = new int[64];
    private int count;
    private final Map<Integer, String> pinned = new HashMap<>();

    /** The same classes, to be tied further without changing these. */
    public ChannelClasses copy() {
        ChannelClasses c = new ChannelClasses();
        c.parent = parent.clone();
        c.count = count;
        c.pinned.putAll(pinned);
        return c;
    }

    /** So many new channels, each a class of its own. */
    public int[] fresh(int n) {
        if (count + n > parent.length) {
            parent = Arrays.copyOf(parent, Math.max(2 * parent.length, count + n));
        }
        int[] ids = new int[n];
        for (int i = 0; i < n; i++) {
            parent[count] = count;
            ids[i] = count++;
        }
        return ids;
    }

    /** Number of channels. */
    public int size() {
        return count;
    }

    /** The channel that stands for the class of a channel. */
    public int find(int id) {
        int root = id;
        while (parent[root] != root) {
            root = parent[root];
        }
        for (int at = id; parent[at] != root; ) {
            int next = parent[at];
            parent[at] = root;
            at = next;
        }
        return root;
    }

    /** Makes one class of two; pinned if either was. */
    public void tie(int a, int b) {
        int x = find(a);
        int y = find(b);
        if (x == y) {
            return;
        }
        parent[y] = x;
        String why = pinned.remove(y);
        if (why != null) {
            pinned.putIfAbsent(x, why);
        }
    }

    /** Pins the classes of these channels to factor 1; the first reason stays. */
    public void pin(int[] ids, String because) {
        for (int id : ids) {
            pinned.putIfAbsent(find(id), because);
        }
    }

    /** Why the class of a channel is pinned, if it is. */
    public Optional<String> pinned(int id) {
        return Optional.ofNullable(pinned.get(find(id)));
    }
}
