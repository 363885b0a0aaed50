package dev.octavo.cli;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.ort.quantize.Preparation.Rewritten;
import dev.octavo.ort.quantize.QuantizeOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The float network that a quantized one is to be compared with.
 *
 * @param plain after the rewrites that every quantization begins with
 * @param repaired after those of the recipe too, so that values have the names and the scale that they have in the
 *     quantized network
 * @param warnings why {@code repaired} may not be what was quantized, and what to do; empty when it is by the plan's
 *     own word, or nothing is known
 */
record FloatTruth(Graph plain, Graph repaired, List<String> warnings) {
    /**
     * Rewrites a model as it was rewritten when it was quantized.
     *
     * @param plan of the quantized network, if it is known: it names the graph that it was made for
     * @param source what the quantized network was calibrated on, for rewrites that ask
     */
    static FloatTruth of(Graph model, Optional<Path> recipe, Optional<Plan> plan, Calibration source, Console console) {
        QuantizeOptions options = recipe.map(r -> Recipe.read(r, QuantizeOptions.DEFAULT))
                .or(() -> plan.map(p -> p.provenance().get("repair"))
                        .map(text -> Recipe.parse(text, "repair", QuantizeOptions.DEFAULT)))
                .orElse(QuantizeOptions.DEFAULT);
        Graph plain = Preparation.rewrite(model, OrtEngine.INSTANCE::inferTypes).graph();
        Rewritten repaired = options.rewrites().isEmpty()
                ? Preparation.rewrite(model, OrtEngine.INSTANCE::inferTypes)
                : Preparation.rewrite(
                        model,
                        options.rewritesForGrids(),
                        source.witness(model, SweepOptions.standard(), console),
                        OrtEngine.INSTANCE::inferTypes);
        if (plan.isEmpty()) {
            return new FloatTruth(plain, repaired.graph(), List.of());
        }
        String made = plan.get().graphFingerprint();
        Optional<Graph> same =
                Preparation.forms(repaired, Preparation.rewritesThatMayPay(repaired), OrtEngine.INSTANCE::inferTypes)
                        .stream()
                        .filter(r -> r.fingerprint().equals(made))
                        .map(Rewritten::graph)
                        .findFirst();
        return same.map(g -> new FloatTruth(plain, g, List.of()))
                .orElseGet(() -> new FloatTruth(
                        plain, repaired.graph(), List.of(doubt(origin(recipe, plan.get()), plan.get(), source))));
    }

    /* Where the rewrites come from, for people. */
    private static Optional<String> origin(Optional<Path> recipe, Plan plan) {
        return recipe.map(Path::toString)
                .or(() -> Optional.ofNullable(plan.provenance().get("repair"))
                        .map(r -> "the repair that its plan names"));
    }

    private static String doubt(Optional<String> recipe, Plan plan, Calibration source) {
        String before = "The float network compared with is not the one that was quantized, so errors of values that"
                + " rewrites scaled are not real: ";
        if (recipe.isEmpty()) {
            return before + "the plan was made for another graph. Give the recipe of the quantized model (--recipe),"
                    + " and the float model that it was made from.";
        }
        String wanted = plan.provenance().getOrDefault("data", "");
        if (wanted.startsWith(Calibration.NO_DATA)) {
            return before + "the rewrites of " + recipe.get() + " were done without data, by other pre-processing. Give"
                    + " the pictures themselves with --data, and --mean, --std or --scale as with --data-free.";
        }
        return wanted.equals(source.fingerprint())
                ? before + "the plan was made for another graph than " + recipe.get() + " gives. Give the recipe and"
                        + " the float model that it was made from."
                : before + "the rewrites of " + recipe.get() + " were done by what other data showed. Give the data"
                        + " that it was calibrated on (--data).";
    }
}
