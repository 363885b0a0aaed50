package dev.octavo.ort.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.testing.GraphText;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.rewrite.MergeConvolutions;
import dev.octavo.quant.rewrite.Rewrites;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MergeConvolutionsTest {
    private static Rewriting given(String text) {
        return Rewriting.of(text, new MergeConvolutions());
    }

    @Test
    void convolutionsOfTheSameInputBecomeOneWithTheirRelu() {
        Rewriting r = given("x[1,3,6,6] -> Conv(w[4,3,3,3], b[4]; pads=1,1,1,1) -> Relu -> a;"
                + " x -> Conv(v[2,3,3,3]; pads=1,1,1,1) -> Relu -> c;"
                + " a -> Conv(p[1,4,1,1]) -> y; c -> Conv(q[1,2,1,1]) -> z");
        r.becomes("Conv", "Relu", "Split", "Conv", "Conv").keepsOutputs();
        r.because("is one convolution now with");
    }

    @Test
    void withoutReluOfAllTheSplitComesFirst() {
        given(
                        "x[1,3,6,6] -> Conv(w[4,3,1,1]) -> a; x -> Conv(v[2,3,1,1], d[2]) -> c; a -> Relu -> y; c -> Sigmoid -> z")
                .becomes("Conv", "Split", "Relu", "Sigmoid")
                .keepsOutputs();
    }

    @Test
    void aReluThatGivesAnOutputStaysBehindTheSplit() {
        given("x[1,4,4,4] -> Conv(w[4,4,1,1]) -> Relu -> y; x -> Conv(v[4,4,1,1]) -> Relu -> z")
                .becomes("Conv", "Split", "Relu", "Relu")
                .keepsOutputs();
    }

    @Test
    void onlyTheSameGeometryGoesTogether() {
        Rewriting r = given("x[1,3,6,6] -> Conv(w[4,3,3,3]; pads=1,1,1,1) -> a; x -> Conv(v[2,3,1,1]) -> c;"
                + " x -> Conv(u[5,3,3,3]; pads=1,1,1,1) -> d; a -> Relu -> y; c -> Relu -> z; d -> Sigmoid -> t");
        r.because("nothing else reads its input in the same way").keepsOutputs();
        assertThat(r.operators()).containsOnlyOnce("Split");
    }

    @Test
    void aResultThatIsReadTwiceKeepsItsReaders() {
        given(
                        "x[1,3,6,6] -> Conv(w[4,3,1,1]) -> Relu -> a; x -> Conv(v[4,3,1,1]) -> c; c -> Relu -> d; c -> Sigmoid -> z;"
                                + " a, d -> Add -> y")
                .keepsOutputs();
    }

    @Test
    void olderModelsGetTheSizesAsAnAttribute() {
        Graph graph = GraphText.parse("x[1,3,6,6] -> Conv(w[4,3,1,1]) -> a; x -> Conv(v[2,3,1,1]) -> c; a -> Relu -> y;"
                + " c -> Sigmoid -> z");
        graph.setOpset("", 11);
        Rewriting r = Rewriting.of(graph, new MergeConvolutions());
        r.becomes("Conv", "Split", "Relu", "Sigmoid").keepsOutputs();
    }

    /** Any number of convolutions with any widths, some with a Relu, some read by several. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void keepsTheOutputsOfRandomBranches(long seed) {
        Random random = new Random(seed);
        int in = 1 + random.nextInt(4);
        StringBuilder text = new StringBuilder("x[1," + in + ",7,5] -> Relu -> s");
        int branches = 2 + random.nextInt(5);
        int kernel = 1 + 2 * random.nextInt(2);
        boolean relus = random.nextBoolean();
        for (int i = 0; i < branches; i++) {
            int out = 1 + random.nextInt(5);
            String bias = random.nextBoolean() ? ", b" + i + "[" + out + "]" : "";
            text.append("; s -> Conv(w")
                    .append(i)
                    .append("[")
                    .append(out)
                    .append(",")
                    .append(in)
                    .append(",");
            text.append(kernel)
                    .append(",")
                    .append(kernel)
                    .append("]")
                    .append(bias)
                    .append("; strides=2,1) -> ");
            text.append(relus || random.nextBoolean() ? "Relu -> " : "")
                    .append("a")
                    .append(i);
            text.append("; a").append(i).append(" -> Sigmoid -> y").append(i);
        }
        Rewriting r = given(text.toString());
        r.keepsOutputs();
        assertThat(r.operators().stream().filter("Conv"::equals)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x[1,4,4,4] -> Conv(w[4,2,1,1]; group=2) -> Relu -> y; x -> Conv(v[4,2,1,1]; group=2) -> Relu -> z|in groups",
                "x[1,4,4,4] -> Conv(w[4,4,1,1]) -> y; x -> Conv(v[4,4,1,1]) -> z|an output of the network",
                "x[1,4,4,4] -> Conv(w[4,4,1,1]) -> a; x -> Conv(v[4,4,1,1]; strides=2,2) -> c; a -> Relu -> y; c -> Relu -> z"
                        + "|in the same way",
                "x[1,4,4,4], v[4,4,1,1] -> Conv -> a; x -> Conv(w[4,4,1,1]) -> c; a -> Relu -> y; c -> Relu -> z|computed",
            })
    void leavesAloneWhatCannotBeJoined(String text, String because) {
        given(text).isUnchanged().because(because);
    }

    @Test
    void recipesNameIt() {
        assertThat(Rewrites.named("merge-convolutions", PassOptions.NONE)).isInstanceOf(MergeConvolutions.class);
    }
}
