package dev.octavo.lidar.net;

import dev.octavo.lidar.sparse.Cells;
import dev.octavo.lidar.sparse.ConvGeometry;
import dev.octavo.lidar.sparse.NeighbourTable;
import dev.octavo.lidar.sparse.Rulebook;
import dev.octavo.lidar.sparse.Rulebooks;
import dev.octavo.ort.Parallel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * What one frame's cells give a network, whatever its numbers: the cells of every level, the tables, and the order of the
 * rows in the graph. Serves every graph with the same levels and partition, float or integer.
 */
public final class Frame {
    private final Levels levels;
    private final Partition partition;
    private final List<Cells> cells = new ArrayList<>();
    private final List<RowOrder> orders = new ArrayList<>();
    private final List<Rulebook> books = new ArrayList<>();
    private final Map<String, Input> inputs = new LinkedHashMap<>();

    /** Rows of a table for a part, in a direct buffer that ONNX Runtime reads in place. */
    record Input(IntBuffer values, long rows, long columns) {}

    private Frame(Levels levels, Partition partition) {
        this.levels = levels;
        this.partition = partition;
    }

    /** The tables of a frame, made with up to {@code threads} threads. */
    public static Frame of(Cells input, Levels levels, Partition partition, int threads) {
        Frame f = new Frame(levels, partition);
        f.makeBooks(input, threads);
        f.makeOrders();
        f.makeInputs(threads);
        return f;
    }

    private void makeBooks(Cells input, int threads) {
        Rulebooks rulebooks = new Rulebooks(threads);
        for (int level = 0; level < levels.count(); level++) {
            cells.add(input); // replaced by what the level's table gives
        }
        for (Levels.Table t : levels.tables()) {
            Rulebook book = t.geometry().kind() == ConvGeometry.Kind.INVERSE
                    ? rulebooks.inverse(partner(t))
                    : rulebooks.of(cells.get(t.from()), t.geometry());
            books.add(book);
            cells.set(t.to(), book.out());
        }
    }

    private Rulebook partner(Levels.Table inverse) {
        for (int t = 0; t < books.size(); t++) {
            Levels.Table p = levels.tables().get(t);
            if (p.from() == inverse.to()
                    && p.to() == inverse.from()
                    && p.geometry().equals(inverse.geometry().strided())) {
                return books.get(t);
            }
        }
        throw new IllegalStateException("the levels have no partner of " + inverse);
    }

    private void makeOrders() {
        for (int level = 0; level < levels.count(); level++) {
            Optional<Rulebook> tells = partition.isGrouped(levels, level)
                    ? levels.submanifold(level)
                            .map(t -> books.get(levels.tables().indexOf(t)))
                    : Optional.empty();
            orders.add(RowOrder.of(cells.get(level).size(), partition.groups(levels, level), tells));
        }
    }

    private void makeInputs(int threads) {
        List<Callable<Input>> work = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int t = 0; t < levels.tables().size(); t++) {
            Levels.Table table = levels.tables().get(t);
            NeighbourTable entries = books.get(t).table();
            List<Integer> groups = partition.groups(levels, table.to());
            for (int p = 0; p < groups.size(); p++) {
                int part = p;
                int[] offsets = partition.offsets(levels, table, groups.get(p));
                names.add(SparseGraph.table(t, p));
                work.add(() -> part(entries, table, part, offsets));
            }
        }
        List<Input> made = Parallel.all(work, threads);
        for (int i = 0; i < made.size(); i++) {
            inputs.put(names.get(i), made.get(i));
        }
    }

    private Input part(NeighbourTable table, Levels.Table ends, int part, int[] offsets) {
        RowOrder to = orders.get(ends.to());
        RowOrder from = orders.get(ends.from());
        int rows = to.end(part) - to.first(part);
        int missing = from.positions();
        IntBuffer out = ByteBuffer.allocateDirect(4 * rows * offsets.length)
                .order(ByteOrder.nativeOrder())
                .asIntBuffer();
        int[] entries = new int[table.offsets()];
        int[] chunk = new int[offsets.length];
        for (int position = to.first(part); position < to.end(part); position++) {
            int row = to.row(position);
            if (row < 0) {
                Arrays.fill(entries, NeighbourTable.MISSING);
            } else {
                table.row(row, entries);
            }
            for (int k = 0; k < chunk.length; k++) {
                int e = entries[offsets[k]];
                chunk[k] = e == NeighbourTable.MISSING ? missing : from.position(e);
            }
            out.put(chunk);
        }
        return new Input(out.flip(), rows, offsets.length);
    }

    private static IntBuffer direct(int[] values) {
        IntBuffer b = ByteBuffer.allocateDirect(4 * Math.max(1, values.length))
                .order(ByteOrder.nativeOrder())
                .asIntBuffer();
        b.put(values).flip();
        return b;
    }

    /** The tables by the names of the graph's inputs. */
    Map<String, Input> inputs() {
        return inputs;
    }

    /** For every cell of the dense grid of a level the position of its row, the row of zeros where it is not active. */
    IntBuffer height(int level) {
        Cells c = cells.get(level);
        RowOrder order = orders.get(level);
        int[] out = new int[Math.toIntExact(c.batch() * c.shape().volume())];
        Arrays.fill(out, order.positions());
        for (int row = 0; row < c.size(); row++) {
            long at =
                    ((long) c.batch(row) * c.shape().z() + c.z(row)) * c.shape().y() + c.y(row);
            out[(int) (at * c.shape().x() + c.x(row))] = order.position(row);
        }
        return direct(out);
    }

    RowOrder order(int level) {
        return orders.get(level);
    }

    /** The active cells of a level. */
    public Cells cells(int level) {
        return cells.get(level);
    }

    /** The rulebook of a table. */
    public Rulebook book(int table) {
        return books.get(table);
    }

    /** Whether this frame was made for a graph of these levels and this partition. */
    boolean fits(Levels others, Partition other) {
        return partition.equals(other) && levels.tables().equals(others.tables());
    }
}
