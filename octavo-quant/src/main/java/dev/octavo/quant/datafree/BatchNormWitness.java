package dev.octavo.quant.datafree;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.quant.rewrite.BatchNormStatistics;
import dev.octavo.quant.rewrite.Witness;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

/**
 * Knows a graph without any data: from its batch normalisations, folded or not, which tell how what they gave is
 * distributed.
 *
 * <p>Source: Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019, sections
 * 4.1 and 5.
 *
 * @param runner infers shapes; no graph is run
 * @param fingerprint of a graph, which its evidence carries
 * @param inputs what is known of inputs of the network, by name
 */
public record BatchNormWitness(Engine runner, Function<Graph, String> fingerprint, Map<String, InputRange> inputs)
        implements Witness {
    /** The range rule for what this tells. */
    public static final String DEFAULT_RANGE = "entropy";

    private static final int MOST_NAMED = 4;

    public BatchNormWitness {
        inputs = Map.copyOf(inputs);
    }

    @Override
    public Map<String, TensorType> types(Graph graph) {
        return runner.inferTypes(graph);
    }

    /**
     * What the statistics say of the values asked for; the number of samples is 0.
     *
     * @throws ModelException when there are no statistics, or they do not say anything of a value
     */
    @Override
    public Evidence observe(Graph graph, EvidenceRequest request) {
        return evidence(graph, request, true);
    }

    @Override
    public Evidence channels(Graph graph, EvidenceRequest request) {
        return evidence(graph, request, false);
    }

    private Evidence evidence(Graph graph, EvidenceRequest request, boolean histograms) {
        requireStatistics(graph);
        Map<String, TensorType> types = types(graph);
        TreeMap<String, Asked> asked = new TreeMap<>();
        Known known = Laws.walk(graph, types, inputs, (v, law) -> {
            if (request.axes().containsKey(v.name())) {
                asked.put(v.name(), new Asked(v, law));
            }
        });
        ConcurrentMap<String, ValueEvidence> found = new ConcurrentHashMap<>();
        asked.values().parallelStream()
                .forEach(a -> found.put(
                        a.value().name(),
                        LawEvidence.of(
                                a.law(),
                                request.axes().getOrDefault(a.value().name(), Set.of()),
                                Optional.ofNullable(types.get(a.value().name()))
                                        .or(a.value()::type)
                                        .map(TensorType::shape),
                                histograms)));
        TreeMap<String, ValueEvidence> values = new TreeMap<>(found);
        List<String> missing = request.axes().keySet().stream()
                .filter(name -> !values.containsKey(name))
                .toList();
        if (!missing.isEmpty()) {
            throw unknown(missing, known);
        }
        return new Evidence(fingerprint.apply(graph), 0, values);
    }

    private record Asked(Value value, Law law) {}

    @Override
    public Map<String, String> unknown(Graph graph) {
        requireStatistics(graph);
        Known known = Laws.walk(graph, types(graph), inputs, (v, law) -> {});
        return known.reasons();
    }

    /** Whether a graph has batch normalisations, or what folded ones left. */
    public static boolean hasStatistics(Graph graph) {
        return graph.nodes().stream()
                .anyMatch(n -> n.is("BatchNormalization")
                        || n.presentOutputs().stream()
                                .anyMatch(v ->
                                        BatchNormStatistics.of(graph, v.name()).isPresent()));
    }

    private static void requireStatistics(Graph graph) {
        if (!hasStatistics(graph)) {
            throw new ModelException(
                    "the network '" + graph.name() + "' has no batch normalisations, and none left its statistics: "
                            + "without data nothing is known of its activations",
                    "export it again with its batch normalisations in place (in PyTorch: training=TrainingMode.PRESERVE, "
                            + "do_constant_folding=False), or give pictures with --data: a few dozen without labels do");
        }
    }

    private static ModelException unknown(List<String> missing, Known known) {
        String named = String.join(
                ", ", missing.stream().limit(MOST_NAMED).map(v -> "'" + v + "'").toList());
        String more = missing.size() > MOST_NAMED ? " and " + (missing.size() - MOST_NAMED) + " more" : "";
        return new ModelException(
                "without data nothing is known of " + named + more + ": " + known.reason(missing.get(0)),
                "leave what reads and gives it in float (--keep-float NAME), or give pictures with --data");
    }

    @Override
    public List<Map<String, Tensor>> samples(int most) {
        return List.of();
    }

    @Override
    public Optional<Engine> engine() {
        return Optional.of(runner);
    }
}
