package dev.octavo.onnx;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.NodeSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Puts nodes in topological order. A file that is sorted already, as ONNX demands, keeps its order;
 * otherwise of the nodes that can come next, the one that is first in the file does.
 */
final class NodeOrder {
    private final Broken broken;
    private final Graph graph;
    private final List<NodeSpec> nodes;
    private final List<Set<String>> reads;
    private final Map<String, Integer> producer = new HashMap<>();

    /**
     * @param graph holds the values that exist before any node runs
     * @param reads per node, the names that it or a subgraph of it reads
     */
    NodeOrder(Broken broken, Graph graph, List<NodeSpec> nodes, List<Set<String>> reads) {
        this.broken = broken;
        this.graph = graph;
        this.nodes = nodes;
        this.reads = reads;
        for (int i = 0; i < nodes.size(); i++) {
            for (String out : nodes.get(i).outputNames()) {
                producer.put(out, i);
            }
        }
    }

    /** The indices of the nodes in topological order. */
    List<Integer> sorted() {
        int[] missing = new int[nodes.size()];
        Map<Integer, List<Integer>> readers = new HashMap<>();
        PriorityQueue<Integer> ready = new PriorityQueue<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (String name : reads.get(i)) {
                Integer from = producer.get(name);
                if (from != null) {
                    missing[i]++;
                    readers.computeIfAbsent(from, k -> new ArrayList<>()).add(i);
                } else if (graph.value(name).isEmpty()) {
                    throw broken.because("the node " + label(i) + " reads the value " + Broken.quoted(name)
                            + ", which no node, input or initializer defines");
                }
            }
            if (missing[i] == 0) {
                ready.add(i);
            }
        }
        List<Integer> order = new ArrayList<>(nodes.size());
        while (!ready.isEmpty()) {
            int next = ready.remove();
            order.add(next);
            for (int reader : readers.getOrDefault(next, List.of())) {
                if (--missing[reader] == 0) {
                    ready.add(reader);
                }
            }
        }
        if (order.size() < nodes.size()) {
            throw broken.because("the graph has a cycle: " + cycle(missing));
        }
        return order;
    }

    // From any node that never became ready, walk to a producer that did not either, until one comes again.
    private String cycle(int[] missing) {
        int at = 0;
        while (missing[at] == 0) {
            at++;
        }
        List<Integer> path = new ArrayList<>();
        Map<Integer, Integer> position = new HashMap<>();
        while (position.putIfAbsent(at, path.size()) == null) {
            path.add(at);
            at = unreadyProducer(at, missing);
        }
        List<Integer> ring = path.subList(position.getOrDefault(at, 0), path.size());
        StringBuilder text = new StringBuilder(label(at));
        for (int i = 0; i < ring.size(); i++) {
            if (i == 4 && ring.size() > 6) {
                text.append(" reads … (").append(ring.size() - i).append(" more)");
                break;
            }
            text.append(" reads from ").append(label(ring.get((i + 1) % ring.size())));
        }
        return text.toString();
    }

    private int unreadyProducer(int node, int[] missing) {
        for (String name : reads.get(node)) {
            Integer from = producer.get(name);
            if (from != null && missing[from] > 0) {
                return from;
            }
        }
        throw new IllegalStateException("a node that waits has a producer that waits");
    }

    private String label(int i) {
        List<String> outputs = nodes.get(i).outputNames();
        return "#" + i + (outputs.isEmpty() ? "" : " that computes " + Broken.quoted(outputs.get(0)));
    }
}
