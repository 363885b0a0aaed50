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
 * deviation, |γ| unless the channel hardly varies. Kept in the model's metadata under {@code octavo.batch-norm/<value>}, so that ranges
 * without data, bias absorption and bias correction still find it after folding and after a round
 * trip through a file.
 *
 * @param mean β, {@code [C]}
 * @param deviation |γ|·√(variance / (variance + ε)), {@code [C]}
 */
public record BatchNormStatistics(List<Float> mean, List<Float> deviation) {
    public BatchNormStatistics {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
    }

    private static final String KEY = "octavo.batch-norm/";

    static void record(Graph graph, String value, float[] deviation, float[] beta) {
        List<Float> means = new ArrayList<>();
        List<Float> deviations = new ArrayList<>();
        for (int c = 0; c < beta.length; c++) {
            means.add(beta[c]);
            deviations.add(deviation[c]);
        }
        new BatchNormStatistics(means, deviations).put(graph, value);
    }

    /** Keeps these as the statistics of a value of the graph. */
    public void put(Graph graph, String value) {
        ByteBuffer b = ByteBuffer.allocate(8 * mean.size()).order(ByteOrder.LITTLE_ENDIAN);
        mean.forEach(b::putFloat);
        deviation.forEach(b::putFloat);
        graph.putMetadata(KEY + value, Base64.getEncoder().encodeToString(b.array()));
    }

    /** The statistics after each channel was multiplied by its factor, which is positive. */
    public BatchNormStatistics scaled(double[] factor) {
        List<Float> m = new ArrayList<>();
        List<Float> d = new ArrayList<>();
        for (int c = 0; c < mean.size(); c++) {
            m.add((float) (mean.get(c) * factor[c]));
            d.add((float) (deviation.get(c) * factor[c]));
        }
        return new BatchNormStatistics(m, d);
    }

    /** The statistics after so much was added to each channel. */
    public BatchNormStatistics shifted(double[] amount) {
        List<Float> m = new ArrayList<>();
        for (int c = 0; c < mean.size(); c++) {
            m.add((float) (mean.get(c) + amount[c]));
        }
        return new BatchNormStatistics(m, deviation);
    }

    /** Number of channels. */
    public int channels() {
        return mean.size();
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
