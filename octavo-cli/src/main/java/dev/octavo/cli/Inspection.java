package dev.octavo.cli;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.OpKind;
import dev.octavo.core.op.Workload;
import dev.octavo.core.plan.Scheme;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.rewrite.Witness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What is in a model, as facts under the names that {@code docs/commands.md} lists. */
final class Inspection {
    private final Graph graph;
    private final Map<String, TensorType> types;
    private final Optional<String> note;
    private final Map<String, Object> facts = new LinkedHashMap<>();

    private Inspection(Graph graph, Map<String, TensorType> types, Optional<String> note) {
        this.graph = graph;
        this.types = types;
        this.note = note;
    }

    /** Looks at a graph; of one that ONNX Runtime cannot load, what can be said without. */
    static Map<String, Object> of(Graph graph, boolean everyName) {
        Map<String, TensorType> types;
        Optional<String> note = Optional.empty();
        try {
            types = OrtEngine.INSTANCE.inferTypes(graph);
        } catch (ModelException e) {
            types = declared(graph);
            note = Optional.of(
                    "ONNX Runtime cannot load this model, so shapes are only those it declares: " + e.getMessage());
        }
        return new Inspection(graph, types, note).look(everyName);
    }

    private static Map<String, TensorType> declared(Graph graph) {
        Map<String, TensorType> types = new HashMap<>();
        graph.values().forEach(v -> v.type().ifPresent(t -> types.put(v.name(), t)));
        return types;
    }

    private Map<String, Object> look(boolean everyName) {
        facts.put("name", graph.name());
        facts.put("opsets", opsets());
        facts.put("inputs", ends(graph.requiredInputs()));
        facts.put("outputs", ends(graph.outputs()));
        facts.put("nodes", graph.nodes().size());
        facts.put("ops", ops());
        parameters();
        facts.put(
                "macs",
                graph.nodes().stream().mapToLong(n -> Workload.macs(n, types)).sum());
        facts.put("values", graph.values().size());
        if (quantized()) {
            facts.put("quantized", true);
        } else {
            sites(everyName);
        }
        if (everyName) {
            facts.put("valueList", valueList());
            facts.put("nodeList", nodeList());
        }
        note.ifPresent(n -> facts.put("note", n));
        return facts;
    }

    private boolean quantized() {
        return graph.nodes().stream().anyMatch(n -> n.is("QuantizeLinear") || n.is("DequantizeLinear"));
    }

    private Map<String, Long> opsets() {
        TreeMap<String, Long> opsets = new TreeMap<>();
        graph.opsets().forEach((domain, version) -> opsets.put(domain.isEmpty() ? "ai.onnx" : domain, version));
        return opsets;
    }

    private Map<String, Integer> ops() {
        TreeMap<String, Integer> ops = new TreeMap<>();
        graph.nodes()
                .forEach(
                        n -> ops.merge(n.domain().isEmpty() ? n.type() : n.domain() + "." + n.type(), 1, Integer::sum));
        return ops;
    }

    private void parameters() {
        long elements = 0;
        long bytes = 0;
        for (Value v : graph.values()) {
            Optional<Tensor> constant = v.isInitializer() ? v.constant() : Optional.empty();
            elements += constant.map(Tensor::elements).orElse(0L);
            bytes += constant.map(t -> t.storage().byteSize()).orElse(0L);
        }
        facts.put("parameters", elements);
        facts.put("parameterBytes", bytes);
    }

    private void sites(boolean everyName) {
        Prepared prepared = Preparation.everywhere(
                Preparation.rewrite(graph, g -> note.isPresent() ? declared(g) : OrtEngine.INSTANCE.inferTypes(g)),
                QuantizeOptions.DEFAULT,
                Witness.NONE);
        Scheme scheme = prepared.scheme();
        long compute = prepared.graph().nodes().stream()
                .filter(n -> OpCatalog.of(n).kind() == OpKind.COMPUTES)
                .count();
        Map<String, String> floats = new TreeMap<>();
        prepared.obstacles().forEach((group, why) -> {
            if (OpCatalog.of(group.node()).kind() == OpKind.COMPUTES) {
                floats.put(group.node().label(), why);
            }
        });
        facts.put("computeNodes", compute);
        facts.put("quantizableNodes", compute - floats.size());
        facts.put("floatNodes", floats);
        facts.put("sites", scheme.choices().size());
        if (everyName) {
            Map<String, String> list = new LinkedHashMap<>();
            scheme.choices()
                    .forEach((s, c) -> list.put(s.toString(), c.getClass().getSimpleName() + ": " + c.because()));
            facts.put("siteList", list);
        }
    }

    private List<Map<String, Object>> ends(List<Value> ends) {
        List<Map<String, Object>> out = new ArrayList<>();
        for (Value v : ends) {
            Map<String, Object> end = new LinkedHashMap<>();
            end.put("name", v.name());
            end.put("type", type(v));
            out.add(end);
        }
        return out;
    }

    /* As declared, for that tells which extents are open; else as inferred for a batch of 1. */
    private String type(Value v) {
        return v.type()
                .or(() -> Optional.ofNullable(types.get(v.name())))
                .map(Inspection::text)
                .orElse("?");
    }

    private static String text(TensorType t) {
        return t.dtype() + t.shape().toString();
    }

    private Map<String, String> valueList() {
        Map<String, String> out = new LinkedHashMap<>();
        for (Value v : graph.values()) {
            String kind = v.constant().isPresent() ? "constant " : v.isGraphInput() ? "input " : "";
            out.put(
                    v.name(),
                    kind
                            + Optional.ofNullable(types.get(v.name()))
                                    .map(Inspection::text)
                                    .orElse(type(v)));
        }
        return out;
    }

    private Map<String, String> nodeList() {
        Map<String, String> out = new LinkedHashMap<>();
        for (Node n : graph.nodes()) {
            long macs = Workload.macs(n, types);
            out.put(n.label(), n.type() + (macs > 0 ? " " + macs + " MACs" : ""));
        }
        return out;
    }
}
