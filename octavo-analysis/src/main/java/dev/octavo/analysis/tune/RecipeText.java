package dev.octavo.analysis.tune;

import dev.octavo.analysis.doctor.Remedy.Section;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.RangeRules;
import dev.octavo.quant.target.SchemeOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes a recipe of which every line has its reason. */
final class RecipeText {
    private RecipeText() {}

    /**
     * The recipe of options that steps were applied to.
     *
     * @param start the options before the first step
     * @param scheme widths of weights and activations in general
     */
    static String of(QuantizeOptions start, SchemeOptions scheme, List<Step> steps) {
        StringBuilder out = new StringBuilder();
        List<String> rewrites = new ArrayList<>();
        start.rewrites().forEach(r -> rewrites.add("  - " + r.name() + "  # given"));
        add(rewrites, steps, Section.REWRITE, "  - %s  # %s");
        section(out, "rewrite:", rewrites);
        out.append("plan:\n");
        out.append("  objective: size  # every site that has an integer kernel was quantized\n");
        out.append(String.format(
                Locale.ROOT,
                "  activations: { bits: %d, %s, signs: %s, symmetric: %s }  # where it began%n",
                scheme.activationBits(),
                RangeRules.recipeOf(start.activations()),
                scheme.signs().toString().toLowerCase(Locale.ROOT),
                scheme.symmetricActivations()));
        boolean perChannel = scheme.perChannel()
                || steps.stream().anyMatch(s -> s.remedy().entry().equals("per: channel"));
        boolean whole = steps.stream().anyMatch(s -> s.remedy().entry().equals("range: abs-max"));
        out.append(String.format(
                Locale.ROOT,
                "  weights: { bits: %d, %s, per: %s, symmetric: %s }%s%n",
                scheme.weightBits(),
                whole ? "range: abs-max" : RangeRules.recipeOf(start.weights()),
                perChannel ? "channel" : "tensor",
                scheme.symmetricWeights(),
                comments(steps, Section.WEIGHTS)));
        list(out, steps, Section.INT16, "  int16:", "    - %s  # %s");
        list(out, steps, Section.FIXED, "  fixed:", "    %s  # %s");
        list(out, steps, Section.KEEP_FLOAT, "  keep-float:", "    - %s  # %s");
        List<String> refinements = new ArrayList<>();
        start.refinements().forEach(r -> refinements.add("  - " + r.name() + "  # given"));
        add(refinements, steps, Section.REFINE, "  - %s  # %s");
        section(out, "refine:", refinements);
        return out.toString();
    }

    private static String comments(List<Step> steps, Section section) {
        List<String> because = steps.stream()
                .filter(s -> s.remedy().section() == section)
                .map(Step::because)
                .toList();
        return because.isEmpty() ? "  # where it began" : "  # " + String.join("; ", because);
    }

    private static void list(StringBuilder out, List<Step> steps, Section section, String heading, String form) {
        List<String> lines = new ArrayList<>();
        add(lines, steps, section, form);
        section(out, heading, lines);
    }

    private static void add(List<String> lines, List<Step> steps, Section section, String form) {
        steps.stream()
                .filter(s -> s.remedy().section() == section)
                .forEach(s -> lines.add(String.format(
                        Locale.ROOT, form, s.remedy().entry(), s.because().replace('\n', ' '))));
    }

    private static void section(StringBuilder out, String heading, List<String> lines) {
        if (!lines.isEmpty()) {
            out.append(heading).append('\n');
            lines.forEach(l -> out.append(l).append('\n'));
        }
    }
}
