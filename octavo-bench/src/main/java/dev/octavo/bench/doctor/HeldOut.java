package dev.octavo.bench.doctor;

import static dev.octavo.bench.doctor.Network.RESNET20;
import static dev.octavo.bench.doctor.Network.RESNET32;
import static dev.octavo.bench.doctor.Network.RESNET56;
import static dev.octavo.bench.doctor.Network.SQUEEZENET;

import java.util.List;

/** Faults that were written down before the doctor had seen any of them, and that it was not changed for. */
final class HeldOut {
    private HeldOut() {}

    static List<Fault> all() {
        return List.of(
                Kinds.narrowWeights(RESNET56, "layer3.1.conv1.weight", "layer3.1.relu1_out", 0.0005),
                Kinds.percentile(SQUEEZENET, 0.95),
                Kinds.wide(SQUEEZENET, "relu13_out", 20),
                Kinds.sameAs(RESNET56, "layer1.2.relu1_out", "layer3.8.relu2_out"),
                Kinds.smallBranch(SQUEEZENET, "relu15_out", 100),
                Kinds.bits(RESNET32, "layer3.2.conv2.weight", "layer3.2.bn2_out", 2),
                Kinds.outputBits(SQUEEZENET, "gap_out", 3),
                Kinds.dominant(RESNET32, "layer2.1.relu1_out", 4, 1000),
                Kinds.unbalanced(RESNET56, 7),
                Kinds.deadHuge(RESNET20, "layer2.2", 1),
                Kinds.calibrated(RESNET56, "with values from 0 to 1", 0.22, 0.45),
                Kinds.biasBits(RESNET32, 8),
                Kinds.downwards(RESNET56, "layer1.3.conv1.weight", "layer1.3.relu1_out", 4));
    }
}
