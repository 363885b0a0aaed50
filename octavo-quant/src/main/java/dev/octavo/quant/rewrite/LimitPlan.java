package dev.octavo.quant.rewrite;

import dev.octavo.quant.channel.ChannelClasses;
import dev.octavo.quant.channel.ChannelMap;
import dev.octavo.quant.rewrite.ChannelKnowledge.Moments;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What becomes of one finite upper limit L while its channels are scaled. */
final class LimitPlan {
    private final ChannelMap.Limit limit;
    private final Optional<List<Moments>> before;
    private final List<Integer> reached = new ArrayList<>();
    private boolean common;

    private LimitPlan(ChannelMap.Limit limit, Optional<List<Moments>> before) {
        this.limit = limit;
        this.before = before;
        for (int i = 0; i < limit.from().length; i++) {
            if (before.isEmpty() || before.get().get(i).high() > limit.clip().high()) {
                reached.add(i);
            }
        }
    }

    /** A plan for each finite upper limit that is followed. */
    static List<LimitPlan> of(ChannelMap map, ChannelKnowledge known) {
        List<LimitPlan> plans = new ArrayList<>();
        for (ChannelMap.Step s : map.steps()) {
            if (s instanceof ChannelMap.Limit l && Float.isFinite(l.clip().high())) {
                plans.add(new LimitPlan(l, known.of(l.clip().input().name(), l.from().length)));
            }
        }
        return plans;
    }

    ChannelMap.Limit limit() {
        return limit;
    }

    /** Places of the channels that reach the limit, as far as is known; all of them if nothing is. */
    List<Integer> reached() {
        return reached;
    }

    boolean isCommon() {
        return common;
    }

    /** There will be one limit for all channels, whose factors allow it. */
    void makeCommon() {
        common = true;
    }

    /** Lets the channels that reach the limit share a factor. */
    void tie(ChannelClasses classes) {
        for (int i : reached) {
            classes.tie(limit.from()[reached.get(0)], limit.from()[i]);
        }
    }

    /** ln of how near a channel comes to the limit, ≤ 0; so much smaller may its factor be than the shared one. */
    double slack(int i) {
        double high = high(i);
        return high > 0 ? Math.log(high / limit.clip().high()) : Double.NEGATIVE_INFINITY;
    }

    /** The largest value of a channel before the limit, at most the limit. */
    private double high(int i) {
        double l = limit.clip().high();
        return before.map(m -> Math.min(l, m.get(i).high())).orElse(l);
    }

    /**
     * The limit of the whole tensor after scaling: so high that no channel is cut that was not before.
     *
     * @param s factor by channel
     */
    double top(double[] s) {
        double top = 0;
        for (int i = 0; i < limit.from().length; i++) {
            // Where nothing reaches the limit, it stays clear of every channel, also on other data.
            double high = reached.isEmpty() ? limit.clip().high() : high(i);
            top = Math.max(top, high / s[limit.from()[i]]);
        }
        return top;
    }

    /** The limit of one channel after scaling. */
    double own(double[] s, int i) {
        return limit.clip().high() / s[limit.from()[i]];
    }
}
