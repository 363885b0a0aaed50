package dev.octavo.analysis.tune;

import dev.octavo.analysis.tune.Step.Place;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.RangeRules;
import dev.octavo.quant.target.SchemeOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes a recipe of which every line has its reason. */
final class RecipeText {
    private static final String BEGAN = "  # where it began";

    /* The lists and tables of sites, in the order of a recipe. */
    private static final Map<Place, String[]> SITES = Map.of(
            Place.INT16, new String[] {"int16", "    - %s  # %s"},
            Place.BITS, new String[] {"bits", "    %s  # %s"},
            Place.SAME_AS, new String[] {"same-as", "    %s  # %s"},
            Place.FIXED, new String[] {"fixed", "    %s  # %s"},
            Place.RANGES, new String[] {"ranges", "    %s  # %s"},
            Place.KEEP_FLOAT, new String[] {"keep-float", "    - %s  # %s"});

    private final QuantizeOptions start;
    private final QuantizeOptions now;
    private final List<Step> steps;

    private RecipeText(QuantizeOptions start, QuantizeOptions now, List<Step> steps) {
        this.start = start;
        this.now = now;
        this.steps = steps;
    }

    /**
     * The recipe of options that steps were applied to.
     *
     * @param start the options before the first step
     * @param now the options after the last
     */
    static String of(QuantizeOptions start, QuantizeOptions now, List<Step> steps) {
        return new RecipeText(start, now, steps).text();
    }

    private String text() {
        StringBuilder out = new StringBuilder();
        List<String> rewrites = new ArrayList<>();
        start.rewrites().forEach(r -> rewrites.add("  - " + r.name() + "  # given"));
        rewrites.addAll(lines(Place.REWRITE, "  - %s  # %s"));
        section(out, "rewrite:", rewrites);
        out.append("plan:\n  objective: size  # every site that has an integer kernel was quantized\n");
        SchemeOptions s = now.scheme();
        out.append(String.format(
                Locale.ROOT,
                "  activations: { bits: %d, %s, signs: %s, symmetric: %s }%s%n",
                s.activationBits(),
                RangeRules.recipeOf(now.activations()),
                s.signs().toString().toLowerCase(Locale.ROOT),
                s.symmetricActivations(),
                comments(Place.ACTIVATIONS, "activations:")));
        out.append(String.format(
                Locale.ROOT,
                "  weights: { bits: %d, %s, per: %s, symmetric: %s }%s%n",
                s.weightBits(),
                RangeRules.recipeOf(now.weights()),
                s.perChannel() ? "channel" : "tensor",
                s.symmetricWeights(),
                comments(Place.WEIGHTS, "weights:")));
        steps.stream()
                .filter(o -> o.place() == Place.SCHEME && !o.entry().matches("(activations|weights):.*"))
                .forEach(o -> out.append("  ")
                        .append(o.entry())
                        .append("  # ")
                        .append(because(o))
                        .append('\n'));
        for (Place place : Place.values()) {
            String[] form = SITES.get(place);
            if (form != null) {
                section(out, "  " + form[0] + ":", lines(place, form[1]));
            }
        }
        section(out, "refine:", refinements());
        return out.toString();
    }

    private List<String> refinements() {
        List<String> refinements = new ArrayList<>(lines(Place.REFINE, "  - %s  # %s"));
        List<String> replaced = steps.stream()
                .filter(s -> s.place() == Place.REFINE)
                .map(s -> s.entry().split(":", 2)[0])
                .toList();
        start.refinements().stream()
                .filter(r -> !replaced.contains(r.name()))
                .forEach(r -> refinements.add("  - " + r.name() + "  # given"));
        return refinements;
    }

    /* Why a line is as it is: what changed it, as a part of it or as one of the scheme. */
    private String comments(Place place, String line) {
        String because = steps.stream()
                .filter(s -> s.place() == place
                        || (s.place() == Place.SCHEME && s.entry().startsWith(line)))
                .map(RecipeText::because)
                .collect(Collectors.joining("; "));
        return because.isEmpty() ? BEGAN : "  # " + because;
    }

    private List<String> lines(Place place, String form) {
        List<String> lines = new ArrayList<>();
        for (Step s : steps) {
            if (s.place() == place) {
                List<String> entries = SITES.containsKey(place) ? entries(s.entry()) : List.of(s.entry());
                entries.forEach(e -> lines.add(String.format(Locale.ROOT, form, e, because(s))));
            }
        }
        return lines;
    }

    /* A remedy may concern several sites, separated by commas: a line for each. */
    private static List<String> entries(String entry) {
        List<String> entries = new ArrayList<>();
        int depth = 0;
        boolean quoted = false;
        int from = 0;
        for (int i = 0; i < entry.length(); i++) {
            char c = entry.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && (c == '{' || c == '[')) {
                depth++;
            } else if (!quoted && (c == '}' || c == ']')) {
                depth--;
            } else if (!quoted && depth == 0 && c == ',') {
                entries.add(entry.substring(from, i).strip());
                from = i + 1;
            }
        }
        entries.add(entry.substring(from).strip());
        return entries;
    }

    private static String because(Step s) {
        return s.because().replace('\n', ' ');
    }

    private static void section(StringBuilder out, String heading, List<String> lines) {
        if (!lines.isEmpty()) {
            out.append(heading).append('\n');
            lines.forEach(l -> out.append(l).append('\n'));
        }
    }
}
