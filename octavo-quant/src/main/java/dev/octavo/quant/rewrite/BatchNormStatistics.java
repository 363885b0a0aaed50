package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
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
public record BatchNormStatistics(List<Float> mean, List<Float> deviation) {
    public BatchNormStatistics {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
    }

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
        int channels = b.remaining() / 8;
        List<Float> mean = new ArrayList<>();
        List<Float> deviation = new ArrayList<>();
        for (int c = 0; c < channels; c++) {
            mean.add(b.getFloat(4 * c));
            deviation.add(b.getFloat(4 * (channels + c)));
        }
        return Optional.of(new BatchNormStatistics(mean, deviation));
    }
}
