package dev.octavo.analysis.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.testing.TroubledNetwork;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.rewrite.Witness;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelCheckTest {
    private static CheckReport check(Graph g) {
        return ModelCheck.of(
                Preparation.everywhere(
                        Preparation.rewrite(g, OrtEngine.INSTANCE::inferTypes), QuantizeOptions.DEFAULT, Witness.NONE),
                Optional.empty(),
                Map.of());
    }

    @Test
    void probe() {
        System.out.println(CheckText.of(check(TroubledNetwork.graph()), 12));
        System.out.println(CheckText.of(check(TroubledNetwork.joined()), 1));
        assertThat(1).isEqualTo(1);
    }
}
