package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Clip;
import dev.octavo.core.op.Weighted;
import dev.octavo.quant.Journal;
import dev.octavo.quant.channel.ChannelScaling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Sets to 0 the weights that read channels which are always 0.
 *
 * <pre>
 *   x -> Conv(W₁, b₁) -> Relu -> Conv(W₂)        W₁[c] all 0 and b₁[c] ≤ 0:        W₂[:, c] := 0
 * </pre>
 *
 * <p>Keeps the outputs: what the weights are multiplied by is 0. Training leaves such channels behind, with any weights
 * reading them; these would set the grid, and the weights that count would get what codes are left.
 */
public final class CutDeadChannels implements GraphPass {
    /* What gives 0 where it reads nothing but 0, channel by channel. */
    private static final Set<String> KEEP_ZERO =
            Set.of("Relu", "LeakyRelu", "PRelu", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool");

    @Override
    public String name() {
        return "cut-dead-channels";
    }

    @Override
    public Keeps keeps() {
        return Keeps.OUTPUTS;
    }

    @Override
    public void apply(Graph graph, Journal journal) {
        for (Node n : graph.nodes()) {
            Optional<Weighted> layer =
                    Weighted.of(n).filter(w -> ChannelScaling.obstacle(w).isEmpty());
            if (layer.isEmpty()) {
                continue;
            }
            boolean[] dead = dead(layer.get());
            for (Weighted reader : readers(n.output())) {
                int cut = cut(graph, reader, dead);
                if (cut > 0) {
                    journal.did(
                            name(),
                            reader.node().label(),
                            "no longer reads " + cut + " channels of " + n.label() + " that are always 0");
                }
            }
        }
    }

    /* Channels with no weight but 0 that come out as 0, behind the limit if one follows alone. */
    private static boolean[] dead(Weighted w) {
        boolean[] dead = new boolean[ChannelScaling.outputs(w)];
        Arrays.fill(dead, true);
        float[] v = w.weight().constant().orElseThrow().floats();
        ChannelScaling.visit(w, (o, i, from, to) -> {
            for (int at = from; at < to; at++) {
                dead[o] &= v[at] == 0;
            }
        });
        float[] bias = w.bias().map(b -> b.constant().orElseThrow().floats()).orElse(new float[dead.length]);
        Value y = w.node().output();
        boolean limited = y.uses().size() == 1
                && !y.isGraphOutput()
                && Clip.of(y.uses().get(0).node())
                        .filter(c -> c.low() == 0 && c.high() > 0)
                        .isPresent();
        for (int o = 0; o < dead.length; o++) {
            dead[o] &= bias[o] == 0 || (limited && bias[o] < 0);
        }
        return dead;
    }

    /* The layers that read a value, or what becomes of it while zeros stay zeros. */
    private static List<Weighted> readers(Value from) {
        List<Weighted> readers = new ArrayList<>();
        List<Value> open = new ArrayList<>(List.of(from));
        while (!open.isEmpty()) {
            Value v = open.remove(open.size() - 1);
            for (Use u : v.uses()) {
                Node n = u.node();
                if (u.isCaptured() || u.input() != 0) {
                    continue;
                }
                boolean zero = n.domain().isEmpty() && KEEP_ZERO.contains(n.type());
                if (zero
                        || Clip.of(n).filter(c -> c.low() <= 0 && c.high() >= 0).isPresent()) {
                    open.add(n.output());
                } else {
                    Weighted.of(n)
                            .filter(w -> ChannelScaling.obstacle(w).isEmpty())
                            .ifPresent(readers::add);
                }
            }
        }
        return readers;
    }

    private static int cut(Graph graph, Weighted reader, boolean[] dead) {
        if (ChannelScaling.inputs(reader) != dead.length) {
            return 0;
        }
        boolean[] reads = new boolean[dead.length];
        float[] v = reader.weight().constant().orElseThrow().floats();
        ChannelScaling.visit(reader, (o, i, from, to) -> {
            for (int at = from; at < to; at++) {
                reads[i] |= v[at] != 0;
            }
        });
        double[] in = new double[dead.length];
        int count = 0;
        for (int i = 0; i < in.length; i++) {
            boolean cut = dead[i] && reads[i];
            in[i] = cut ? 0 : 1;
            count += cut ? 1 : 0;
        }
        if (count > 0) {
            double[] same = new double[ChannelScaling.outputs(reader)];
            Arrays.fill(same, 1);
            ChannelScaling.scale(graph, reader, same, in);
        }
        return count;
    }
}
