package dev.octavo.quant.recipe;

import dev.octavo.core.RecipeException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a recipe says behind the name of a pass, {@code equalize: { on: "features.*", sweeps: 20 }}: each key with its
 * value or list of values as text. A pass first states which keys it knows, then reads them with a default.
 *
 * @param values by key; a single value is a list of one
 */
public record PassOptions(Map<String, List<String>> values) {
    /** Nothing said: every option has its default. */
    public static final PassOptions NONE = new PassOptions(Map.of());

    public PassOptions {
        Map<String, List<String>> copy = new TreeMap<>();
        values.forEach((k, v) -> copy.put(k, List.copyOf(v)));
        values = java.util.Collections.unmodifiableMap(copy);
    }

    /** This, if no key but the {@code known} is there. */
    public PassOptions knowing(String... known) {
        for (String key : values.keySet()) {
            if (!List.of(known).contains(key)) {
                throw new RecipeException(
                        key + " is no option of this pass",
                        known.length == 0 ? "it takes none" : "its options are: " + String.join(", ", known));
            }
        }
        return this;
    }

    /** The text of a key. */
    public Optional<String> text(String key) {
        return Optional.ofNullable(values.get(key)).map(v -> one(key, v));
    }

    /** The number of a key; {@code 1/3} is a number. */
    public double number(String key, double unlessSaid) {
        return text(key).map(t -> number(key, t)).orElse(unlessSaid);
    }

    /** The whole number of a key. */
    public int integer(String key, int unlessSaid) {
        double n = number(key, unlessSaid);
        if (n != Math.rint(n) || Math.abs(n) > Integer.MAX_VALUE) {
            throw new RecipeException(key + " is " + n, "write a whole number");
        }
        return (int) n;
    }

    /** The numbers of a key. */
    public Optional<List<Double>> numbers(String key) {
        return Optional.ofNullable(values.get(key))
                .map(v -> v.stream().map(t -> number(key, t)).toList());
    }

    /** Yes or no. */
    public boolean flag(String key, boolean unlessSaid) {
        return text(key)
                .map(t -> switch (t) {
                    case "true", "yes" -> true;
                    case "false", "no" -> false;
                    default -> throw new RecipeException(key + " is '" + t + "'", "write true or false");
                })
                .orElse(unlessSaid);
    }

    /** One of some words. */
    public String choice(String key, String unlessSaid, List<String> known) {
        String t = text(key).orElse(unlessSaid);
        if (!known.contains(t)) {
            throw new RecipeException(key + " is '" + t + "'", "it is one of " + String.join(", ", known));
        }
        return t;
    }

    /** The globs of a key, which names nodes or values; without it, one that matches everything. */
    public List<Glob> globs(String key) {
        return Optional.ofNullable(values.get(key))
                .map(v -> v.stream().map(Glob::new).toList())
                .orElse(List.of(new Glob("**")));
    }

    private static String one(String key, List<String> v) {
        if (v.size() != 1) {
            throw new RecipeException(key + " has " + v.size() + " values", "write " + key + ": value");
        }
        return v.get(0);
    }

    private static double number(String key, String text) {
        String[] parts = text.split("/", 2);
        try {
            double n = Double.parseDouble(parts[0].strip());
            return parts.length == 1 ? n : n / Double.parseDouble(parts[1].strip());
        } catch (NumberFormatException e) {
            throw new RecipeException(key + " is '" + text + "'", "write a number or a fraction like 1/255");
        }
    }
}
