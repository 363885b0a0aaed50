package dev.octavo.lidar.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.RealData;
import dev.octavo.lidar.testing.DefinedConvolution;
import dev.octavo.lidar.testing.References;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Every case of {@code operators.npz}: tables and order exactly, sums to rounding in double precision. */
class OperatorReferenceTest {
    @Test
    void everyOperatorGivesTheReferenceNumbers() throws IOException {
        Optional<Path> folder = RealData.folder("pointcloud/reference");
        if (folder.isEmpty()) {
            return;
        }
        References arrays = References.npz("operators.npz").orElseThrow();
        JsonNode cases = new ObjectMapper()
                .readTree(folder.get().resolve("operators.json").toFile())
                .get("cases");
        int subm = 0;
        int strided = 0;
        for (JsonNode c : cases) {
            if (c.get("case").asText().startsWith("subm")) {
                submanifold(c, arrays);
                subm++;
            } else {
                stridedAndBack(c, arrays);
                strided++;
            }
        }
        assertThat(subm).isEqualTo(6);
        assertThat(strided).isEqualTo(6);
    }

    private static void submanifold(JsonNode c, References r) {
        String name = c.get("case").asText();
        Cells cells = Cells.of(
                r.get(name + "/coords"),
                zyx(c.get("spatial_shape")),
                c.get("batch").asInt());
        ConvGeometry g = ConvGeometry.submanifold(
                zyx(c.get("kernel")), Zyx.all(c.get("dilation").asInt()));
        Rulebook book = new Rulebooks(2).of(cells, g);
        assertThat(book.out()).isSameAs(cells);
        Tensor w = r.get(name + "/weight");
        double[] y = DefinedConvolution.byTable(r.reals(name + "/features"), book.table(), w, r.find(name + "/bias"));
        assertThat(y).as(name).containsExactly(r.reals(name + "/expected"), within(1e-12));
        double[] plain = DefinedConvolution.byCoordinates(
                r.reals(name + "/features"), cells, cells, g, w, r.find(name + "/bias"));
        assertThat(plain).as(name).containsExactly(y, within(0.0));
    }

    private static void stridedAndBack(JsonNode c, References r) {
        String name = c.get("case").asText();
        Cells in = Cells.of(
                r.get(name + "/coords"),
                zyx(c.get("spatial_shape")),
                c.get("batch").asInt());
        ConvGeometry g = ConvGeometry.strided(zyx(c.get("kernel")), zyx(c.get("stride")), zyx(c.get("padding")));
        Rulebooks books = new Rulebooks(2);
        Rulebook book = books.of(in, g);
        assertThat(book.out().shape()).as(name).isEqualTo(zyx(c.get("out_spatial_shape")));
        assertThat(book.out().toArray()).as(name).isEqualTo(r.ints(name + "/out_coords"));
        assertThat(book.table().toTensor(-1)).as(name).isEqualTo(r.get(name + "/neighbour_table"));
        double[] y = DefinedConvolution.byTable(
                r.reals(name + "/features"), book.table(), r.get(name + "/weight"), r.find(name + "/bias"));
        assertThat(y).as(name).containsExactly(r.reals(name + "/expected"), within(1e-12));

        Rulebook back = books.inverse(book);
        assertThat(back.out()).isSameAs(in);
        double[] x = DefinedConvolution.byTable(
                r.reals(name + "/inverse_features"), back.table(), r.get(name + "/inverse_weight"), Optional.empty());
        assertThat(x).as(name).containsExactly(r.reals(name + "/inverse_expected"), within(1e-12));
        assertThat(books.inverse(book)).isSameAs(back);
    }

    private static Zyx zyx(JsonNode n) {
        return new Zyx(n.get(0).asInt(), n.get(1).asInt(), n.get(2).asInt());
    }
}
