package dev.octavo.cli;

import dev.octavo.core.RecipeException;
import dev.octavo.ort.quantize.Objective;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.Measured;
import dev.octavo.quant.range.RangeRule;
import dev.octavo.quant.range.RangeRules;
import dev.octavo.quant.range.WithRoom;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.PassOptions;
import dev.octavo.quant.recipe.SiteRule;
import dev.octavo.quant.refine.Refinement;
import dev.octavo.quant.refine.Refinements;
import dev.octavo.quant.rewrite.GraphPass;
import dev.octavo.quant.rewrite.Rewrites;
import dev.octavo.quant.target.SchemeOptions;
import dev.octavo.quant.target.SchemeOptions.Signs;
import dev.octavo.tasks.yaml.Section;
import dev.octavo.tasks.yaml.Yaml;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a recipe: rewrite, plan, refine, always in this order. The keys are listed in {@code
 * docs/recipes.md}.
 */
final class Recipe {
    private static final List<String> TOP = List.of("rewrite", "plan", "refine");
    private static final List<String> PLAN = List.of(
            "target",
            "objective",
            "activations",
            "weights",
            "bias",
            "int16",
            "bits",
            "fixed",
            "same-as",
            "ranges",
            "keep-float");
    private static final List<String> VALUES = List.of("bits", "range", "keep", "room", "signs", "symmetric");
    private static final List<String> WEIGHTS = List.of("bits", "range", "keep", "per", "symmetric");
    private static final List<String> FIXED = List.of("bits", "scale", "zero-point", "signed");

    private final String file;
    private final List<SiteRule> rules = new ArrayList<>();

    private Recipe(String file) {
        this.file = file;
    }

    /** The options that a recipe file puts over {@code defaults}. */
    static QuantizeOptions read(Path path, QuantizeOptions defaults) {
        try {
            return parse(Files.readString(path), String.valueOf(path.getFileName()), defaults);
        } catch (CharacterCodingException e) {
            throw new RecipeException(path + " is not a text in UTF-8", "give a YAML recipe");
        } catch (IOException e) {
            throw new RecipeException("cannot read the recipe " + path, "check the path");
        }
    }

    /** Whether a recipe says which rewrites there are to be, none included. */
    static boolean saysRewrites(Path path) {
        try {
            return Yaml.parse(Files.readString(path), String.valueOf(path.getFileName()))
                    .entries()
                    .containsKey("rewrite");
        } catch (IOException e) {
            throw new RecipeException("cannot read the recipe " + path, "check the path");
        }
    }

    static QuantizeOptions parse(String text, String name, QuantizeOptions defaults) {
        return new Recipe(name).options(Yaml.parse(text, name), defaults);
    }

    private QuantizeOptions options(Yaml.Mapping root, QuantizeOptions defaults) {
        Section top = Section.of(file, "a recipe", root, TOP);
        List<GraphPass> rewrites = top.node("rewrite")
                .map(n -> passes(top, n, "rewrite", Rewrites.names(), Rewrites::named).stream()
                        .filter(p -> !Rewrites.isStandard(p.name()))
                        .toList())
                .orElse(defaults.rewrites());
        List<Refinement> refinements = top.node("refine")
                .map(n -> passes(top, n, "refine", Refinements.names(), Refinements::named))
                .orElse(defaults.refinements());
        Section plan = top.node("plan")
                .map(n -> Section.of(file, "plan", mapping(top, n, "plan"), PLAN))
                .orElse(new Section(file, java.util.Map.of()));
        plan.text("target").filter(t -> !t.equals("onnxruntime-cpu")).ifPresent(t -> {
            throw plan.wrong(
                    plan.node("target").orElseThrow(),
                    "there is no target '" + t + "'",
                    "the targets are: onnxruntime-cpu");
        });
        Section activations = section(plan, "activations", VALUES);
        Section weights = section(plan, "weights", WEIGHTS);
        Section bias = section(plan, "bias", List.of("bits"));
        rules(plan);
        return new QuantizeOptions(
                at(plan, "", () -> scheme(activations, weights, bias, defaults.scheme())),
                room(activations, range(activations, defaults.activations())),
                range(weights, defaults.weights()),
                plan.choice("objective", Objective.class).orElse(defaults.objective()),
                rules,
                rewrites,
                refinements);
    }

    private SchemeOptions scheme(Section activations, Section weights, Section bias, SchemeOptions d) {
        boolean perChannel = weights.text("per")
                .map(t -> switch (t) {
                    case "channel" -> true;
                    case "tensor" -> false;
                    default ->
                        throw weights.wrong(
                                weights.node("per").orElseThrow(), "per is '" + t + "'", "write channel or tensor");
                })
                .orElse(d.perChannel());
        return new SchemeOptions(
                weights.integer("bits").orElse(d.weightBits()),
                activations.integer("bits").orElse(d.activationBits()),
                bias.integer("bits").orElse(d.biasBits()),
                perChannel,
                flag(weights, "symmetric").orElse(d.symmetricWeights()),
                flag(activations, "symmetric").orElse(d.symmetricActivations()),
                activations.choice("signs", Signs.class).orElse(d.signs()));
    }

    private static RangeRule range(Section s, RangeRule unlessSaid) {
        OptionalDouble keep = s.number("keep").map(OptionalDouble::of).orElse(OptionalDouble.empty());
        if (s.text("range").isEmpty() && keep.isPresent()) {
            return at(s, "keep", () -> RangeRules.named("percentile", keep));
        }
        return s.text("range")
                .map(name -> at(s, "range", () -> RangeRules.named(name, keep)))
                .orElse(unlessSaid);
    }

    private static RangeRule room(Section s, RangeRule rule) {
        return s.number("room")
                .map(factor -> at(s, "room", () -> (RangeRule) new WithRoom(WithRoom.bare(rule), factor)))
                .orElse(rule);
    }

    /* What cannot be gets the line of the key, or without one of the key that the message begins with. */
    private static <T> T at(Section s, String key, Supplier<T> make) {
        try {
            return make.get();
        } catch (RecipeException | IllegalArgumentException e) {
            String why = String.valueOf(e.getMessage());
            String first = key.isEmpty() ? why.substring(0, Math.max(0, why.indexOf(' '))) : key;
            String fix = e instanceof RecipeException r ? r.fix() : "see docs/recipes.md for what is allowed";
            throw s.node(first).map(n -> s.wrong(n, why, fix)).orElseGet(() -> new RecipeException(why, fix));
        }
    }

    private void rules(Section plan) {
        for (String glob : globs(plan, "keep-float")) {
            rules.add(new SiteRule.KeepFloat(new Glob(glob)));
        }
        for (String glob : globs(plan, "int16")) {
            rules.add(new SiteRule.Bits(new Glob(glob), 16));
        }
        entries(plan, "bits").forEach((glob, node) -> {
            Section one = new Section(file, java.util.Map.of("bits", node));
            rules.add(new SiteRule.Bits(new Glob(glob), one.integer("bits").orElseThrow()));
        });
        entries(plan, "same-as").forEach((glob, node) -> {
            Section one = new Section(file, java.util.Map.of("same-as", node));
            rules.add(new SiteRule.SameAs(new Glob(glob), one.text("same-as").orElseThrow()));
        });
        entries(plan, "ranges").forEach((glob, node) -> {
            Section one = new Section(file, java.util.Map.of("ranges", node));
            String text = one.text("ranges").orElseThrow();
            RangeRule rule = at(one, "ranges", () -> RangeRules.parse(text));
            if (rule instanceof Measured) {
                throw one.wrong(node, "'measured' is no rule for a single site", "name the rule itself");
            }
            rules.add(new SiteRule.Ranged(new Glob(glob), rule));
        });
        entries(plan, "fixed").forEach((glob, node) -> {
            Section f = Section.of(file, "fixed", mapping(plan, node, "fixed"), FIXED);
            double scale = f.number("scale")
                    .orElseThrow(
                            () -> f.wrong(node, "the grid of '" + glob + "' has no scale", "write { scale: 1/128 }"));
            rules.add(new SiteRule.Fixed(
                    new Glob(glob),
                    f.integer("bits").orElse(8),
                    scale,
                    f.integer("zero-point").map(OptionalInt::of).orElse(OptionalInt.empty()),
                    flag(f, "signed")));
        });
    }

    private static Optional<Boolean> flag(Section s, String key) {
        return s.text(key).map(t -> switch (t) {
            case "true", "yes" -> true;
            case "false", "no" -> false;
            default -> throw s.wrong(s.node(key).orElseThrow(), key + " is '" + t + "'", "write true or false");
        });
    }

    private Section section(Section parent, String key, List<String> known) {
        return parent.node(key)
                .map(n -> Section.of(file, key, mapping(parent, n, key), known))
                .orElse(new Section(file, java.util.Map.of()));
    }

    private static Yaml.Mapping mapping(Section parent, Yaml.Node n, String key) {
        if (n instanceof Yaml.Mapping m) {
            return m;
        }
        throw parent.wrong(n, key + " is no list of key: value", "write " + key + ": { key: value }");
    }

    private static java.util.Map<String, Yaml.Node> entries(Section plan, String key) {
        return plan.node(key).map(n -> mapping(plan, n, key).entries()).orElse(java.util.Map.of());
    }

    private static List<String> globs(Section plan, String key) {
        List<String> out = new ArrayList<>();
        plan.node(key).ifPresent(n -> {
            List<Yaml.Node> items = n instanceof Yaml.Sequence s ? s.items() : List.of(n);
            for (Yaml.Node item : items) {
                if (!(item instanceof Yaml.Scalar text)) {
                    throw plan.wrong(
                            item, key + " holds something that is no name", "write " + key + ": [ \"name*\" ]");
                }
                out.add(text.text());
            }
        });
        return out;
    }

    /* The passes that a section names, each as a name or as name: { options }. */
    private <P> List<P> passes(
            Section top, Yaml.Node node, String section, List<String> known, BiFunction<String, PassOptions, P> make) {
        List<P> passes = new ArrayList<>();
        List<Yaml.Node> items = node instanceof Yaml.Sequence s ? s.items() : List.of(node);
        for (Yaml.Node item : items) {
            Optional<Yaml.Node> behind = Optional.empty();
            String name = item instanceof Yaml.Scalar s ? s.text() : "";
            if (item instanceof Yaml.Mapping m && m.entries().size() == 1) {
                name = m.entries().keySet().iterator().next();
                behind = Optional.ofNullable(m.entries().get(name));
            }
            if (!known.contains(name)) {
                throw top.wrong(
                        item, section + " has no pass '" + name + "'", "the passes are: " + String.join(", ", known));
            }
            Yaml.Mapping options = behind.map(n -> mapping(top, n, "the pass")).orElse(null);
            passes.add(pass(name, options, item, make));
        }
        return passes;
    }

    private <P> P pass(
            String name, Yaml.@Nullable Mapping options, Yaml.Node at, BiFunction<String, PassOptions, P> make) {
        Section said = new Section(file, options == null ? java.util.Map.of() : options.entries());
        java.util.Map<String, List<String>> texts = new java.util.TreeMap<>();
        said.entries().forEach((key, n) -> texts.put(key, texts(said, key, n)));
        try {
            return make.apply(name, new PassOptions(texts));
        } catch (RecipeException | IllegalArgumentException e) {
            String why = String.valueOf(e.getMessage());
            String fix = e instanceof RecipeException r ? r.fix() : "see docs/passes/" + name + ".md";
            Yaml.Node where =
                    said.node(why.substring(0, Math.max(0, why.indexOf(' ')))).orElse(at);
            throw said.wrong(where, name + ": " + why, fix);
        }
    }

    private static List<String> texts(Section said, String key, Yaml.Node node) {
        List<String> texts = new ArrayList<>();
        for (Yaml.Node item : node instanceof Yaml.Sequence s ? s.items() : List.of(node)) {
            if (!(item instanceof Yaml.Scalar text)) {
                throw said.wrong(item, key + " is no single value and no list of them", "write " + key + ": value");
            }
            texts.add(text.text());
        }
        return texts;
    }
}
