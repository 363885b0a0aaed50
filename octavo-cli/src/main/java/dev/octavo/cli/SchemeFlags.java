package dev.octavo.cli;

import dev.octavo.core.RecipeException;
import dev.octavo.ort.quantize.Objective;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.RangeRule;
import dev.octavo.quant.range.RangeRules;
import dev.octavo.quant.recipe.Glob;
import dev.octavo.quant.recipe.SiteRule;
import dev.octavo.quant.target.SchemeOptions;
import dev.octavo.quant.target.SchemeOptions.Signs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Option;

/** The common choices as flags; each wins over the recipe. */
final class SchemeFlags {

    @Option(names = "--recipe", paramLabel = "RECIPE.yaml", description = "A recipe; flags win over it.")
    private Optional<Path> recipe = Optional.empty();

    @Option(
            names = "--weights",
            paramLabel = "per-channel|per-tensor",
            description = "Grids of weights (default: per-channel).")
    private Optional<String> weights = Optional.empty();

    @Option(names = "--weight-bits", paramLabel = "N", description = "2 to 16 (default: 8).")
    private Optional<Integer> weightBits = Optional.empty();

    @Option(names = "--activation-bits", paramLabel = "N", description = "2 to 16 (default: 8).")
    private Optional<Integer> activationBits = Optional.empty();

    @Option(names = "--bias-bits", paramLabel = "N", description = "8 to 32 (default: 32).")
    private Optional<Integer> biasBits = Optional.empty();

    @Option(
            names = "--range",
            paramLabel = "RULE[,...]",
            split = ",",
            hideParamSyntax = true,
            description =
                    "Range rule for activations: abs-max, min-max, moving-average, percentile, least-squares, "
                            + "entropy, or measured: the ones that keep the outputs closest to float (default). Several give a model each, OUT.RULE.onnx, from one sweep over the data.")
    private List<String> range = List.of();

    @Option(names = "--keep", paramLabel = "FRACTION", description = "What percentile keeps (default: 0.99999).")
    private Optional<Double> keep = Optional.empty();

    @Option(names = "--weight-range", paramLabel = "RULE", description = "Range rule for weights (default: abs-max).")
    private Optional<String> weightRange = Optional.empty();

    @Option(
            names = "--signs",
            paramLabel = "unsigned|signed|auto",
            description = "Codes of activations (default: unsigned).")
    private Optional<Signs> signs = Optional.empty();

    @Option(names = "--symmetric-activations", description = "Grids of activations are symmetric about 0.")
    private boolean symmetricActivations;

    @Option(names = "--asymmetric-weights", description = "Grids of weights need not be symmetric about 0.")
    private boolean asymmetricWeights;

    @Option(
            names = "--keep-float",
            paramLabel = "GLOB",
            description = "Leave nodes or values in float; may be repeated.")
    private List<String> keepFloat = List.of();

    @Option(
            names = "--objective",
            paramLabel = "balanced|accuracy|size|latency",
            description = "Where to use integers: wherever it is no loss of time (default), only where it gains much, "
                    + "everywhere, or for the least time.")
    private Optional<Objective> objective = Optional.empty();

    @Option(names = "--no-bias-correction", description = "Leave the shift that rounded weights give.")
    private boolean noBiasCorrection;

    Optional<Path> recipe() {
        return recipe;
    }

    /** One entry per range rule asked for. What the recipe says wrong is its fault, all else is the command line's. */
    List<RangedOptions> options(Path output, QuantizeOptions defaults, CommonOptions usage) {
        QuantizeOptions base = recipe.map(r -> Recipe.read(r, defaults)).orElse(defaults);
        boolean mayRepair = recipe.filter(Recipe::saysRewrites).isEmpty();
        try {
            return options(output, base, mayRepair);
        } catch (RecipeException e) {
            throw usage.wrong(String.valueOf(e.getMessage()), e.fix());
        } catch (IllegalArgumentException e) {
            throw usage.wrong(String.valueOf(e.getMessage()), "see octavo quantize --help");
        }
    }

    private List<RangedOptions> options(Path output, QuantizeOptions base, boolean mayRepair) {
        List<SiteRule> rules = new ArrayList<>(base.rules());
        keepFloat.forEach(g -> rules.add(new SiteRule.KeepFloat(new Glob(g))));
        RangeRule weightRule = weightRange
                .map(n -> RangeRules.named(n, OptionalDouble.empty()))
                .orElse(base.weights());
        QuantizeOptions said = new QuantizeOptions(
                scheme(base.scheme()),
                base.activations(),
                weightRule,
                objective.orElse(base.objective()),
                rules,
                base.rewrites(),
                base.refinements());
        QuantizeOptions common = noBiasCorrection ? said.withoutBiasCorrection() : said;
        if (range.isEmpty() && keep.isEmpty()) {
            return List.of(new RangedOptions(RangeRules.nameOf(common.activations()), common, output, mayRepair));
        }
        List<String> names = range.isEmpty() ? List.of("percentile") : range;
        List<RangedOptions> all = new ArrayList<>();
        for (String name : names) {
            RangeRule rule = RangeRules.named(
                    name, name.equals("percentile") || names.size() == 1 ? kept() : OptionalDouble.empty());
            Path file = names.size() == 1 ? output : ModelFile.beside(output, "." + name + ".onnx");
            all.add(new RangedOptions(name, common.withActivations(rule), file, mayRepair));
        }
        return all;
    }

    private OptionalDouble kept() {
        return keep.map(OptionalDouble::of).orElse(OptionalDouble.empty());
    }

    private SchemeOptions scheme(SchemeOptions d) {
        boolean perChannel = weights.map(w -> switch (w) {
                    case "per-channel" -> true;
                    case "per-tensor" -> false;
                    default -> throw new RecipeException("--weights is '" + w + "'", "write per-channel or per-tensor");
                })
                .orElse(d.perChannel());
        return new SchemeOptions(
                weightBits.orElse(d.weightBits()),
                activationBits.orElse(d.activationBits()),
                biasBits.orElse(d.biasBits()),
                perChannel,
                d.symmetricWeights() && !asymmetricWeights,
                d.symmetricActivations() || symmetricActivations,
                signs.orElse(d.signs()));
    }
}
