package dev.octavo.cli;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.ort.OrtEngine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * What can be done on another core while the model is read: opening the data, decoding a first example, loading the
 * native library. A fresh process otherwise spends a good part of a second on these, one after another.
 */
final class Ahead {
    private final CompletableFuture<Dataset> data;

    private Ahead(CompletableFuture<Dataset> data) {
        this.data = data;
    }

    /** Begins to open a data set, and wakes the engine. */
    static Ahead open(Supplier<Dataset> opening) {
        CompletableFuture<Dataset> data = CompletableFuture.supplyAsync(() -> {
            Dataset opened = opening.get();
            if (opened.size() > 0) {
                try {
                    opened.read(0);
                } catch (UnreadableSampleException e) {
                    // Whoever reads the data in earnest skips, counts and names it.
                }
            }
            return opened;
        });
        var unused = CompletableFuture.runAsync(OrtEngine::version);
        return new Ahead(data);
    }

    /** The data set; what went wrong in opening it is thrown as it was. */
    Dataset data() {
        try {
            return data.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException r) {
                throw r;
            }
            throw e;
        }
    }

    /** Closes the data set if nobody took it, once it is open. */
    void abandon() {
        var unused = data.thenAccept(Dataset::close);
    }
}
