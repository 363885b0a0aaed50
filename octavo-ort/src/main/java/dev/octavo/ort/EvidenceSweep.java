package dev.octavo.ort;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.stat.EvidenceRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects evidence in one pass over the data: each sample is read, run and summed up by one of several threads, and
 * what the threads have is merged.
 *
 * <p>The evidence is the same to the last bit whatever the number of threads, the order of the samples and the
 * interruptions: a sample always runs alone with one thread (or, in a model fixed to a larger batch, beside others that
 * do not touch its numbers), and merging is exact. Memory is independent of the number of samples.
 */
public final class EvidenceSweep {
    private EvidenceSweep() {}

    /**
     * Collects what is asked for.
     *
     * @param graph the network; not changed
     * @param fingerprint identifies the network in the evidence
     * @param request values that are inputs of the network or computed by it, and float
     * @param data what to run
     * @throws ModelException when model and data do not fit, a value is NaN or infinite, or half of the samples or
     *     more cannot be read
     * @throws java.util.concurrent.CancellationException when the thread is interrupted; the checkpoint, if there is
     *     one, then holds the work done
     */
    public static SweepResult collect(
            Graph graph,
            String fingerprint,
            EvidenceRequest request,
            Dataset data,
            SweepOptions options,
            Progress progress) {
        long start = System.nanoTime();
        if (data.size() == 0) {
            throw new ModelException(
                    "there are no samples to collect evidence from", "check the folder or list that names the data");
        }
        SweepState state = SweepState.begin(fingerprint, request, data, options);
        if (!request.axes().isEmpty() && state.remaining() > 0) {
            try (SweepModel model = SweepModel.open(graph, request, firstReadable(data))) {
                new SweepCrew(model, request, data, options, progress).work(state);
            }
        }
        state.finish();
        Evidence evidence = request.axes().isEmpty() ? Evidence.none(fingerprint) : state.evidence();
        double seconds = (System.nanoTime() - start) * 1e-9;
        return new SweepResult(evidence, state.skipped(), seconds, state.notes());
    }

    private static Sample firstReadable(Dataset data) {
        List<String> reasons = new ArrayList<>();
        for (int i = 0; i < data.size(); i++) {
            try {
                return data.read(i);
            } catch (UnreadableSampleException e) {
                reasons.add(e.getMessage());
            }
        }
        throw new ModelException(
                "none of the " + data.size() + " samples can be read; the first: " + reasons.get(0),
                "check that the data are what the task expects");
    }
}
