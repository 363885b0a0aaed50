package dev.octavo.quant.lower;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Site;
import dev.octavo.core.testing.RandomGraphs;
import dev.octavo.core.testing.ReferenceEngine;
import dev.octavo.core.testing.ReferenceEngine.Array;
import dev.octavo.quant.testing.RandomPlans;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Q/DQ graph computes what the float graph does when every reading is snapped to its grid by hand. */
class LoweringMeaningTest {
    static LongStream seeds() {
        return LongStream.range(0, 120);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void runningTheLoweredGraphIsSnappingEveryReading(long seed) {
        Graph g = RandomGraphs.of(seed);
        Plan p = RandomPlans.of(g, seed);
        Map<String, Array> in = ReferenceEngine.inputs(g, seed);

        Map<String, Array> lowered = ReferenceEngine.run(Lowering.lower(g, p), in);

        Graph replaced = g.copy();
        p.constants().forEach((name, t) -> replaced.replaceConstant(replaced.require(name), t));
        Map<String, Array> snapped = ReferenceEngine.run(replaced, in, (n, i, x) -> read(p, n, i, x));
        for (Value v : g.outputs()) {
            Array expected = Objects.requireNonNull(snapped.get(v.name()));
            Grid grid = p.grids().get(Site.of(v));
            if (grid != null) {
                snap(expected.data(), expected, grid);
            }
            assertThat(Objects.requireNonNull(lowered.get(v.name())).data()).isEqualTo(expected.data());
        }
    }

    private static Array read(Plan p, Node n, int i, Array x) {
        return p.gridFor((Site.OfUse) Site.ofInput(n, i))
                .map(grid -> {
                    Array y = x.copy();
                    snap(y.data(), y, grid);
                    return y;
                })
                .orElse(x);
    }

    private static void snap(double[] data, Array shape, Grid grid) {
        int axis = grid.spec().axis().orElse(0);
        int inner = 1;
        for (int a = axis + 1; grid.params().size() > 1 && a < shape.dims().size(); a++) {
            inner *= shape.dims().get(a);
        }
        for (int i = 0; i < data.length; i++) {
            int c = i / inner % grid.params().size();
            data[i] = grid.channel(c).snapped((float) data[i], grid.spec());
        }
    }
}
