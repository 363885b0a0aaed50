package dev.octavo.ort;

import dev.octavo.core.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Independent pieces of work side by side, results in order. */
public final class Parallel {
    private Parallel() {}

    /** Does all the work, at most {@code threads} pieces at a time; the first failure is thrown as it is. */
    public static <T> List<T> all(List<? extends Callable<T>> work, int threads) {
        ExecutorService pool = Executors.newFixedThreadPool(Math.max(1, Math.min(threads, work.size())), task -> {
            Thread t = new Thread(task, "octavo-worker");
            t.setDaemon(true);
            return t;
        });
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> f : pool.invokeAll(work)) {
                results.add(f.get());
            }
            return results;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException r) {
                throw r;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModelException("interrupted", "run the command again", e);
        } finally {
            pool.shutdownNow();
        }
    }
}
