package dev.octavo.bench.doctor;

import static dev.octavo.bench.doctor.Network.MOBILENET_V1;
import static dev.octavo.bench.doctor.Network.RESNET20;
import static dev.octavo.bench.doctor.Network.RESNET32;
import static dev.octavo.bench.doctor.Network.RESNET56;
import static dev.octavo.bench.doctor.Network.SQUEEZENET;

import java.util.List;

/** The faults that the doctor was made with. */
final class Faults {
    private Faults() {}

    static List<Fault> all() {
        return List.of(
                Kinds.narrow(RESNET20, "input", 0.004, true),
                Kinds.narrow(RESNET20, "layer2.1.relu1_out", 0.001, false),
                Kinds.narrow(RESNET56, "layer1.4.relu1_out", 0.0005, false),
                Kinds.narrow(SQUEEZENET, "relu10_out", 0.05, false),
                Kinds.narrowWeights(RESNET32, "layer1.2.conv1.weight", "layer1.2.relu1_out", 0.0003),
                Kinds.percentile(RESNET32, 0.9),
                Kinds.wide(RESNET20, "layer1.2.relu2_out", 2),
                Kinds.wide(RESNET32, "layer2.3.relu1_out", 2),
                Kinds.sameAs(RESNET20, "layer1.0.relu1_out", "layer3.2.relu2_out"),
                Kinds.sameAs(RESNET32, "layer2.4.relu1_out", "layer3.4.relu2_out"),
                Kinds.smallBranch(SQUEEZENET, "relu8_out", 200),
                Kinds.bits(RESNET20, "layer1.1.conv1.weight", "layer1.1.relu1_out", 2),
                Kinds.bits(SQUEEZENET, "conv7.weight", "relu7_out", 2),
                Kinds.bits(RESNET32, "layer1.0.relu1_out", "layer1.0.relu1_out", 2),
                Kinds.outputBits(MOBILENET_V1, "conv_preds_out", 3),
                Kinds.dominant(RESNET20, "layer1.1.relu1_out", 3, 256),
                Kinds.unbalanced(RESNET20, 1),
                Kinds.deadHuge(RESNET20, "layer1.1", 5),
                Kinds.deadHuge(RESNET32, "layer2.2", 9),
                Kinds.perTensor(MOBILENET_V1),
                Kinds.calibrated(RESNET20, "of a tenth of the brightness", 0.1, -1.9),
                Kinds.calibrated(SQUEEZENET, "that are not normalised", 58, 118),
                Kinds.strayPicture(RESNET20, 40),
                Kinds.biasBits(MOBILENET_V1, 8),
                Kinds.downwards(RESNET20, "layer2.1.conv1.weight", "layer2.1.relu1_out", 4),
                Kinds.inFloat(RESNET20, "layer2.0.conv1.weight", "layer2.0.relu1_out"));
    }
}
