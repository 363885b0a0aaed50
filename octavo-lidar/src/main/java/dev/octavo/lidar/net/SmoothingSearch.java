package dev.octavo.lidar.net;

import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Progress;
import dev.octavo.core.stat.Evidence;
import dev.octavo.lidar.sparse.SparseTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses how to smooth a sparse network by what it loses: every candidate is smoothed, quantized and run in integers on
 * the frames, and the one whose output is nearest to float wins. Not to smooth is a candidate too.
 */
public final class SmoothingSearch {
    /**
     * One candidate and what it lost.
     *
     * @param options how it was smoothed; absent: not at all
     * @param error {@code |integer - float| / |float|}, Euclidean, over the output of all frames
     */
    public record Trial(Optional<SmoothQuant.Options> options, double error) {}

    /**
     * What was found.
     *
     * @param net the network of the best trial
     * @param best the best trial
     * @param trials all, in the order tried
     */
    public record Found(SparseNet net, Trial best, List<Trial> trials) {}

    private final SparseNet net;
    private final List<SparseTensor> frames;
    private final SparseScheme.Options scheme;
    private final int threads;
    private final List<float[]> expected = new ArrayList<>();

    private SmoothingSearch(SparseNet net, List<SparseTensor> frames, SparseScheme.Options scheme, int threads) {
        this.net = net;
        this.frames = frames;
        this.scheme = scheme;
        this.threads = threads;
    }

    /** The candidates that are tried by default. */
    public static List<SmoothQuant.Options> candidates() {
        List<SmoothQuant.Options> out = new ArrayList<>();
        for (double alpha : new double[] {0.3, 0.5, 0.7, 0.85}) {
            for (SmoothQuant.Residual r : SmoothQuant.Residual.values()) {
                out.add(new SmoothQuant.Options(alpha, r));
            }
        }
        return out;
    }

    /**
     * Tries the candidates.
     *
     * @param frames the input voxels of some frames, used for ranges and for the error
     * @param scheme what is quantized
     * @param threads per run
     */
    public static Found best(
            SparseNet net,
            List<SparseTensor> frames,
            List<SmoothQuant.Options> candidates,
            SparseScheme.Options scheme,
            int threads,
            Progress progress) {
        return new SmoothingSearch(net, frames, scheme, threads).run(candidates, progress);
    }

    private Found run(List<SmoothQuant.Options> candidates, Progress progress) {
        SparseGraph graph = SparseGraphBuilder.features(net, Partition.NONE);
        Evidence evidence = SparseEvidence.collect(graph, frames, threads, Progress.NONE);
        Map<String, float[]> maxima = SmoothQuant.inputMaxima(graph, evidence);
        expected.addAll(outputs(graph));
        progress.begin("ways to smooth", candidates.size() + 1);
        SparseNet bestNet = net;
        Trial best = new Trial(Optional.empty(), error(graph, evidence));
        List<Trial> trials = new ArrayList<>(List.of(best));
        progress.advance(1);
        for (SmoothQuant.Options o : candidates) {
            SparseNet smoothed = SmoothQuant.smooth(net, maxima, o);
            SparseGraph g = SparseGraphBuilder.features(smoothed, Partition.NONE);
            Trial t = new Trial(Optional.of(o), error(g, SparseEvidence.collect(g, frames, threads, Progress.NONE)));
            trials.add(t);
            if (t.error() < best.error()) {
                best = t;
                bestNet = smoothed;
            }
            progress.advance(1);
        }
        progress.end();
        return new Found(bestNet, best, List.copyOf(trials));
    }

    private double error(SparseGraph graph, Evidence evidence) {
        List<float[]> actual = outputs(SparseQuantizer.lower(graph, SparseQuantizer.plan(graph, evidence, scheme)));
        double difference = 0;
        double whole = 0;
        for (int f = 0; f < actual.size(); f++) {
            float[] a = actual.get(f);
            float[] e = expected.get(f);
            for (int i = 0; i < e.length; i++) {
                double d = (double) a[i] - e[i];
                difference += d * d;
                whole += (double) e[i] * e[i];
            }
        }
        return whole == 0 ? 0 : Math.sqrt(difference / whole);
    }

    private List<float[]> outputs(SparseGraph graph) {
        try (SparseNetwork network = SparseNetwork.open(graph, threads, Mode.OPTIMIZED)) {
            return frames.stream()
                    .map(f -> network.features(f).features().floats())
                    .toList();
        }
    }
}
