package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.Optional;

/**
 * What a folded batch normalisation knew of its output: per channel the mean β and the standard
 * deviation |γ|. Kept in the model's metadata under {@code octavo.batch-norm/<value>}, so that ranges
 * without data, bias absorption and bias correction still find it after folding and after a round
 * trip through a file.
 *
 * @param mean β, {@code [C]}
 * @param deviation |γ|, {@code [C]}
 */
public record BatchNormStatistics(float[] mean, float[] deviation) {
    private static final String KEY = "octavo.batch-norm/";

    static void record(Graph graph, String value, float[] gamma, float[] beta) {
        ByteBuffer b = ByteBuffer.allocate(8 * gamma.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float m : beta) {
            b.putFloat(m);
        }
        for (float g : gamma) {
            b.putFloat(Math.abs(g));
        }
        graph.putMetadata(KEY + value, Base64.getEncoder().encodeToString(b.array()));
    }

    /** The statistics of a value that a folded batch normalisation used to give. */
    public static Optional<BatchNormStatistics> of(Graph graph, String value) {
        String text = graph.metadata().get(KEY + value);
        if (text == null) {
            return Optional.empty();
        }
        ByteBuffer b = ByteBuffer.wrap(Base64.getDecoder().decode(text)).order(ByteOrder.LITTLE_ENDIAN);
        float[] mean = new float[b.remaining() / 8];
        float[] deviation = new float[mean.length];
        b.asFloatBuffer().get(mean).get(deviation);
        return Optional.of(new BatchNormStatistics(mean, deviation));
    }
}
