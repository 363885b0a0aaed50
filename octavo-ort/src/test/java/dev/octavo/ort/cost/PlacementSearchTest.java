package dev.octavo.ort.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.testing.GraphText;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.cost.PlacementReport.Latency;
import dev.octavo.ort.cost.PlacementReport.Timing;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.SchemeOptions;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlacementSearchTest {
    private static final String NETWORK = "x[1,3,32,32] -> Conv(a[32,3,3,3]; pads=1,1,1,1) -> Relu -> p"
            + " -> Conv(b[32,32,3,3]; pads=1,1,1,1) -> Relu -> q -> Conv(c[32,32,3,3]; pads=1,1,1,1) -> y";

    @TempDir
    private Path memory;

    private final Graph graph = GraphText.parse(NETWORK);
    private final List<Group> groups = Group.of(graph);

    private PlacementReport search(Set<Group> possible, Preference preference) {
        Variant plain = new Variant("", graph, groups, possible, OrtEngine.INSTANCE.inferTypes(graph), true);
        return new PlacementSearch(List.of(plain), SchemeOptions.DEFAULT, preference, memory).search();
    }

    private PlacementReport search(BooleanSupplier coresAreFree) {
        Variant plain =
                new Variant("", graph, groups, new HashSet<>(groups), OrtEngine.INSTANCE.inferTypes(graph), true);
        return new PlacementSearch(
                        List.of(plain), SchemeOptions.DEFAULT, Preference.MORE_INTEGERS, memory, coresAreFree)
                .search();
    }

    @Test
    void decidesTheSameWayTheNextTimeWithoutMeasuring() {
        PlacementReport first = search(new HashSet<>(groups), Preference.MORE_INTEGERS);
        PlacementReport second = search(() -> false);
        assertThat(first.remembered()).isFalse();
        assertThat(second.remembered()).isTrue();
        assertThat(second.integer()).isEqualTo(first.integer());
        assertThat(second.floats()).isEqualTo(first.floats());
        assertThat(second.why()).isEqualTo(first.why());
        assertThat(first.timings()).isNotEmpty().allSatisfy(t -> {
            assertThat(t.inFloat().measured()).isPositive().isFinite();
            assertThat(t.everywhere().predicted()).isPositive().isFinite();
            assertThat(t.chosen().measured()).isPositive().isFinite();
        });
        assertThat(search(new HashSet<>(groups), Preference.FASTEST).remembered())
                .isFalse();
    }

    @Test
    void accountsForEveryGroupThatCouldRunInIntegers() {
        PlacementReport report = search(Set.of(groups.get(1), groups.get(2)), Preference.MORE_INTEGERS);
        assertThat(report.integer()).doesNotContain(groups.get(0));
        assertThat(report.integer().size() + report.floats().size()).isEqualTo(2);
        report.floats().forEach(f -> assertThat(f.text()).isNotBlank());
    }

    @Test
    void decidesAgainWhatOthersDisturbedOnceCoresAreFree() {
        PlacementReport found = search(new HashSet<>(groups), Preference.MORE_INTEGERS);
        CostBook book = CostBook.open(memory);
        String key =
                book.keys().filter(k -> k.startsWith("placement")).findFirst().orElseThrow();
        Decision settled = Decision.parse(book.text(key).orElseThrow()).orElseThrow();
        Timing busy = new Timing(1, new Latency(9, 9), new Latency(9, 9), new Latency(9, 9), false);
        BitSet one = new BitSet();
        one.set(1);
        book.put(key, new Decision(0, one, "in a hurry", List.of(busy)).text());
        book.save();

        PlacementReport stillBusy = search(() -> false);
        assertThat(stillBusy.remembered()).isTrue();
        assertThat(stillBusy.provisional()).isTrue();
        assertThat(stillBusy.integer()).containsExactly(groups.get(1));

        PlacementReport again = search(() -> true);
        // Whatever else this machine does just now: what replaces a provisional decision is settled.
        assertThat(again.remembered()).isEqualTo(again.provisional());
        assertThat(again.why().equals("in a hurry")).isEqualTo(again.provisional());
        assertThat(found.provisional()).isNotEqualTo(settled.isSettled());
    }

    @Test
    void hasNothingToDecideWhereNothingIsPossible() {
        PlacementReport report = search(Set.of(), Preference.MORE_INTEGERS);
        assertThat(report.integer()).isEmpty();
        assertThat(report.timings()).isEmpty();
    }
}
