package dev.octavo.core.data;

/**
 * Examples with random access, so that threads and machines can share them out. Implementations are
 * safe to read from several threads at once.
 */
public interface Dataset extends AutoCloseable {
    /** Number of examples, unreadable ones included. */
    int size();

    /**
     * Reads one example.
     *
     * @throws UnreadableSampleException when this one example cannot be used (a corrupt picture, say)
     *     and the rest still can
     */
    Sample read(int index) throws UnreadableSampleException;

    /** The name of an example without reading it. */
    String name(int index);

    /**
     * Text that changes whenever the examples or their pre-processing do: identifies the data in
     * provenance and keeps a resumed sweep from mixing two data sets.
     */
    String fingerprint();

    @Override
    default void close() {}
}
