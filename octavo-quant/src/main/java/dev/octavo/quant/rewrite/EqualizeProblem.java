package dev.octavo.quant.rewrite;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.OpKind;
import dev.octavo.quant.balance.ActivationNoise;
import dev.octavo.quant.balance.Balance;
import dev.octavo.quant.balance.Magnitudes;
import dev.octavo.quant.balance.RangeBalance;
import dev.octavo.quant.balance.Term;
import dev.octavo.quant.balance.WeightNoise;
import dev.octavo.quant.channel.ChannelClasses;
import dev.octavo.quant.channel.ChannelMap;
import dev.octavo.quant.channel.ChannelScaling;
import dev.octavo.quant.rewrite.ChannelKnowledge.Moments;
import dev.octavo.quant.target.Group;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The channels of a graph as a problem in numbers, and its solution as a factor for each channel. */
final class EqualizeProblem {
    private final Graph graph;
    private final ChannelMap map;
    private final ChannelKnowledge known;
    private final EqualizeOptions options;
    private final Map<ChannelMap.Layer, Magnitudes> sizes = new HashMap<>();
    private final ChannelSensitivity sensitivity;

    EqualizeProblem(Graph graph, ChannelMap map, ChannelKnowledge known, EqualizeOptions options) {
        this.graph = graph;
        this.map = map;
        this.known = known;
        this.options = options;
        for (ChannelMap.Step s : map.steps()) {
            if (s instanceof ChannelMap.Layer l) {
                sizes.put(l, sizes(l));
            }
        }
        sensitivity = ChannelSensitivity.of(map, sizes, known);
    }

    private static Magnitudes sizes(ChannelMap.Layer l) {
        int groups = l.weighted().group();
        int perOutput = l.in().length / groups;
        float[] largest = new float[l.out().length * perOutput];
        float[] power = new float[largest.length];
        float[] w = l.weighted().weight().constant().orElseThrow().floats();
        ChannelScaling.visit(l.weighted(), (o, i, from, to) -> {
            int at = o * perOutput + i % perOutput;
            for (int k = from; k < to; k++) {
                largest[at] = Math.max(largest[at], Math.abs(w[k]));
                power[at] += w[k] * w[k];
            }
        });
        return new Magnitudes(
                l.out().length, perOutput, groups, w.length / Math.max(1, largest.length), largest, power);
    }

    /** The numbers when these limits are common to all their channels; the others may differ from channel to channel. */
    Numbers numbers(List<LimitPlan> common) {
        return new Numbers(common);
    }

    /** Classes numbered from 0, with what they pull on. */
    final class Numbers {
        private final int[] number; // by channel
        private final boolean[] free;
        private final Balance balance;
        private final List<String> names = new ArrayList<>();

        private Numbers(List<LimitPlan> common) {
            ChannelClasses classes = map.classes().copy();
            common.forEach(p -> p.tie(classes));
            number = new int[classes.size()];
            Map<Integer, Integer> byRoot = new HashMap<>();
            for (int c = 0; c < number.length; c++) {
                number[c] = byRoot.computeIfAbsent(classes.find(c), r -> byRoot.size());
            }
            free = new boolean[byRoot.size()];
            for (int c = 0; c < number.length; c++) {
                free[number[c]] = classes.pinned(c).isEmpty();
            }
            balance = new Balance(terms(), bounds(common), free, Math.log(options.most()), options.rounds());
        }

        private int[] of(int[] channels) {
            return Arrays.stream(channels).map(c -> number[c]).toArray();
        }

        private List<Term> terms() {
            List<Term> terms = new ArrayList<>();
            for (ChannelMap.Step s : map.steps()) {
                if (s instanceof ChannelMap.Layer l) {
                    names.add("the weight of " + l.node().label());
                    Magnitudes size = java.util.Objects.requireNonNull(sizes.get(l));
                    terms.add(
                            known.isEmpty()
                                    ? new RangeBalance(size, of(l.in()), of(l.out()))
                                    : new WeightNoise(
                                            size,
                                            of(l.in()),
                                            of(l.out()),
                                            power(l),
                                            sensitivity.of(l.out()),
                                            options.weightNoise(),
                                            options.perChannel()));
                }
            }
            if (!known.isEmpty() && options.activationBits() > 0) {
                for (Group g : Group.of(graph)) {
                    activation(g).ifPresent(t -> {
                        terms.add(t);
                        names.add("the values " + g.output().name());
                    });
                }
            }
            return terms;
        }

        private double[] power(ChannelMap.Layer l) {
            return known.of(l.weighted().input().name(), l.in().length)
                    .map(m -> m.stream().mapToDouble(Moments::variance).toArray())
                    .orElseGet(() -> {
                        double[] one = new double[l.in().length];
                        Arrays.fill(one, 1);
                        return one;
                    });
        }

        private Optional<Term> activation(Group g) {
            OpKind kind = OpCatalog.of(g.node()).kind();
            boolean rounded = kind == OpKind.COMPUTES || kind == OpKind.ARITHMETIC || kind == OpKind.JOINS;
            if (!rounded || g.node().presentOutputs().size() != 1) {
                return Optional.empty();
            }
            Value v = g.output();
            ChannelMap.Channels c = map.labels().get(v.name());
            return Optional.ofNullable(c)
                    .flatMap(l -> known.of(v.name(), l.ids().length)
                            .map(m -> new ActivationNoise(
                                    of(l.ids()),
                                    m.stream().mapToDouble(Moments::width).toArray(),
                                    sensitivity.of(rounded(v, l.ids())),
                                    options.activationNoise())));
        }

        /*
         * What a limit gives at its ends is a code exactly and is not rounded: behind it only the share of the values in
         * between makes noise, as in front of it.
         */
        private int[] rounded(Value v, int[] channels) {
            return map.steps().stream()
                    .filter(s -> s instanceof ChannelMap.Limit l && l.node().output() == v)
                    .findFirst()
                    .map(s -> ((ChannelMap.Limit) s).from())
                    .orElse(channels);
        }

        private List<Balance.Bound> bounds(List<LimitPlan> common) {
            List<Balance.Bound> bounds = new ArrayList<>();
            for (LimitPlan p : common) {
                if (p.reached().isEmpty()) {
                    continue;
                }
                int[] from = of(p.limit().from());
                int shared = from[p.reached().get(0)];
                for (int i = 0; i < from.length; i++) {
                    if (from[i] != shared) {
                        bounds.add(new Balance.Bound(from[i], shared, p.slack(i)));
                    }
                }
            }
            return bounds;
        }

        /** The solution; {@code before} is the noise without any factors. */
        Balance.Result solve() {
            double[] none = Balance.zeros(free.length);
            return known.isEmpty()
                    ? balance.solve(none)
                    : balance.solve(alike()).from(balance.value(none));
        }

        /*
         * Where all channels of a tensor span as much, as far as their ties allow: near enough to the solution to save half
         * of the rounds.
         */
        private double[] alike() {
            double[] sum = new double[free.length];
            int[] tensors = new int[free.length];
            map.labels()
                    .forEach((value, channels) -> known.of(value, channels.ids().length)
                            .ifPresent(m -> spans(m, of(channels.ids()), sum, tensors)));
            for (int n = 0; n < sum.length; n++) {
                sum[n] = free[n] && tensors[n] > 0 ? sum[n] / tensors[n] : 0;
            }
            return sum;
        }

        private static void spans(List<Moments> channels, int[] number, double[] sum, int[] tensors) {
            double mean = channels.stream()
                    .mapToDouble(Moments::width)
                    .filter(w -> w > 0)
                    .map(Math::log)
                    .average()
                    .orElse(0);
            for (int i = 0; i < number.length; i++) {
                double width = channels.get(i).width();
                if (width > 0) {
                    sum[number[i]] += Math.log(width) - mean;
                    tensors[number[i]]++;
                }
            }
        }

        /** The solution, looked for from that of a problem with fewer ties on; {@code before} is that of no factors. */
        Balance.Result solveFrom(Numbers other, double[] solution) {
            double[] start = Balance.zeros(free.length);
            int[] members = new int[free.length];
            for (int c = 0; c < number.length; c++) {
                start[number[c]] += solution[other.number[c]];
                members[number[c]]++;
            }
            for (int n = 0; n < start.length; n++) {
                start[n] = free[n] ? start[n] / members[n] : 0;
            }
            return balance.solve(start).from(balance.value(Balance.zeros(free.length)));
        }

        /** The limits that could be shared by all their channels for so much more noise, each by itself. */
        List<LimitPlan> cheap(List<LimitPlan> limits, Balance.Result solved, double most) {
            double[] known = balance.values(solved.u());
            return limits.stream()
                    .filter(p ->
                            balance.difference(solved.u(), known, withCommon(solved.u(), p)) <= most * solved.after())
                    .toList();
        }

        /** The largest parts of the noise at a solution, each with its share in percent. */
        List<String> largest(double[] u, int most) {
            double[] values = balance.values(u);
            double sum = Arrays.stream(values).sum();
            return java.util.stream.IntStream.range(0, values.length)
                    .boxed()
                    .sorted(java.util.Comparator.comparingDouble(i -> -values[i]))
                    .limit(most)
                    .map(i -> String.format(java.util.Locale.ROOT, "%s %.0f %%", names.get(i), 100 * values[i] / sum))
                    .toList();
        }

        /* The solution with a limit's channels made to share it; ln s by class. */
        private double[] withCommon(double[] solution, LimitPlan p) {
            double[] u = solution.clone();
            int[] from = of(p.limit().from());
            double shared =
                    p.reached().stream().mapToDouble(i -> u[from[i]]).average().orElse(0);
            boolean pinned = p.reached().stream().anyMatch(i -> !free[from[i]]);
            double top = pinned ? 0 : shared;
            for (int i : p.reached()) {
                u[from[i]] = top;
            }
            for (int i = 0; i < from.length && !p.reached().isEmpty(); i++) {
                if (free[from[i]] && !p.reached().contains(i)) {
                    u[from[i]] = Math.max(u[from[i]], top + p.slack(i));
                }
            }
            return u;
        }

        /** s of each channel. */
        double[] factors(double[] u) {
            return Arrays.stream(number).mapToDouble(n -> Math.exp(u[n])).toArray();
        }

        boolean isFree(int channel) {
            return free[number[channel]];
        }

        int classOf(int channel) {
            return number[channel];
        }

        int freeClasses() {
            int n = 0;
            for (boolean f : free) {
                n += f ? 1 : 0;
            }
            return n;
        }
    }
}
