package dev.octavo.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Engine.Session;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.Sample;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.stat.ChannelStats;
import dev.octavo.core.stat.DyadicHistogram;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.stat.ValueCollector;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.core.testing.GraphText;
import dev.octavo.core.testing.RandomGraphs;
import dev.octavo.onnx.evidence.EvidenceCodec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EvidenceSweepTest {
    private static final SweepOptions ONE = SweepOptions.standard().withThreads(1);

    static LongStream seeds() {
        return LongStream.range(0, 12);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void threadsOrderAndPartitionDoNotChangeABit(long seed) throws Exception {
        Graph graph = RandomGraphs.of(seed);
        EvidenceRequest request = everything(graph);
        List<Integer> order = new ArrayList<>(IntStream.range(0, 17).boxed().toList());
        byte[] whole = bytes(sweep(graph, request, SeededData.of(graph, order), ONE));
        Collections.shuffle(order, new Random(seed));
        for (int threads = 2; threads <= 5; threads++) {
            Evidence shuffled = sweep(graph, request, SeededData.of(graph, order), ONE.withThreads(threads));
            assertThat(bytes(shuffled)).isEqualTo(whole);
        }
        Evidence a = sweep(graph, request, SeededData.of(graph, order.subList(0, 5)), ONE);
        Evidence b = sweep(graph, request, SeededData.of(graph, order.subList(5, 17)), ONE.withThreads(2));
        assertThat(bytes(b.merge(a))).isEqualTo(whole);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithRunningTheSamplesOneByOne(long seed) throws Exception {
        Graph graph = RandomGraphs.of(seed);
        EvidenceRequest request = everything(graph);
        SeededData data = SeededData.of(graph, 3);
        Evidence evidence = sweep(graph, request, data, ONE);
        Map<String, ValueCollector> expected = new TreeMap<>();
        request.axes().forEach((name, axes) -> expected.put(name, new ValueCollector(axes)));
        try (Session session = OrtEngine.INSTANCE.open(GraphSlice.withAllOutputs(graph), Mode.UNFUSED, 1)) {
            for (int i = 0; i < data.size(); i++) {
                Map<String, Tensor> inputs = data.read(i).inputs();
                Map<String, Tensor> all = new TreeMap<>(session.run(inputs));
                all.putAll(inputs);
                expected.forEach((name, c) -> {
                    Tensor t = Objects.requireNonNull(all.get(name));
                    c.add(t.shape(), t.floats());
                });
            }
        }
        expected.forEach((name, collector) -> alike(evidence.of(name), collector.build()));
    }

    @Test
    void theInputOfTheNetworkCanBeAskedFor() {
        Graph graph = GraphText.parse("x[?,3,4,4] -> Relu -> y");
        Evidence evidence = sweep(graph, request("x", 1), SeededData.of(graph, 5), ONE.withThreads(2));
        assertThat(evidence.samples()).isEqualTo(5);
        assertThat(evidence.values()).containsOnlyKeys("x");
        assertThat(evidence.of("x").histogram().count()).isEqualTo(5 * 48);
    }

    @Test
    void computesOnlyWhatIsAskedFor() {
        // The other branch would fail: 4 elements make no rows of 7.
        Graph graph = GraphText.parse("x[1,4] -> Relu -> a; x -> Reshape(s{-1,7}) -> bad -> Relu -> y");
        assertThat(sweep(graph, request("a"), SeededData.of(graph, 2), ONE).samples())
                .isEqualTo(2);
    }

    @Test
    void askingForNothingGivesEvidenceOfNothing() {
        Graph graph = GraphText.parse("x[1,4] -> Relu -> y");
        Evidence evidence = sweep(graph, EvidenceRequest.NOTHING, SeededData.of(graph, 2), ONE);
        assertThat(evidence).isEqualTo(Evidence.none("graph"));
    }

    @Test
    void aConstantTensorAndAChannelOfZerosAreDescribedExactly() {
        Graph graph = GraphText.parse("x[1,3,4,4] -> Sub(x) -> z; x -> Mul(m[1,3,1,1]) -> y");
        graph.replaceConstant(graph.require("m"), Tensor.ofFloats(Shape.of(1, 3, 1, 1), 0, 1, 2));
        Evidence evidence = sweep(graph, request("y", 1).and(request("z", 1)), SeededData.of(graph, 4), ONE);
        ChannelStats y = Objects.requireNonNull(evidence.of("y").channels().get(1));
        assertThat(y.maxAbs(0)).isZero();
        assertThat(y.mean(0)).isZero();
        assertThat(y.maxAbs(1)).isPositive();
        DyadicHistogram z = evidence.of("z").histogram();
        assertThat(z.zeros()).isEqualTo(z.count()).isEqualTo(4 * 48);
        assertThat(z.min()).isZero().isEqualTo(z.max());
    }

    @Test
    void aValueWhoseShapeDependsOnTheDataIsCopiedOut() {
        Graph graph = GraphText.parse(
                "x[1,40] -> NonZero -> n -> Cast(; to=1) -> f -> Neg -> y; x -> Relu -> r -> NonZero -> k"
                        + " -> Cast(; to=1) -> g");
        Evidence evidence =
                sweep(graph, request("f", 0).and(request("g")), SeededData.of(graph, 6), ONE.withThreads(2));
        assertThat(evidence.of("f").histogram().count()).isEqualTo(6 * 80);
        assertThat(evidence.of("g").histogram().count()).isBetween(1L, 6 * 80L - 1);
    }

    @Test
    void samplesOfDifferentSizeAreTaken() {
        Graph graph = GraphText.parse("x[?,2,?,?] -> Relu -> y");
        Dataset data = new Sizes();
        Evidence evidence = sweep(graph, request("y", 1), data, ONE.withThreads(2));
        assertThat(evidence.of("y").histogram().count()).isEqualTo(2 * (9 + 16 + 25 + 36));
    }

    @Test
    void aModelFixedToALargerBatchGivesTheEvidenceOfSingleSamples() {
        String tail = " -> Conv(w[4,3,3,3]; pads=1,1,1,1) -> c -> Relu -> y";
        Graph single = GraphText.parse("x[1,3,8,8]" + tail);
        Graph fixed = GraphText.parse("x[4,3,8,8]" + tail);
        EvidenceRequest request = everything(single);
        SeededData data = SeededData.of(single, 10); // the last batch is not full
        byte[] expected = bytes(sweep(single, request, data, ONE));
        assertThat(bytes(sweep(fixed, request, data, ONE))).isEqualTo(expected);
        assertThat(bytes(sweep(fixed, request, data, ONE.withThreads(3)))).isEqualTo(expected);
    }

    @Test
    void aValueWithoutABatchAxisIsRefusedWhenTheBatchIsFixed() {
        Graph graph = GraphText.parse("x[4,6] -> ReduceMax(; keepdims=0) -> y");
        SeededData data = SeededData.of(graph, 4);
        assertThatThrownBy(() -> sweep(graph, request("y"), data, ONE))
                .hasMessageContaining("fixed to batches of 4")
                .hasMessageContaining("'y'");
    }

    @Test
    void reportsEverySampleOnce() {
        Graph graph = GraphText.parse("x[1,4] -> Relu -> y");
        AtomicLong total = new AtomicLong();
        AtomicLong steps = new AtomicLong();
        AtomicLong ends = new AtomicLong();
        Progress progress = new Progress() {
            @Override
            public void begin(String what, long n) {
                total.addAndGet(n);
            }

            @Override
            public void advance(long n) {
                steps.addAndGet(n);
            }

            @Override
            public void end() {
                ends.incrementAndGet();
            }
        };
        EvidenceSweep.collect(
                graph, "graph", request("y"), SeededData.of(graph, 9).unreadable(3), ONE.withThreads(2), progress);
        assertThat(total).hasValue(9);
        assertThat(steps).hasValue(9);
        assertThat(ends).hasValue(1);
    }

    /** Evidence of the same graph, whichever way its numbers were rounded. */
    private static void alike(ValueEvidence actual, ValueEvidence expected) {
        DyadicHistogram a = actual.histogram();
        DyadicHistogram e = expected.histogram();
        double tolerance = 1e-4 * (1 + e.maxAbs());
        assertThat(a.count()).isEqualTo(e.count());
        assertThat((double) a.min()).isCloseTo(e.min(), within(tolerance));
        assertThat((double) a.max()).isCloseTo(e.max(), within(tolerance));
        expected.channels().forEach((axis, channels) -> {
            ChannelStats other = Objects.requireNonNull(actual.channels().get(axis));
            assertThat(other.perChannel()).isEqualTo(channels.perChannel());
            for (int c = 0; c < channels.channels(); c++) {
                assertThat(other.mean(c)).isCloseTo(channels.mean(c), within(tolerance));
            }
        });
    }

    static Evidence sweep(Graph graph, EvidenceRequest request, Dataset data, SweepOptions options) {
        return EvidenceSweep.collect(graph, "graph", request, data, options, Progress.NONE)
                .evidence();
    }

    static byte[] bytes(Evidence evidence) {
        return EvidenceCodec.encode(evidence);
    }

    static EvidenceRequest request(String value, Integer... axes) {
        return new EvidenceRequest(new TreeMap<>(Map.of(value, Set.of(axes))));
    }

    /** Every float that is not constant, with per-channel statistics where there are channels. */
    static EvidenceRequest everything(Graph graph) {
        Map<String, TensorType> types = OrtEngine.INSTANCE.inferTypes(graph);
        TreeMap<String, Set<Integer>> axes = new TreeMap<>();
        for (Value v : graph.values()) {
            if (v.constant().isEmpty()) {
                int rank = Objects.requireNonNull(types.get(v.name())).shape().rank();
                axes.put(v.name(), rank > 1 ? Set.of(1, -1) : Set.of());
            }
        }
        return new EvidenceRequest(axes);
    }

    /** Pictures of 3 × 3 to 6 × 6. */
    private static final class Sizes implements Dataset {
        @Override
        public int size() {
            return 4;
        }

        @Override
        public Sample read(int index) {
            Tensor t = SeededData.gaussian(Shape.of(1, 2, index + 3, index + 3), index);
            Tensor positive = Tensor.ofFloats(t.shape(), abs(t.floats()));
            return Sample.of(name(index), positive, java.util.OptionalInt.empty());
        }

        private static float[] abs(float[] values) {
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.abs(values[i]);
            }
            return values;
        }

        @Override
        public String name(int index) {
            return "#" + index;
        }

        @Override
        public String fingerprint() {
            return "sizes";
        }
    }
}
