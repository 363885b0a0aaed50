package dev.octavo.quant.target;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The cheapest way to separate a source from a sink in a directed graph with capacities. Dinic's
 * algorithm: shortest augmenting paths by levels.
 */
final class MinCut {
    /** A capacity that is never cut. */
    static final double INFINITE = 1e18;

    private static final double NOTHING = 1e-9;

    private final List<List<Edge>> edges = new ArrayList<>();
    private int[] level = new int[0];
    private int[] next = new int[0];

    private static final class Edge {
        final int to;
        final int reverse;
        double left;

        Edge(int to, int reverse, double left) {
            this.to = to;
            this.reverse = reverse;
            this.left = left;
        }
    }

    int node() {
        edges.add(new ArrayList<>());
        return edges.size() - 1;
    }

    /** Cutting this edge costs {@code capacity} when {@code from} is on the source side and {@code to} is not. */
    void edge(int from, int to, double capacity) {
        edges.get(from).add(new Edge(to, edges.get(to).size(), capacity));
        edges.get(to).add(new Edge(from, edges.get(from).size() - 1, 0));
    }

    /** The cost of the cheapest cut. */
    double solve(int source, int sink) {
        double flow = 0;
        while (reach(source, sink)) {
            next = new int[edges.size()];
            double pushed = push(source, sink, INFINITE);
            while (pushed > NOTHING) {
                flow += pushed;
                pushed = push(source, sink, INFINITE);
            }
        }
        return flow;
    }

    /** Whether a node is on the source's side of the cut found. */
    boolean isOnSourceSide(int node) {
        return level[node] >= 0;
    }

    private boolean reach(int source, int sink) {
        level = new int[edges.size()];
        Arrays.fill(level, -1);
        level[source] = 0;
        ArrayDeque<Integer> queue = new ArrayDeque<>(List.of(source));
        while (!queue.isEmpty()) {
            int v = queue.remove();
            for (Edge e : edges.get(v)) {
                if (e.left > NOTHING && level[e.to] < 0) {
                    level[e.to] = level[v] + 1;
                    queue.add(e.to);
                }
            }
        }
        return level[sink] >= 0;
    }

    private double push(int v, int sink, double most) {
        if (v == sink) {
            return most;
        }
        for (; next[v] < edges.get(v).size(); next[v]++) {
            Edge e = edges.get(v).get(next[v]);
            if (e.left > NOTHING && level[e.to] == level[v] + 1) {
                double d = push(e.to, sink, Math.min(most, e.left));
                if (d > NOTHING) {
                    e.left -= d;
                    edges.get(e.to).get(e.reverse).left += d;
                    return d;
                }
            }
        }
        return 0;
    }
}
