package dev.octavo.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what is in a model. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        customSynopsis = "octavo inspect MODEL [OPTIONS]",
        sortOptions = false,
        description = "Says what is in a model: inputs, outputs, operators, parameters, multiply-accumulates, sites.",
        footer = {
            "",
            "Multiply-accumulates are those of convolutions and matrix products, for a batch of 1. A site is a place",
            "that can have a grid of its own: a value, or one use of it."
        })
final class InspectCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "An ONNX model.")
    private Path model = Path.of("");

    @Option(
            names = "--values",
            description =
                    "List every node, value and site by name: what the globs of recipes and of --keep-float match "
                            + "(default: counts only).")
    private boolean values;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        Map<String, Object> facts = Inspection.of(ModelFile.read(model), values);
        if (common.json) {
            common.out().println(Json.text(facts));
        } else {
            print(facts);
        }
        common.out().flush();
        return Failures.DONE;
    }

    private void print(Map<String, Object> facts) {
        PrintWriter out = common.out();
        facts.forEach((key, value) -> {
            if (value instanceof Map<?, ?> m && key.equals("opsets")) {
                out.println(row(
                        "opsets",
                        m.entrySet().stream()
                                .map(e -> e.getKey() + " " + e.getValue())
                                .collect(Collectors.joining(", "))));
            } else if (value instanceof Map<?, ?> m) {
                printMap(key, m);
            } else if (value instanceof List<?> l) {
                l.forEach(e -> {
                    if (e instanceof Map<?, ?> end) {
                        out.println(row(key.substring(0, key.length() - 1), end.get("name") + "  " + end.get("type")));
                    }
                });
            } else {
                out.println(row(label(key), number(value)));
            }
        });
    }

    private void printMap(String key, Map<?, ?> entries) {
        if (entries.isEmpty()) {
            return;
        }
        PrintWriter out = common.out();
        int width = entries.keySet().stream()
                .mapToInt(k -> String.valueOf(k).length())
                .max()
                .orElse(0);
        out.println(label(key));
        entries.forEach((k, v) ->
                out.println(String.format(Locale.ROOT, "  %-" + Math.min(width, 60) + "s  %s", k, number(v))));
    }

    private static String row(String label, String text) {
        return String.format(Locale.ROOT, "%-24s %s", label, text);
    }

    private static String number(Object value) {
        if (value instanceof Long || value instanceof Integer) {
            return String.format(Locale.ROOT, "%,d", ((Number) value).longValue());
        }
        return String.valueOf(value);
    }

    private static String label(String key) {
        return switch (key) {
            case "parameterBytes" -> "bytes of parameters";
            case "macs" -> "multiply-accumulates";
            case "computeNodes" -> "compute nodes";
            case "quantizableNodes" -> "  that can be integer";
            case "floatNodes" -> "compute nodes that stay in float";
            case "valueList" -> "every value";
            case "nodeList" -> "every node";
            case "siteList" -> "every site";
            default -> key;
        };
    }
}
