package dev.octavo.quant.rewrite.smooth;

import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Range;
import dev.octavo.core.stat.ChannelStats;
import dev.octavo.core.stat.ValueCollector;
import dev.octavo.core.stat.ValueEvidence;
import dev.octavo.core.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * What some given samples, and not a data set, say of the inputs of layers.
 *
 * @param seen the range of every channel, by tensor that can be smoothed
 * @param ranges the range of every input of a layer
 */
record ChannelScan(Map<String, ChannelRanges> seen, Map<String, Range> ranges) {
    static ChannelScan of(Smoothing of, Engine engine, List<Map<String, Tensor>> samples) {
        Graph open = of.graph().copy();
        Map<String, ValueCollector> collectors = new TreeMap<>();
        of.ranges().keySet().forEach(v -> collectors.put(v, new ValueCollector(Set.of())));
        of.sites()
                .forEach(s -> collectors.put(
                        s.tensor(), new ValueCollector(Set.of(s.readers().axis()))));
        for (String name : collectors.keySet()) {
            Value v = open.require(name);
            if (!v.isGraphInput() && !v.isGraphOutput()) {
                open.addOutput(v);
            }
        }
        try (Engine.Session session = engine.open(open, Engine.Mode.OPTIMIZED, 1)) {
            for (Map<String, Tensor> sample : samples) {
                Map<String, Tensor> values = new HashMap<>(session.run(sample));
                values.putAll(sample);
                collectors.forEach((name, c) -> {
                    Tensor t = Objects.requireNonNull(values.get(name), name);
                    ByteBuffer bytes =
                            t.storage().slice(0, Math.toIntExact(t.storage().byteSize()));
                    c.add(t.shape(), bytes.asIntBuffer());
                });
            }
        }
        Map<String, ChannelRanges> seen = new HashMap<>();
        Map<String, Range> ranges = new HashMap<>();
        collectors.forEach((name, c) -> {
            ValueEvidence e = c.build();
            ranges.put(name, new Range(e.histogram().min(), e.histogram().max()));
            for (ChannelStats s : e.channels().values()) {
                seen.put(name, ChannelRanges.of(s));
            }
        });
        return new ChannelScan(seen, ranges);
    }
}
