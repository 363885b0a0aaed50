package dev.octavo.lidar.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.testing.DefinedConvolution;
import dev.octavo.lidar.testing.References;
import dev.octavo.tasks.npy.NpyReader;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RulebooksTest {
    private static final ConvGeometry SUBM = ConvGeometry.submanifold(Zyx.all(3), Zyx.ONE);
    private static final ConvGeometry DOWN = ConvGeometry.strided(Zyx.all(3), Zyx.all(2), Zyx.ONE);

    /** The levels of the full-size backbone and the pairs at each, as computed elsewhere. */
    @Test
    void theRealFrameHasTheKnownSizes() {
        Optional<Path> file = References.file("frame_voxel_coords_bzyx.npy");
        if (file.isEmpty()) {
            return;
        }
        Rulebooks books = new Rulebooks(2);
        Cells cells = Cells.of(NpyReader.read(file.get()), new Zyx(41, 1440, 1440), 1);
        assertThat(cells.size()).isEqualTo(79745);
        assertThat(books.of(cells, SUBM).table().pairs()).isEqualTo(591581);
        Rulebook two = books.of(cells, DOWN);
        assertThat(two.out().size()).isEqualTo(69276);
        assertThat(two.table().pairs()).isEqualTo(265739);
        assertThat(books.of(two.out(), SUBM).table().pairs()).isEqualTo(969672);
        Rulebook three = books.of(two.out(), DOWN);
        assertThat(three.out().size()).isEqualTo(29723);
        assertThat(three.table().pairs()).isEqualTo(233074);
        assertThat(books.of(three.out(), SUBM).table().pairs()).isEqualTo(483025);
        Rulebook four = books.of(three.out(), ConvGeometry.strided(Zyx.all(3), Zyx.all(2), new Zyx(0, 1, 1)));
        assertThat(four.out().size()).isEqualTo(10335);
        assertThat(four.out().shape()).isEqualTo(new Zyx(5, 180, 180));
        assertThat(four.table().pairs()).isEqualTo(98648);
        assertThat(books.of(four.out(), SUBM).table().pairs()).isEqualTo(172003);
        Rulebook last = books.of(four.out(), ConvGeometry.strided(new Zyx(3, 1, 1), new Zyx(2, 1, 1), Zyx.ZERO));
        assertThat(last.out().size()).isEqualTo(7658);
        assertThat(last.out().shape()).isEqualTo(new Zyx(2, 180, 180));
        assertThat(last.table().pairs()).isEqualTo(13673);
        assertThat(books.size()).isEqualTo(8);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void tablesAgreeWithTheDefinitionAndDoNotDependOnThreads(long seed) {
        Random random = new Random(seed);
        Zyx shape = new Zyx(1 + random.nextInt(9), 20 + random.nextInt(30), 20 + random.nextInt(30));
        Cells cells = randomCells(random, shape, 1 + random.nextInt(2), 6000);
        Zyx kernel = new Zyx(1 + 2 * random.nextInt(2), 3, 1 + 2 * random.nextInt(3));
        ConvGeometry subm = ConvGeometry.submanifold(kernel, Zyx.all(1 + random.nextInt(2)));
        Zyx reach = new Zyx(1 + random.nextInt(shape.z() > 2 ? 3 : 1), 1 + random.nextInt(3), 1 + random.nextInt(4));
        ConvGeometry down = new ConvGeometry(
                ConvGeometry.Kind.STRIDED,
                reach,
                new Zyx(1 + random.nextInt(2), 1 + random.nextInt(3), 1 + random.nextInt(2)),
                new Zyx(random.nextInt(2), random.nextInt(2), random.nextInt(2)),
                Zyx.ONE);
        for (ConvGeometry g : List.of(subm, down)) {
            Rulebook one = new Rulebooks(1).of(cells, g);
            Rulebook two = new Rulebooks(2).of(cells, g);
            assertThat(two.out().toArray()).isEqualTo(one.out().toArray());
            assertThat(two.table().toTensor(-1)).isEqualTo(one.table().toTensor(-1));
            Tensor w = randomFloats(
                    random,
                    Shape.of(3, g.kernel().z(), g.kernel().y(), g.kernel().x(), 2));
            double[] x = References.reals(randomFloats(random, Shape.of(cells.size(), 2)));
            assertThat(DefinedConvolution.byTable(x, one.table(), w, Optional.empty()))
                    .containsExactly(
                            DefinedConvolution.byCoordinates(x, cells, one.out(), g, w, Optional.empty()),
                            within(1e-12));
        }
    }

    /** Σ y·conv(x) = Σ x·inverse(y) with the channels of the weight swapped: one is the other's transpose. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void theInverseIsTheTranspose(long seed) {
        Random random = new Random(seed);
        Cells in = randomCells(random, new Zyx(7, 15, 15), 2, 300);
        Rulebooks books = new Rulebooks(1);
        Rulebook down = books.of(in, DOWN);
        Rulebook back = books.inverse(down);
        Tensor w = randomFloats(random, Shape.of(1, 3, 3, 3, 1));
        double[] x = References.reals(randomFloats(random, Shape.of(in.size(), 1)));
        double[] y = References.reals(randomFloats(random, Shape.of(down.out().size(), 1)));
        double forth = dot(y, DefinedConvolution.byTable(x, down.table(), w, Optional.empty()));
        double there = dot(x, DefinedConvolution.byTable(y, back.table(), w, Optional.empty()));
        assertThat(forth).isCloseTo(there, within(1e-9));
    }

    @Test
    void oneTablePerGeometryNotPerName() {
        Cells cells = Cells.of(new int[] {0, 1, 1, 1, 0, 1, 1, 2}, Zyx.all(4), 1);
        Rulebooks books = new Rulebooks(1);
        assertThat(books.of(cells, ConvGeometry.submanifold(Zyx.all(3), Zyx.ONE)))
                .isSameAs(books.of(cells, SUBM));
        assertThat(books.size()).isEqualTo(1);
    }

    @Test
    void noCellsAndOneCellAtEachCornerOfTheGrid() {
        Rulebooks books = new Rulebooks(2);
        Cells none = Cells.of(new int[0], Zyx.all(4), 1);
        assertThat(books.of(none, SUBM).table().rows()).isZero();
        assertThat(books.of(none, DOWN).out().size()).isZero();
        assertThat(books.inverse(books.of(none, DOWN)).table().rows()).isZero();
        for (int corner = 0; corner < 8; corner++) {
            int[] cell = {0, 3 * (corner >> 2), 4 * (corner >> 1 & 1), 5 * (corner & 1)};
            Cells one = Cells.of(cell, new Zyx(4, 5, 6), 1);
            assertThat(books.of(one, SUBM).table().pairs()).isEqualTo(1);
            assertThat(books.of(one, SUBM).table().at(0, 13)).isZero();
            for (int row = 0; row < books.of(one, DOWN).out().size(); row++) {
                Cells out = books.of(one, DOWN).out();
                assertThat(out.z(row)).isBetween(0, 1);
                assertThat(out.y(row)).isBetween(0, 2);
                assertThat(out.x(row)).isBetween(0, 2);
            }
        }
    }

    /** Grids beyond what a bit per cell is spent on, the same cells as in a small grid. */
    @Test
    void largeGridsGiveTheSameTables() {
        Cells small = randomCells(new Random(3), new Zyx(9, 30, 30), 2, 900);
        Cells large = Cells.of(small.toArray(), new Zyx(600, 1800, 1800), 2);
        for (ConvGeometry g : List.of(SUBM, ConvGeometry.strided(Zyx.all(2), Zyx.all(2), Zyx.ZERO))) {
            Rulebook expected = new Rulebooks(1).of(small, g);
            Rulebook actual = new Rulebooks(1).of(large, g);
            if (g.equals(SUBM)) {
                assertThat(actual.table().toTensor(-1))
                        .isEqualTo(expected.table().toTensor(-1));
            } else { // the small grid cuts off what reaches beyond its last layer
                for (int row = 0; row < expected.out().size(); row++) {
                    Cells out = expected.out();
                    assertThat(actual.out().find(out.batch(row), out.z(row), out.y(row), out.x(row)))
                            .isNotNegative();
                }
                assertThat(actual.table().pairs()).isEqualTo(small.size());
            }
        }
    }

    @Test
    void badCellsAreNamed() {
        assertThatThrownBy(() -> Cells.of(new int[] {0, 0, 0, 0, 0, 0, 0, 4}, Zyx.all(4), 1))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("row 1 is the cell (0, 0, 0, 4), outside 1 grid(s) of 4x4x4");
        assertThatThrownBy(() -> Cells.of(new int[] {1, 0, 0, 0}, Zyx.all(4), 1))
                .isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> Cells.of(new int[] {0, -1, 0, 0}, Zyx.all(4), 1))
                .isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> Cells.of(new int[] {0, 1, 2, 3, 0, 0, 0, 0, 0, 1, 2, 3}, Zyx.all(4), 1))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("rows 0 and 2 are the same cell (0, 1, 2, 3)");
        Cells one = Cells.of(new int[] {0, 1, 2, 3}, Zyx.all(4), 1);
        assertThatThrownBy(() -> SparseTensor.of(new float[4], 2, one))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("expected [1, C]");
        assertThatThrownBy(() -> ConvGeometry.submanifold(new Zyx(3, 2, 3), Zyx.ONE))
                .hasMessageContaining("odd on every axis");
    }

    @Test
    void aTableOfOtherCellsIsRefused() {
        Cells one = Cells.of(new int[] {0, 1, 2, 3}, Zyx.all(4), 1);
        Cells two = Cells.of(new int[] {0, 1, 2, 3, 0, 0, 0, 0}, Zyx.all(4), 1);
        NeighbourTable table = new Rulebooks(1).of(one, SUBM).table();
        assertThatThrownBy(() -> new Rulebook(SUBM, two, two, table))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not join");
    }

    static Cells randomCells(Random random, Zyx shape, int batch, int tries) {
        Set<List<Integer>> cells = new LinkedHashSet<>();
        for (int i = 0; i < tries; i++) {
            cells.add(List.of(
                    random.nextInt(batch),
                    random.nextInt(shape.z()),
                    random.nextInt(shape.y()),
                    random.nextInt(shape.x())));
        }
        return Cells.of(cells.stream().flatMap(List::stream).mapToInt(i -> i).toArray(), shape, batch);
    }

    static Tensor randomFloats(Random random, Shape shape) {
        float[] f = new float[Math.toIntExact(shape.elements())];
        for (int i = 0; i < f.length; i++) {
            f[i] = (float) random.nextGaussian();
        }
        return Tensor.ofFloats(shape, f);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
