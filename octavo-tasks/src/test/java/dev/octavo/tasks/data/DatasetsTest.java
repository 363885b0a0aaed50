package dev.octavo.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.npy.NpyWriter;
import dev.octavo.tasks.yaml.Nearest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetsTest {
    @TempDir
    Path temp;

    private LabeledDataset ten() {
        Path npz = temp.resolve("ten.npz");
        Tensor x = Tensor.ofLongs(Shape.of(10), LongStream.range(0, 10).toArray());
        try {
            NpyWriter.writeAll(npz, Map.of("x", x, "y", x));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return Datasets.open(npz, DatasetOptions.DEFAULT);
    }

    @Test
    void takesTheFirst() throws Exception {
        assertThat(labels(Datasets.firstN(ten(), 3))).containsExactly(0, 1, 2);
        assertThat(labels(Datasets.firstN(ten(), 99))).hasSize(10);
        assertThat(Datasets.firstN(ten(), 3).name(2)).isEqualTo("ten.npz#2");
        assertThat(Datasets.firstN(ten(), 3).read(2)).isEqualTo(ten().read(2));
    }

    @Test
    void spreadsEvenly() {
        assertThat(labels(Datasets.spread(ten(), 5))).containsExactly(0, 2, 4, 6, 8);
        assertThat(labels(Datasets.spread(ten(), 3))).containsExactly(0, 3, 6);
        assertThat(labels(Datasets.spread(ten(), 1))).containsExactly(0);
        assertThat(labels(Datasets.spread(ten(), 10))).isEqualTo(labels(ten()));
        assertThat(labels(Datasets.spread(ten(), 11))).isEqualTo(labels(ten()));
    }

    @Test
    void takesAnyInAnyOrder() {
        assertThat(labels(Datasets.at(ten(), 7, 0, 7))).containsExactly(7, 0, 7);
        assertThatThrownBy(() -> Datasets.at(ten(), 10)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Datasets.firstN(ten(), 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Datasets.spread(ten(), -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void partsHaveFingerprintsOfTheirOwn() {
        List<String> prints = List.of(
                ten().fingerprint(),
                Datasets.firstN(ten(), 5).fingerprint(),
                Datasets.spread(ten(), 5).fingerprint(),
                Datasets.firstN(ten(), 4).fingerprint());
        assertThat(prints).doesNotHaveDuplicates();
        assertThat(Datasets.at(ten(), 0, 2, 4, 6, 8).fingerprint()).isEqualTo(prints.get(2));
    }

    @Test
    void theNearestWordNeedsHalfOfItsLetters() {
        assertThat(Nearest.of("cvs", List.of("csv", "file"))).contains("csv");
        assertThat(Nearest.of("Layuot", List.of("order", "layout"))).contains("layout");
        assertThat(Nearest.of("xyz", List.of("csv", "file"))).isEmpty();
        assertThat(Nearest.of("a", List.of())).isEmpty();
        assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    }

    private static List<Integer> labels(Dataset set) {
        List<Integer> labels = new ArrayList<>();
        for (int i = 0; i < set.size(); i++) {
            labels.add(((LabeledDataset) set).label(i).orElse(-1));
        }
        return labels;
    }
}
