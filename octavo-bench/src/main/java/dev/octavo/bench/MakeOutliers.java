package dev.octavo.bench;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.testing.OutlierNetwork;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.onnx.OnnxWriter;
import java.nio.file.Path;

/** Writes a network with activation outliers that computes what another without Clip computes. */
public final class MakeOutliers {
    private static final long SEED = 1;

    private MakeOutliers() {}

    /**
     * {@code MakeOutliers IN.onnx RELU.onnx OUT.onnx}: the network with Relu in place of Clip, and that with outliers.
     */
    public static void main(String[] args) {
        if (args.length != 3) {
            throw new IllegalArgumentException("MakeOutliers IN.onnx RELU.onnx OUT.onnx");
        }
        Graph relu = OutlierNetwork.withRelu(OnnxReader.read(Path.of(args[0])));
        OnnxWriter.write(relu, Path.of(args[1]));
        OnnxWriter.write(OutlierNetwork.of(relu, SEED), Path.of(args[2]));
    }
}
