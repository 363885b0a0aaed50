package dev.octavo.tasks.yaml;

import dev.octavo.core.RecipeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The keys of one mapping of a data set file, with errors that name file, line and remedy.
 *
 * @param file the data set file's name
 * @param entries what it says
 */
public record Section(String file, Map<String, Yaml.Node> entries) {
    /** The mapping under {@code what}, all of whose keys are {@code known}. */
    public static Section of(String file, String what, Yaml.Mapping mapping, List<String> known) {
        mapping.keyLines().forEach((key, line) -> {
            if (!known.contains(key)) {
                throw new RecipeException(
                        file + " line " + line + ": " + what + " has no key '" + key + "'",
                        Nearest.of(key, known)
                                        .map(k -> "did you mean " + k + "? ")
                                        .orElse("") + "Known keys: " + String.join(", ", known));
            }
        });
        return new Section(file, mapping.entries());
    }

    public Optional<Yaml.Node> node(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    public Optional<String> text(String key) {
        return node(key).map(n -> text(key, n));
    }

    /** One of the constants of an enum, in upper or lower case, words joined by a hyphen. */
    public <E extends Enum<E>> Optional<E> choice(String key, Class<E> type) {
        return node(key).map(n -> {
            String text = text(key, n);
            List<String> known = new ArrayList<>();
            for (E constant : type.getEnumConstants()) {
                if (constant.name().replace('_', '-').equalsIgnoreCase(text)) {
                    return constant;
                }
                known.add(lowerIfWord(constant.name()));
            }
            throw wrong(
                    n,
                    key + " is '" + text + "'",
                    Nearest.of(text, known).map(k -> "did you mean " + k + "? ").orElse("")
                            + "It is one of "
                            + String.join(", ", known));
        });
    }

    public Optional<Integer> integer(String key) {
        return node(key).map(n -> integer(key, n));
    }

    /** A number or a fraction such as {@code 1/255}. */
    public Optional<Double> number(String key) {
        return node(key).map(n -> number(key, n));
    }

    /** One number, or a list of them. */
    public Optional<List<Float>> numbers(String key) {
        return node(key)
                .map(n ->
                        list(n).stream().map(item -> (float) number(key, item)).toList());
    }

    /** {@code 224}, or {@code [224, 320]}: rows, then pixels per row. */
    public Optional<int[]> size(String key) {
        return node(key).map(n -> {
            List<Integer> sides =
                    list(n).stream().map(item -> integer(key, item)).toList();
            if (sides.isEmpty() || sides.size() > 2) {
                throw wrong(n, key + " has " + sides.size() + " numbers", "write N or [H, W]");
            }
            return new int[] {sides.get(0), sides.get(sides.size() - 1)};
        });
    }

    /**
     * The result of {@code make}; what it refuses becomes an error at the line of the key that the
     * message begins with, else of the first of {@code keys} that is there.
     */
    public <T> T valid(Supplier<T> make, String... keys) {
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            String why = String.valueOf(e.getMessage());
            int line = Stream.of(keys)
                    .sorted(Comparator.comparing(key -> !why.startsWith(key + " ")))
                    .flatMap(key -> node(key).stream())
                    .mapToInt(Yaml.Node::line)
                    .findFirst()
                    .orElse(1);
            throw new RecipeException(file + " line " + line + ": " + why, "see docs/datasets.md for what is allowed");
        }
    }

    public RecipeException wrong(Yaml.Node node, String what, String fix) {
        return new RecipeException(file + " line " + node.line() + ": " + what, fix);
    }

    private static List<Yaml.Node> list(Yaml.Node node) {
        return node instanceof Yaml.Sequence s ? s.items() : List.of(node);
    }

    private String text(String key, Yaml.Node node) {
        if (node instanceof Yaml.Scalar scalar && !scalar.text().isBlank()) {
            return scalar.text();
        }
        throw wrong(node, key + " is not a single value", "write " + key + ": value");
    }

    private int integer(String key, Yaml.Node node) {
        String text = text(key, node);
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw wrong(node, key + " is '" + text + "'", "write a whole number");
        }
    }

    private double number(String key, Yaml.Node node) {
        String text = text(key, node);
        return Fraction.parse(text)
                .orElseThrow(() -> wrong(node, key + " is '" + text + "'", "write a number or a fraction like 1/255"));
    }

    private static String lowerIfWord(String constant) {
        return constant.length() > 4 ? constant.toLowerCase(Locale.ROOT).replace('_', '-') : constant;
    }
}
