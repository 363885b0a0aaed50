package dev.octavo.quant.rewrite;

import dev.octavo.core.RecipeException;
import dev.octavo.quant.recipe.PassOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The grids that a network will have after its rewrites, as far as rewrites care.
 *
 * @param activationBits 2–16
 * @param weightBits 2–16
 * @param perChannel whether weights have a grid per output channel
 */
public record Widths(int activationBits, int weightBits, boolean perChannel) {
    private static final String PER_CHANNEL = "per-channel";
    private static final String PER_TENSOR = "per-tensor";

    /** 8 bits, weights per channel. */
    public static final Widths DEFAULT = new Widths(8, 8, true);

    /** The keys in the options of a pass. */
    public static final List<String> KEYS = List.of("weights", "weight-bits", "activation-bits");

    public Widths {
        check("activation-bits", activationBits);
        check("weight-bits", weightBits);
    }

    private static void check(String key, int bits) {
        if (bits < 2 || bits > 16) {
            throw new RecipeException(key + " is " + bits, "2 to 16 bits are possible");
        }
    }

    /** What the options of a pass say of it. */
    public static Widths of(PassOptions o) {
        return new Widths(o.integer("activation-bits", 8), o.integer("weight-bits", 8), isPerChannel(o));
    }

    /** Whether the options of a pass say that weights have a grid per output channel. */
    public static boolean isPerChannel(PassOptions o) {
        return o.choice("weights", PER_CHANNEL, List.of(PER_CHANNEL, PER_TENSOR))
                .equals(PER_CHANNEL);
    }

    /** Options that say all of this; what {@code o} says wins. */
    public PassOptions under(PassOptions o) {
        Map<String, List<String>> all = new LinkedHashMap<>();
        all.put("weights", List.of(perChannel ? PER_CHANNEL : PER_TENSOR));
        all.put("weight-bits", List.of(Integer.toString(weightBits)));
        all.put("activation-bits", List.of(Integer.toString(activationBits)));
        all.putAll(o.values());
        return new PassOptions(all);
    }
}
