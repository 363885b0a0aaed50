package dev.octavo.core.stat;

import java.io.Serializable;

/**
 * A summary of data that forms a commutative monoid: merging the summaries of parts gives, to the
 * last bit, the summary of the whole, whatever the parts and the order. Immutable.
 *
 * @param <S> the summary itself
 */
public interface Stat<S extends Stat<S>> extends Serializable {
    /** The summary of both. */
    S merge(S other);
}
