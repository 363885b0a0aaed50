package dev.octavo.bench.lidar;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.AbsMax;
import dev.octavo.quant.range.MinMax;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.recipe.SiteRule;
import dev.octavo.quant.rewrite.GraphPass;
import dev.octavo.quant.rewrite.Rewrites;
import dev.octavo.quant.target.SchemeOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The ways to quantize the 2D part that a study of SmoothQuant on CenterPoint compares, and Octavo's own. */
final class DenseRungs {
    static final String TOOL = "Octavo's defaults";
    static final String UNSIGNED = "unsigned";

    private static final SchemeOptions SIGNED =
            new SchemeOptions(8, 8, 32, true, true, true, SchemeOptions.Signs.SIGNED);

    /** Which last convolutions of each head's branches the study keeps in float. */
    private static final List<List<String>> LISTED = List.of(
            List.of("center", "center_z", "dim", "rot", "vel", "hm"),
            List.of("center", "center_z", "dim", "rot", "vel", "hm"),
            List.of("center", "dim", "rot", "vel", "hm"),
            List.of("center", "dim", "vel", "hm"),
            List.of("center", "dim", "vel", "hm"),
            List.of("center", "dim", "vel", "hm"));

    private static final List<String> PARTS = List.of(
            "backbone_2d.blocks.0*",
            "backbone_2d.blocks.1*",
            "backbone_2d.deblocks*",
            "dense_head.shared_conv*",
            "dense_head.first*",
            "dense_head.heads_list.*.hm.1",
            "dense_head.heads_list.*.center.1",
            "dense_head.heads_list.*.center_z.1",
            "dense_head.heads_list.*.dim.1",
            "dense_head.heads_list.*.rot.1",
            "dense_head.heads_list.*.vel.1");

    private DenseRungs() {}

    static Map<String, QuantizeOptions> all() {
        QuantizeOptions plain =
                QuantizeOptions.DEFAULT.withActivations(new MinMax()).withoutBiasCorrection();
        Map<String, QuantizeOptions> out = new LinkedHashMap<>();
        out.put("signed", plain.withScheme(SIGNED).withActivations(new AbsMax()));
        out.put(UNSIGNED, plain);
        out.put("unsigned, smoothed with the heads", plain.withRewrites(List.of(smooth())));
        out.put("unsigned, backbone smoothed", plain.withRewrites(List.of(smooth("backbone_2d.*"))));
        out.put("unsigned, backbone alone", plain.withRules(floats("dense_head.*")));
        out.put(
                "unsigned, backbone smoothed, without the study's list",
                plain.withRewrites(List.of(smooth("backbone_2d.*"))).withRules(listed()));
        out.put(TOOL, QuantizeOptions.DEFAULT);
        return out;
    }

    /** One part of the 2D part alone in 8 bits, unsigned, the rest in float; by the part. */
    static Map<String, QuantizeOptions> alone(Graph dense) {
        Map<String, QuantizeOptions> out = new LinkedHashMap<>();
        for (String part : PARTS) {
            Glob glob = new Glob(part);
            String[] others = dense.nodes().stream()
                    .map(Node::name)
                    .filter(n -> !glob.matches(n))
                    .toArray(String[]::new);
            out.put(part, Objects.requireNonNull(all().get(UNSIGNED)).withRules(floats(others)));
        }
        return out;
    }

    private static GraphPass smooth(String... on) {
        Map<String, List<String>> options = new LinkedHashMap<>();
        options.put("alpha", List.of("0.5"));
        options.put("always", List.of("true"));
        if (on.length > 0) {
            options.put("on", List.of(on));
        }
        return Rewrites.named("smooth-quant", new PassOptions(options));
    }

    private static List<SiteRule> floats(String... globs) {
        List<SiteRule> out = new ArrayList<>();
        for (String g : globs) {
            out.add(new SiteRule.KeepFloat(new Glob(g)));
        }
        return out;
    }

    private static List<SiteRule> listed() {
        List<String> names = new ArrayList<>();
        for (int h = 0; h < LISTED.size(); h++) {
            for (String branch : LISTED.get(h)) {
                names.add("dense_head.heads_list." + h + "." + branch + ".1");
            }
        }
        return floats(names.toArray(String[]::new));
    }
}
