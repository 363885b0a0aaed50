package dev.octavo.quant.refine;

import dev.octavo.core.RecipeException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.stat.Evidence;
import dev.octavo.quant.Journal;
import dev.octavo.quant.Memo;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.rewrite.Witness;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The refinements that recipes name, a visible list. */
public final class Refinements {
    private static final Map<String, Function<PassOptions, Refinement>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("correct-bias", Refinements::correctBias);
    }

    private Refinements() {}

    private static Refinement correctBias(PassOptions options) {
        options.knowing("from", "samples", "rounds");
        if (options.choice("from", "means", List.of("means", "samples")).equals("samples")) {
            return new CorrectBiasOnSamples(options.integer("samples", 32), options.integer("rounds", 16));
        }
        for (String key : List.of("samples", "rounds")) {
            if (options.text(key).isPresent()) {
                throw new RecipeException(key + " is for correction from samples", "add from: samples");
            }
        }
        return new FromMeans();
    }

    /** {@link CorrectBias} with the means that the evidence holds. */
    private record FromMeans() implements Refinement {
        @Override
        public String name() {
            return "correct-bias";
        }

        @Override
        public Plan apply(Graph graph, Plan plan, Evidence evidence, Witness witness, Journal journal, Memo memo) {
            return CorrectBias.apply(graph, plan, evidence, journal, memo);
        }
    }

    /** The names, in the order in which the refinements are best applied. */
    public static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    /** The refinement of that name with its options. */
    public static Refinement named(String name, PassOptions options) {
        Function<PassOptions, Refinement> make = ALL.get(name);
        if (make == null) {
            throw new RecipeException(
                    "there is no refinement '" + name + "'", "the refinements are: " + String.join(", ", names()));
        }
        return make.apply(options);
    }
}
