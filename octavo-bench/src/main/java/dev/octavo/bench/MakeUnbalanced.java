package dev.octavo.bench;

import dev.octavo.core.graph.Graph;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.onnx.OnnxWriter;
import dev.octavo.ort.OrtEngine;
import dev.octavo.quant.channel.ChannelMap;
import dev.octavo.quant.rewrite.ScaleChannels;
import java.nio.file.Path;
import java.util.Random;

/**
 * Writes a network that computes what another computes, with every channel that can be scaled, those of residual
 * streams too, multiplied by exp(N(0, 1.2)): what equalization has to undo.
 */
public final class MakeUnbalanced {
    private static final double SPREAD = 1.2;
    private static final long SEED = 1;

    private MakeUnbalanced() {}

    /** {@code MakeUnbalanced IN.onnx OUT.onnx}, for a network without Clip. */
    public static void main(String[] args) {
        if (args.length != 2) {
            throw new IllegalArgumentException("MakeUnbalanced IN.onnx OUT.onnx");
        }
        OnnxWriter.write(unbalanced(OnnxReader.read(Path.of(args[0])), SEED), Path.of(args[1]));
    }

    /** A copy of the network, unbalanced. */
    static Graph unbalanced(Graph network, long seed) {
        Graph g = network.copy();
        ChannelMap map = ChannelMap.of(g, OrtEngine.INSTANCE.inferTypes(g));
        Random random = new Random(seed);
        double[] ofClass = new double[map.classes().size()];
        for (int c = 0; c < ofClass.length; c++) {
            double factor = Math.exp(random.nextGaussian() * SPREAD);
            ofClass[c] = map.classes().pinned(c).isPresent() ? 1 : factor;
        }
        double[] s = new double[ofClass.length];
        for (int id = 0; id < s.length; id++) {
            s[id] = ofClass[map.classes().find(id)];
        }
        ScaleChannels.apply(g, map, s);
        return g;
    }
}
