package dev.octavo.quant.rewrite;

import dev.octavo.core.RecipeException;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.rewrite.smooth.SmoothQuant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The rewrites that recipes name, a visible list. */
public final class Rewrites {
    private static final Map<String, Function<PassOptions, GraphPass>> PASSES = new LinkedHashMap<>();

    /* These always run first; a recipe that names them puts that on record. */
    private static final Set<String> STANDARD =
            Collections.unmodifiableSet(new java.util.TreeSet<>(List.of("remove-identity", "fold-batch-norm")));

    static {
        PASSES.put("remove-identity", o -> plain(o, new RemoveIdentity()));
        PASSES.put("fold-batch-norm", o -> plain(o, new FoldBatchNorm()));
        PASSES.put(TransposedToConvolution.NAME, o -> plain(o, new TransposedToConvolution()));
        PASSES.put(MergeConvolutions.NAME, o -> plain(o, new MergeConvolutions()));
        PASSES.put("replace-relu6", ReplaceRelu6::new);
        PASSES.put("equalize", Equalize::new);
        PASSES.put(AbsorbBias.NAME, AbsorbBias::new);
        PASSES.put(ClipWeights.NAME, ClipWeights::new);
        PASSES.put(SmoothQuant.NAME, SmoothQuant::new);
        PASSES.put(SplitRange.NAME, SplitRange::new);
    }

    private Rewrites() {}

    private static GraphPass plain(PassOptions options, GraphPass pass) {
        options.knowing();
        return pass;
    }

    /** The names, in the order in which the passes are best applied. */
    public static List<String> names() {
        return List.copyOf(PASSES.keySet());
    }

    /** Whether every quantization begins with the pass of that name. */
    public static boolean isStandard(String name) {
        return STANDARD.contains(name);
    }

    /** The pass of that name with its options. */
    public static GraphPass named(String name, PassOptions options) {
        Function<PassOptions, GraphPass> make = PASSES.get(name);
        if (make == null) {
            throw new RecipeException(
                    "there is no rewrite '" + name + "'", "the rewrites are: " + String.join(", ", names()));
        }
        return make.apply(options);
    }
}
