package dev.octavo.cli;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.graph.Graph;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.DataWitness;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.ort.quantize.QuantizeOptions;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The float network that a quantized one is to be compared with.
 *
 * @param plain after the rewrites that every quantization begins with
 * @param repaired after those of the recipe too, so that values have the names and the scale that they have in the
 *     quantized network
 */
record FloatTruth(Graph plain, Graph repaired) {
    static FloatTruth of(Graph model, Optional<Path> recipe, Dataset examples, Console console) {
        QuantizeOptions options =
                recipe.map(r -> Recipe.read(r, QuantizeOptions.DEFAULT)).orElse(QuantizeOptions.DEFAULT);
        Graph plain = Preparation.rewrite(model, OrtEngine.INSTANCE::inferTypes).graph();
        if (options.rewrites().isEmpty()) {
            return new FloatTruth(plain, plain);
        }
        DataWitness witness = DataWitness.of(model, examples, SweepOptions.standard(), console);
        Graph repaired = Preparation.rewrite(model, options.rewritesForGrids(), witness, OrtEngine.INSTANCE::inferTypes)
                .graph();
        return new FloatTruth(plain, repaired);
    }
}
