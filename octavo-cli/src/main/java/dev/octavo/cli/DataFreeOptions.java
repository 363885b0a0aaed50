package dev.octavo.cli;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.datafree.BatchNormWitness;
import dev.octavo.quant.datafree.InputRange;
import dev.octavo.quant.range.Measured;
import dev.octavo.quant.range.RangeRules;
import dev.octavo.quant.range.WithRoom;
import dev.octavo.tasks.image.Layout;
import dev.octavo.tasks.image.Normalize;
import dev.octavo.tasks.image.Preprocess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Option;

/** Quantizing without data. */
final class DataFreeOptions {
    private static final float WHITE = 255;

    @Option(
            names = "--data-free",
            description = "Use no data: take ranges and corrections from the network's batch normalisations. With "
                    + "--scale, --mean or --std the range of the input is known too, otherwise what reads it stays "
                    + "in float (default: --data is needed).")
    private boolean dataFree;

    boolean isAsked() {
        return dataFree;
    }

    /** The options where nothing else is said: a rule for ranges that needs nothing tried. */
    static QuantizeOptions defaults() {
        return QuantizeOptions.DEFAULT.withActivations(
                RangeRules.named(BatchNormWitness.DEFAULT_RANGE, OptionalDouble.empty()));
    }

    /** Refuses rules that cannot do without data. */
    static void requireSolvable(List<RangedOptions> wanted, CommonOptions common) {
        if (wanted.stream().anyMatch(o -> WithRoom.bare(o.options().activations()) instanceof Measured)) {
            throw common.wrong(
                    "the range rule measured tries rules on data, and --data-free has none",
                    "choose another with --range, or leave it out: " + BatchNormWitness.DEFAULT_RANGE
                            + " is taken then");
        }
    }

    /** What is known of a network without data, given how its pictures are prepared. */
    static Calibration calibration(Graph graph, Optional<Preprocess> preprocess, CommonOptions common) {
        List<Value> inputs = graph.requiredInputs();
        if (preprocess.isEmpty()) {
            return new Calibration.DataFree(
                    Map.of(), "nothing is said of the input (--scale, --mean, --std), so what reads it stays in float");
        }
        if (inputs.size() != 1) {
            throw common.wrong(
                    "pre-processing is given, but the network has " + inputs.size() + " inputs",
                    "leave it out; what reads the inputs then stays in float");
        }
        Value input = inputs.get(0);
        Preprocess p = preprocess.get();
        int axis = p.layout() == Layout.NCHW ? 1 : 3;
        long channels = input.type()
                .map(TensorType::shape)
                .filter(s -> s.rank() == 4)
                .map(s -> s.dim(axis))
                .orElse(-1L);
        if (channels >= 0 && channels != p.channels()) {
            throw common.wrong(
                    "the input '" + input.name() + "' has " + channels + " channels, the pre-processing gives "
                            + p.channels(),
                    "see --channels and --layout");
        }
        return new Calibration.DataFree(
                Map.of(input.name(), range(p, axis)),
                "the input '" + input.name() + "' holds pixels 0..255 after " + p.normalize());
    }

    private static InputRange range(Preprocess p, int axis) {
        List<Double> low = new ArrayList<>();
        List<Double> high = new ArrayList<>();
        Normalize n = p.normalize();
        for (int c = 0; c < p.channels(); c++) {
            double black = n.real(c, 0);
            double white = n.real(c, WHITE);
            low.add(Math.min(black, white));
            high.add(Math.max(black, white));
        }
        return new InputRange(axis, low, high);
    }
}
