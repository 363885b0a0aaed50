package dev.octavo.ort.smooth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Engine.Session;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.testing.GraphText;
import dev.octavo.ort.OrtEngine;
import dev.octavo.quant.Journal;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.rewrite.smooth.SmoothOptions;
import dev.octavo.quant.rewrite.smooth.SmoothQuant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A graph before and after smoothing. */
record Smoothed(Graph before, Graph after, Journal journal, SeededWitness witness) {
    static final double SPREAD = 100;

    /** Options as a recipe gives them: {@code "alpha=0.5", "fold=only"}. */
    static SmoothOptions options(String... said) {
        Map<String, List<String>> values = new HashMap<>();
        for (String s : said) {
            values.put(s.split("=", 2)[0], List.of(s.split("=", 2)[1]));
        }
        return SmoothOptions.of(new PassOptions(values));
    }

    static Smoothed of(String text, String... options) {
        return of(GraphText.parse(text), options);
    }

    static Smoothed of(Graph graph, String... options) {
        SeededWitness witness = new SeededWitness(graph, 6, SPREAD);
        Graph after = graph.copy();
        Journal journal = new Journal();
        new SmoothQuant(options(options)).apply(after, witness, journal);
        return new Smoothed(graph, after, journal, witness);
    }

    Smoothed because(String part) {
        assertThat(journal.entries())
                .anySatisfy(e -> assertThat(e.did() ? "" : e.text()).contains(part));
        return this;
    }

    Smoothed saying(String part) {
        assertThat(journal.entries())
                .anySatisfy(e -> assertThat(e.did() ? e.text() : "").contains(part));
        return this;
    }

    /** Whether the weights that a layer reads the channels of a tensor with have changed. */
    boolean changed(String value) {
        return !before.require(value).constant().equals(after.require(value).constant());
    }

    /** The outputs are what they were, on the very samples, relative to the largest. */
    Smoothed keepsOutputs() {
        assertThat(journal.entries()).as("something was done").anyMatch(Journal.Entry::did);
        try (Session one = OrtEngine.INSTANCE.open(before, Mode.UNFUSED, 1);
                Session other = OrtEngine.INSTANCE.open(after, Mode.UNFUSED, 1)) {
            for (Map<String, Tensor> sample : witness.samples(3)) {
                Map<String, Tensor> was = one.run(sample);
                Map<String, Tensor> is = other.run(sample);
                assertThat(is.keySet()).isEqualTo(was.keySet());
                was.forEach((name, t) -> assertSame(name, t, Objects.requireNonNull(is.get(name))));
            }
        }
        return this;
    }

    private static void assertSame(String name, Tensor was, Tensor is) {
        assertThat(is.shape()).as(name).isEqualTo(was.shape());
        float[] a = was.floats();
        float[] b = is.floats();
        double largest = 1e-6;
        double difference = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i]));
            difference = Math.max(difference, Math.abs((double) a[i] - b[i]));
        }
        assertThat(difference / largest).as(name).isLessThan(2e-5);
    }

    /** The ranges of the channels that a layer reads, largest over smallest. */
    double spreadAt(Graph graph, String layerOutput) {
        Weighted w =
                Weighted.of(graph.require(layerOutput).producer().orElseThrow()).orElseThrow();
        int axis = w.activationAxis();
        var stats = Objects.requireNonNull(witness.observe(
                        graph,
                        new dev.octavo.core.stat.EvidenceRequest(
                                new java.util.TreeMap<>(Map.of(w.input().name(), java.util.Set.of(axis)))))
                .of(w.input().name())
                .channels()
                .get(axis));
        double low = Double.POSITIVE_INFINITY;
        double high = 0;
        for (int c = 0; c < stats.channels(); c++) {
            low = Math.min(low, stats.maxAbs(c));
            high = Math.max(high, stats.maxAbs(c));
        }
        return high / low;
    }

    List<String> operators() {
        return after.nodes().stream().map(Node::type).toList();
    }
}
