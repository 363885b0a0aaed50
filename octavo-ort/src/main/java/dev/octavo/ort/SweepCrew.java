package dev.octavo.ort;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Progress;
import dev.octavo.core.stat.EvidenceRequest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Several workers that take the next undone samples until none is left, and the thread that waits for them. */
final class SweepCrew {
    private final SweepModel model;
    private final EvidenceRequest request;
    private final Dataset data;
    private final SweepOptions options;
    private final Progress progress;
    private final AtomicInteger nextGroup = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean stop;

    SweepCrew(SweepModel model, EvidenceRequest request, Dataset data, SweepOptions options, Progress progress) {
        this.model = model;
        this.request = request;
        this.data = data;
        this.options = options;
        this.progress = progress;
    }

    /** Works off whatever the state lacks. */
    void work(SweepState state) {
        BitSet todo = new BitSet();
        for (int i = 0; i < data.size(); i++) {
            todo.set(i, !state.isDone(i));
        }
        progress.begin("collect evidence", data.size());
        progress.advance(data.size() - todo.cardinality());
        List<Tally> tallies = new ArrayList<>();
        int threads = Math.min(options.threads(), (todo.cardinality() + model.batch() - 1) / model.batch());
        CountDownLatch running = new CountDownLatch(threads);
        for (int t = 0; t < threads; t++) {
            Tally tally = new Tally(state.evidence().graphFingerprint(), request);
            tallies.add(tally);
            Thread thread = new Thread(() -> runWorker(tally, todo, running), "octavo-sweep-" + t);
            thread.setDaemon(true);
            thread.start();
        }
        boolean interrupted = await(running, state, tallies);
        tallies.forEach(t -> state.absorb(t.handOver()));
        progress.end();
        finish(state, interrupted);
    }

    /* Saves now and then; on interruption lets the workers finish the samples they are at. */
    private boolean await(CountDownLatch running, SweepState state, List<Tally> tallies) {
        boolean interrupted = false;
        while (true) {
            try {
                if (running.await(options.checkpointEvery().toNanos(), TimeUnit.NANOSECONDS)) {
                    return interrupted;
                }
                if (options.checkpoint().isPresent() && !stop) {
                    tallies.forEach(t -> state.absorb(t.handOver()));
                    state.save();
                }
            } catch (InterruptedException e) {
                interrupted = true;
                stop = true;
            } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
                stop = true;
            }
        }
    }

    private void finish(SweepState state, boolean interrupted) {
        Throwable failed = failure.get();
        boolean unfinished = failed != null || state.remaining() > 0;
        if (unfinished) {
            try {
                state.save();
            } catch (RuntimeException e) {
                if (failed != null && e != failed) {
                    failed.addSuppressed(e);
                } else if (failed == null) {
                    failed = e;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failed instanceof RuntimeException e) {
            throw e;
        }
        if (failed instanceof Error e) {
            throw e;
        }
        if (unfinished) {
            throw new CancellationException(
                    "the sweep was interrupted, " + state.remaining() + " of " + data.size() + " samples are left");
        }
    }

    private void runWorker(Tally tally, BitSet todo, CountDownLatch running) {
        try (SweepWorker worker = new SweepWorker(model, data, options.keepGoing(), tally)) {
            int groups = (data.size() + model.batch() - 1) / model.batch();
            for (int g = nextGroup.getAndIncrement(); g < groups && !stop; g = nextGroup.getAndIncrement()) {
                int from = g * model.batch();
                int to = Math.min(data.size(), from + model.batch());
                int left = todo.get(from, to).cardinality();
                if (left > 0) {
                    worker.process(from, to, todo);
                    progress.advance(left);
                }
            }
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
            stop = true;
        } finally {
            running.countDown();
        }
    }
}
