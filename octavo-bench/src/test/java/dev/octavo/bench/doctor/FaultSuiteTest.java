package dev.octavo.bench.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.core.testing.RealData;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Three faults of three kinds in a real network: named first, and mended. The whole suite is a program of its own. */
class FaultSuiteTest {
    private static final List<Fault> FAULTS = List.of(
            Kinds.narrow(Network.RESNET20, "layer2.1.relu1_out", 0.001, false),
            Kinds.dominant(Network.RESNET20, "layer1.1.relu1_out", 3, 256),
            Kinds.calibrated(Network.RESNET20, "of a tenth of the brightness", 0.1, -1.9));

    @Test
    void faultsAreNamedAndMended() {
        Optional<Path> data = RealData.folder("cifar10");
        if (data.isEmpty()) {
            return;
        }
        for (Fault f : FAULTS) {
            Outcome o = Outcome.of(f, data.get().resolve(".."), 2);
            assertThat(o.right()).describedAs(f.name() + ": " + o.found()).isTrue();
            assertThat(o.lost()).describedAs(f.name()).isGreaterThan(0.02);
            assertThat(o.back()).describedAs(f.name() + ": " + o.kept()).isGreaterThan(0.9 * o.lost());
        }
        // A summary counts what the outcomes say.
        assertThat(FaultSuite.summary(List.of())).startsWith("0 of 0 named right first");
    }
}
