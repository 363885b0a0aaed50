package dev.octavo.cli;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Workload;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what is in a model. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = "Says what is in a model: inputs, outputs, operators, parameters, multiply-accumulates, sites.")
final class InspectCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "An ONNX model.")
    private Path model = Path.of("");

    @Option(names = "--values", description = "List every node, value and site by name: what globs match.")
    private boolean values;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        Graph graph = ModelFile.read(model);
        OrtEngine engine = new OrtEngine();
        Map<String, TensorType> types = engine.inferTypes(graph);
        Map<String, Object> facts = facts(graph, types);
        Prepared prepared =
                Preparation.everywhere(Preparation.rewrite(graph, engine::inferTypes), QuantizeOptions.DEFAULT);
        facts.put("sites", prepared.scheme().choices().size());
        if (values || common.json) {
            facts.put("valueList", valueList(graph, types));
            facts.put("nodeList", nodeList(graph, types));
            Map<String, String> sites = new LinkedHashMap<>();
            prepared.scheme()
                    .choices()
                    .forEach((s, c) -> sites.put(s.toString(), c.getClass().getSimpleName() + ": " + c.because()));
            facts.put("siteList", sites);
        }
        if (common.json) {
            System.out.println(Json.text(facts));
        } else {
            print(facts);
        }
        return Failures.DONE;
    }

    private static Map<String, Object> facts(Graph graph, Map<String, TensorType> types) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("name", graph.name());
        facts.put("opset", graph.opset());
        facts.put("inputs", ends(graph.requiredInputs(), types));
        facts.put("outputs", ends(graph.outputs(), types));
        TreeMap<String, Integer> ops = new TreeMap<>();
        long macs = 0;
        for (Node n : graph.nodes()) {
            ops.merge(n.domain().isEmpty() ? n.type() : n.domain() + "." + n.type(), 1, Integer::sum);
            macs += Workload.macs(n, types);
        }
        facts.put("nodes", graph.nodes().size());
        facts.put("ops", ops);
        long parameters = 0;
        for (Value v : graph.values()) {
            parameters += v.isInitializer() ? v.constant().orElseThrow().elements() : 0;
        }
        facts.put("parameters", parameters);
        facts.put("macs", macs);
        facts.put("values", graph.values().size());
        return facts;
    }

    private static List<Map<String, Object>> ends(List<Value> ends, Map<String, TensorType> types) {
        List<Map<String, Object>> out = new ArrayList<>();
        for (Value v : ends) {
            Map<String, Object> end = new LinkedHashMap<>();
            end.put("name", v.name());
            end.put("type", type(v, types));
            out.add(end);
        }
        return out;
    }

    private static String type(Value v, Map<String, TensorType> types) {
        TensorType t = v.type().orElse(types.get(v.name()));
        return t == null ? "?" : t.dtype() + t.shape().toString();
    }

    private static Map<String, String> valueList(Graph graph, Map<String, TensorType> types) {
        Map<String, String> out = new LinkedHashMap<>();
        for (Value v : graph.values()) {
            String kind = v.constant().isPresent() ? "constant " : v.isGraphInput() ? "input " : "";
            TensorType t = types.get(v.name());
            out.put(v.name(), kind + (t != null ? t.dtype() + t.shape().toString() : type(v, types)));
        }
        return out;
    }

    private static Map<String, String> nodeList(Graph graph, Map<String, TensorType> types) {
        Map<String, String> out = new LinkedHashMap<>();
        for (Node n : graph.nodes()) {
            long macs = Workload.macs(n, types);
            out.put(n.label(), n.type() + (macs > 0 ? " " + macs + " MACs" : ""));
        }
        return out;
    }

    @SuppressWarnings("unchecked")
    private static void print(Map<String, Object> facts) {
        facts.forEach((key, value) -> {
            if (value instanceof Map<?, ?> m) {
                System.out.println(key + ":");
                m.forEach((k, v) -> System.out.printf(Locale.ROOT, "  %-40s %s%n", k, v));
            } else if (value instanceof List<?> l) {
                System.out.println(key + ":");
                l.forEach(e -> System.out.printf(
                        Locale.ROOT,
                        "  %-40s %s%n",
                        ((Map<String, Object>) e).get("name"),
                        ((Map<String, Object>) e).get("type")));
            } else if (value instanceof Long n && n >= 100_000) {
                System.out.printf(Locale.ROOT, "%s: %,d%n", key, n);
            } else {
                System.out.println(key + ": " + value);
            }
        });
    }
}
