package dev.octavo.lidar.net;

import dev.octavo.core.ModelException;
import dev.octavo.lidar.net.SparseNet.Convolution;
import dev.octavo.lidar.net.SparseNet.Step;
import dev.octavo.lidar.net.SparseNet.Sum;
import dev.octavo.lidar.sparse.ConvGeometry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Which results of a network lie on the same cells (a level), and which tables lead from level to level. Level 0 is the
 * input's. Two layers of the same geometry between the same levels share one table, whatever they are called.
 */
public final class Levels {
    /**
     * One table.
     *
     * @param from level of the rows that are read
     * @param to level of the rows that come out
     * @param geometry which cells it joins
     */
    public record Table(int from, int to, ConvGeometry geometry) {}

    private final Map<String, Integer> levelOf = new HashMap<>();
    private final Map<String, Integer> tableOf = new HashMap<>();
    private final List<Table> tables = new ArrayList<>();
    private int count = 1;

    private Levels() {}

    /** The levels of a network. */
    public static Levels of(SparseNet net) {
        Levels l = new Levels();
        l.levelOf.put(SparseNet.INPUT, 0);
        for (Step step : net.steps()) {
            if (step instanceof Convolution c) {
                l.add(c);
            } else {
                l.add((Sum) step);
            }
        }
        return l;
    }

    /**
     * Levels of which only the tables are known, as a file tells them.
     *
     * @param tables in order of first use
     * @param count number of levels
     */
    static Levels of(List<Table> tables, int count) {
        Levels l = new Levels();
        l.count = count;
        for (Table t : tables) {
            if (t.from() < 0 || t.from() >= count || t.to() < 0 || t.to() >= count) {
                throw new IllegalArgumentException("a table from level " + t.from() + " to " + t.to() + " of " + count);
            }
            l.tables.add(t);
        }
        return l;
    }

    private void add(Sum s) {
        int level = level(s.first());
        if (level != level(s.second())) {
            throw new ModelException(
                    "the sum " + s.name() + " adds " + s.first() + " and " + s.second() + ", which lie on other cells",
                    "bring them to the same cells first");
        }
        levelOf.put(s.name(), level);
    }

    private void add(Convolution c) {
        int from = level(c.input());
        Optional<Integer> known = find(from, c.geometry());
        int table = known.orElse(tables.size());
        if (known.isEmpty()) {
            tables.add(new Table(from, target(c, from), c.geometry()));
        }
        tableOf.put(c.name(), table);
        levelOf.put(c.name(), tables.get(table).to());
    }

    private Optional<Integer> find(int from, ConvGeometry geometry) {
        for (int t = 0; t < tables.size(); t++) {
            if (tables.get(t).from() == from && tables.get(t).geometry().equals(geometry)) {
                return Optional.of(t);
            }
        }
        return Optional.empty();
    }

    private int target(Convolution c, int from) {
        return switch (c.geometry().kind()) {
            case SUBMANIFOLD -> from;
            case STRIDED -> count++;
            case INVERSE -> {
                Table partner = tables.get(table(c.partner().orElseThrow()));
                if (partner.to() != from
                        || !partner.geometry().equals(c.geometry().strided())) {
                    throw new ModelException(
                            c.name() + " cannot go back over " + c.partner().get() + ": "
                                    + (partner.to() == from ? "its geometry is another" : "it reads other cells"),
                            "name the strided convolution that made the cells it reads");
                }
                yield partner.from();
            }
        };
    }

    /** Number of levels. */
    public int count() {
        return count;
    }

    /** The level of a result. */
    public int level(String result) {
        return Objects.requireNonNull(levelOf.get(result), result);
    }

    /** The tables in order of first use. */
    public List<Table> tables() {
        return List.copyOf(tables);
    }

    /** Which table a convolution uses. */
    public int table(String convolution) {
        return Objects.requireNonNull(tableOf.get(convolution), convolution);
    }

    /** The table of the first submanifold convolution on a level. */
    public Optional<Table> submanifold(int level) {
        return tables.stream()
                .filter(t -> t.to() == level && t.geometry().kind() == ConvGeometry.Kind.SUBMANIFOLD)
                .findFirst();
    }
}
