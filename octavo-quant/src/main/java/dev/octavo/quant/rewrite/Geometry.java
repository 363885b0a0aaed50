package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Node;
import java.util.List;
import java.util.Optional;

/** The attributes of a convolution that say which pixels it joins. */
final class Geometry {
    private Geometry() {}

    static Optional<List<Long>> ints(Node n, String key) {
        return n.attribute(key).filter(Attribute.Ints.class::isInstance).map(a -> ((Attribute.Ints) a).values());
    }

    /** Whether a transposed convolution neither pads nor dilates (beyond a kernel of one pixel) nor asks for a size. */
    static boolean isPlain(Node n, long kernel) {
        return all(n, "pads", 0)
                && all(n, "output_padding", 0)
                && (kernel == 1 || all(n, "dilations", 1))
                && n.attribute("output_shape").isEmpty()
                && isUnpadded(n);
    }

    private static boolean isUnpadded(Node n) {
        Optional<Attribute> auto = n.attribute("auto_pad");
        return auto.isEmpty()
                || (auto.get() instanceof Attribute.Text t
                        && (t.value().equals("NOTSET") || t.value().equals("VALID")));
    }

    private static boolean all(Node n, String key, long value) {
        return ints(n, key)
                .map(l -> l.stream().allMatch(x -> x == value))
                .orElse(n.attribute(key).isEmpty());
    }
}
