package dev.octavo.ort.cost;

import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Op;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.OpKind;
import dev.octavo.core.op.Weighted;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.Neighbours;
import dev.octavo.quant.target.Placement.Implies;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What ONNX Runtime does to a placement whether it was asked to or not, as rules for the placement. */
final class Rules {
    /* Q is moved up and DQ down past these, whatever was meant. */
    private static final Set<String> PASSED =
            Set.of("MaxPool", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Slice", "Flatten");

    private final List<Group> groups;
    private final Set<Group> possible;
    private final Neighbours neighbours;
    private final List<Implies> implications = new ArrayList<>();

    Rules(List<Group> groups, Set<Group> wished) {
        this.groups = groups;
        this.neighbours = new Neighbours(groups);
        this.possible = new LinkedHashSet<>(wished);
        for (Group g : groups) {
            // Behind something that gives floats, MaxPool on codes is some ninety times slower: see below.
            if (g.node().is("MaxPool")
                    && neighbours.giver(g, 0).filter(possible::contains).isEmpty()) {
                possible.remove(g);
            }
        }
        for (Group g : groups) {
            boolean moves = OpCatalog.of(g.node()).kind() == OpKind.PASSES_THROUGH;
            if (PASSED.contains(g.node().type()) || (moves && possible.contains(g))) {
                movesWithItsNeighbours(g);
            }
        }
    }

    /* Such operators run in integers beside integers, so either they and their neighbours do or none. */
    private void movesWithItsNeighbours(Group g) {
        Optional<Group> giver = neighbours.giver(g, 0);
        if (possible.contains(g)) {
            giver.filter(possible::contains).ifPresent(p -> implications.add(new Implies(p, g)));
        }
        neighbours.readers(g).stream().filter(possible::contains).forEach(r -> implications.add(new Implies(r, g)));
        if (g.node().is("MaxPool") && possible.contains(g)) {
            // On codes in NCHW order MaxPool is some ninety times slower than behind an integer convolution.
            giver.ifPresent(p -> implications.add(new Implies(g, p)));
        }
    }

    List<Implies> implications() {
        return List.copyOf(implications);
    }

    /** The groups that can run in integers and may. */
    Set<Group> possible() {
        return Set.copyOf(possible);
    }

    /**
     * The placement with everything added that ONNX Runtime would quantize by itself: a convolution or
     * product (with one grid for its whole weight), or arithmetic, in float whose neighbours on both sides
     * all run in integers.
     */
    List<Group> closed(List<Group> integer) {
        Set<Group> all = new LinkedHashSet<>(integer);
        boolean grew = true;
        while (grew) {
            grew = false;
            for (Group g : groups) {
                if (!all.contains(g) && possible.contains(g) && isCaught(g, all)) {
                    grew = all.add(g) || grew;
                }
            }
        }
        return groups.stream().filter(all::contains).toList();
    }

    private boolean isCaught(Group g, Set<Group> integer) {
        List<Group> readers = neighbours.readers(g);
        return readsOnlyFrom(g, integer)
                && !readers.isEmpty()
                && integer.containsAll(readers)
                && !Neighbours.leavesTheGraph(g);
    }

    private boolean readsOnlyFrom(Group g, Set<Group> integer) {
        Op op = OpCatalog.of(g.node());
        boolean weighted = Weighted.of(g.node()).isPresent();
        boolean arithmetic = op.kind() == OpKind.ARITHMETIC || op.kind() == OpKind.JOINS;
        boolean any = false;
        for (int i = 0; i < g.node().inputCount() && (weighted || arithmetic); i++) {
            Optional<Value> v = g.node().input(i);
            if (v.isPresent() && op.isData(i) && v.get().constant().isEmpty()) {
                any = true;
                if (neighbours.giver(g, i).filter(integer::contains).isEmpty()) {
                    return false;
                }
            }
        }
        return any;
    }
}
