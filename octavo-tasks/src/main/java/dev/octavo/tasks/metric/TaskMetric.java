package dev.octavo.tasks.metric;

import dev.octavo.core.data.Metric;
import java.io.Serializable;
import java.util.Map;

/**
 * A metric that also says how sure its scores are: 95 % intervals of a bootstrap over samples. Values, no shared state;
 * may be serialized, merged in any order.
 *
 * @param <M> the metric itself
 */
public interface TaskMetric<M extends TaskMetric<M>> extends Metric<M>, Serializable {
    /** The key in {@link #scores()} of the score that stands for all, a fraction: higher is better. */
    String primary();

    /** Examples seen. */
    long samples();

    /** The intervals of the scores that have one, by key. The same tally and seed give the same. */
    Map<String, Interval> intervals(Bootstrap how);

    /**
     * The intervals of our scores less those of another tally over the same samples, each draw the same for both. They
     * are much narrower than the intervals of the scores themselves: pictures that are hard are hard for both.
     */
    Map<String, Interval> differences(M from, Bootstrap how);
}
