package dev.octavo.ort.cost;

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
    private final List<Group> groups;
    private final Set<Group> possible;
    private final Neighbours neighbours;
    private final List<Implies> implications = new ArrayList<>();

    Rules(List<Group> groups, Set<Group> possible) {
        this.groups = groups;
        this.possible = possible;
        this.neighbours = new Neighbours(groups);
        for (Group g : groups) {
            if (possible.contains(g) && OpCatalog.of(g.node()).kind() == OpKind.PASSES_THROUGH) {
                movesWithItsNeighbours(g);
            }
        }
    }

    /* Q and DQ are moved past operators that only move elements, so these run in integers beside integers. */
    private void movesWithItsNeighbours(Group g) {
        Optional<Group> giver = neighbours.giver(g, 0);
        giver.filter(possible::contains).ifPresent(p -> implications.add(new Implies(p, g)));
        neighbours.readers(g).stream().filter(possible::contains).forEach(r -> implications.add(new Implies(r, g)));
        if (g.node().is("MaxPool")) {
            // On codes in NCHW order MaxPool is some ninety times slower than behind an integer convolution.
            giver.ifPresent(p -> implications.add(new Implies(g, p)));
        }
    }

    List<Implies> implications() {
        return List.copyOf(implications);
    }

    /**
     * The placement with every convolution or product added that ONNX Runtime would quantize by itself,
     * per tensor: one in float whose neighbours on both sides all run in integers.
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
        return Weighted.of(g.node()).isPresent()
                && neighbours.giver(g, 0).filter(integer::contains).isPresent()
                && !readers.isEmpty()
                && integer.containsAll(readers)
                && !Neighbours.leavesTheGraph(g);
    }
}
