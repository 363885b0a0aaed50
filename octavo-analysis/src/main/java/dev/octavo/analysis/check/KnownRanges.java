package dev.octavo.analysis.check;

import dev.octavo.analysis.check.CheckReport.KnownRange;
import dev.octavo.analysis.check.Finding.Kind;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Range;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Quantized values whose range the graph, or geometry, tells, and grids that are not made for that. */
final class KnownRanges {
    /* Sigmoid and Tanh are flat beyond: 1 - σ(8) is a twelfth of a step of 1/255. */
    private static final double FLAT = 8;
    private static final int ENOUGH_CODES = 64;
    private static final double WIDE_SPAN = 128;
    private static final double FEW_CODES = 88;
    private static final double UNKNOWN_REACH = 52;
    private static final double WIDE = 50;
    private static final double WASTED = 18;
    private static final double PER_BIT = 6;

    private final Subject s;
    private final List<KnownRange> rows = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();

    private KnownRanges(Subject s) {
        this.s = s;
    }

    static Section<KnownRange> of(Subject s) {
        KnownRanges k = new KnownRanges(s);
        Demand.of(s).forEach(k::coordinates);
        for (Value v : s.graph().values()) {
            Optional<QuantSpec> spec = s.decided().given(v).filter(q -> q.bits() <= 16 && !q.isPerChannel());
            if (spec.isPresent()
                    && v.constant().isEmpty()
                    && v.producer().filter(Subject::moves).isEmpty()) {
                k.bounded(v, spec.get());
                k.flat(v, spec.get());
            }
        }
        return new Section<>(k.rows, k.findings);
    }

    private void bounded(Value v, QuantSpec spec) {
        Optional<Interval> known = s.bounds().of(v).filter(Interval::isFinite).filter(i -> i.span() > 0);
        if (known.isEmpty()) {
            return;
        }
        Interval i = known.get();
        String line = fixed(v, i, spec);
        rows.add(new KnownRange(v.name(), i.low(), i.high(), i.from(), line));
        boolean coordinate =
                findings.stream().anyMatch(f -> f.fix().stream().anyMatch(x -> x.contains(Subject.quoted(v.name()))));
        if (i.span() >= WIDE_SPAN && spec.bits() <= 8 && !coordinate) {
            findings.add(new Finding(
                    Kind.KNOWN_RANGE,
                    v.name(),
                    String.format(Locale.ROOT, "it spans %s by %s, in %d bits", i, i.from(), spec.bits()),
                    Finding.numbers("span", i.span(), "step", i.span() / 255),
                    "one step is more than half a unit of it",
                    List.of(fixed(v, i, QuantSpec.perTensor(16, i.low() < 0, true))),
                    WIDE));
        }
        wasted(v, i, spec, line);
    }

    private void wasted(Value v, Interval known, QuantSpec spec, String line) {
        s.decided()
                .grid(v)
                .filter(g -> g.params().size() == 1)
                .map(g -> new Interval(g.range(0).low(), g.range(0).high(), "its grid"))
                .filter(g -> g.span() >= 2 * known.span())
                .ifPresent(g -> findings.add(new Finding(
                        Kind.KNOWN_RANGE,
                        v.name(),
                        "its grid covers " + g + ", and it cannot leave " + known,
                        Finding.numbers(
                                "bitsLost", Math.log(g.span() / known.span()) / Math.log(2), "bits", spec.bits()),
                        "codes that nothing can have are bits lost",
                        List.of(line),
                        WASTED + PER_BIT * Math.min(6, Math.log(g.span() / known.span()) / Math.log(2)))));
    }

    /* What feeds a Sigmoid alone need not be told apart where that is flat. */
    private void flat(Value v, QuantSpec spec) {
        boolean all = !v.uses().isEmpty()
                && !v.isGraphOutput()
                && v.uses().stream()
                        .allMatch(u -> u.node().is("Sigmoid") || u.node().is("Tanh"));
        Optional<Interval> range = s.range(v);
        if (!all || spec.bits() > 8 || range.filter(i -> i.span() > 4 * FLAT).isEmpty()) {
            return;
        }
        double bits = Math.log(range.get().span() / (2 * FLAT)) / Math.log(2);
        Interval flat = new Interval(-FLAT, FLAT, "Sigmoid");
        findings.add(new Finding(
                Kind.KNOWN_RANGE,
                v.name(),
                "only a " + v.uses().get(0).node().type() + " reads it, which is flat beyond " + flat + "; it spans "
                        + range.get() + " by " + range.get().from(),
                Finding.numbers("bitsLost", bits, "bits", spec.bits()),
                "codes are spent where they make no difference",
                List.of(fixed(v, flat, spec)),
                WASTED + PER_BIT * Math.min(6, bits)));
    }

    private void coordinates(Demand d) {
        List<Value> quantized = d.chain().keySet().stream()
                .filter(v -> v.producer().filter(Subject::moves).isEmpty())
                .filter(v -> s.decided().given(v).filter(q -> q.bits() <= 8).isPresent())
                .toList();
        if (quantized.isEmpty()) {
            return;
        }
        Value where = quantized.get(quantized.size() - 1);
        // The number of codes at the site where the least part of the grid counts.
        Optional<Double> codes = Optional.empty();
        for (Value v : quantized) {
            Optional<Interval> need = java.util.Objects.requireNonNull(d.chain().get(v));
            Optional<Interval> range = s.range(v).filter(i -> i.span() > 0);
            if (need.isPresent() && range.isPresent()) {
                double here =
                        255 * overlap(need.get(), range.get()) / range.get().span();
                codes = Optional.of(Math.min(here, codes.orElse(Double.MAX_VALUE)));
            }
        }
        if (codes.filter(c -> c >= ENOUGH_CODES).isPresent()) {
            return;
        }
        findings.add(finding(d, where, quantized, codes));
    }

    private static double overlap(Interval a, Interval b) {
        return Math.max(0, Math.min(a.high(), b.high()) - Math.max(a.low(), b.low()));
    }

    private Finding finding(Demand d, Value where, List<Value> quantized, Optional<Double> codes) {
        Optional<Interval> range = s.range(where);
        Optional<Interval> need = java.util.Objects.requireNonNull(d.chain().get(where));
        String sampled = "its values are coordinates that " + d.sampler().label() + " looks up in a map of "
                + d.pixels() + " pixels";
        String what = sampled
                + (codes.isPresent() && range.isPresent()
                        ? String.format(
                                Locale.ROOT,
                                "; on a grid of 8 bits over %s, by %s",
                                range.get(),
                                range.get().from())
                        : ", on grids of 8 bits")
                + need.map(n -> "; only " + n + " counts").orElse("");
        Map<String, Object> numbers = new LinkedHashMap<>();
        codes.ifPresent(c -> numbers.put("codesThatCount", c));
        numbers.put("pixels", d.pixels());
        range.ifPresent(r -> numbers.put("step", r.span() / 255));
        String why = codes.isPresent()
                ? String.format(
                        Locale.ROOT,
                        "of 256 codes %.1f lie where the sampler looks: a place is known to %.1f pixels",
                        codes.get(),
                        d.pixels() / Math.max(0.01, codes.get()))
                : "how far they reach is not known before data. Where places outside are marked, with -100 say, only 5 of 256"
                        + " codes are left for all places inside";
        List<String> fix = new ArrayList<>();
        boolean symmetric = range.filter(r -> r.magnitude() > 0).isPresent();
        if (symmetric) {
            fix.add("plan: { int16: " + list(quantized) + ", fixed: { " + entry16(where, range.get()) + " } }");
        } else {
            fix.add("plan: { int16: " + list(quantized) + " }");
        }
        fix.add("plan: { keep-float: " + list(quantized) + " }");
        return new Finding(
                Kind.KNOWN_RANGE, where.name(), what, numbers, why, fix, codes.isPresent() ? FEW_CODES : UNKNOWN_REACH);
    }

    private static String list(List<Value> values) {
        return values.stream().map(v -> Subject.quoted(v.name())).collect(Collectors.joining(", ", "[ ", " ]"));
    }

    /* 16 bits, symmetric, over the next round magnitude: [-99.8, 1.2] gives 100/32768. */
    private static String entry16(Value v, Interval range) {
        double magnitude = range.magnitude();
        double unit = Math.pow(10, Math.floor(Math.log10(magnitude)) - 1);
        double round = Math.ceil(magnitude / unit - 1e-9) * unit;
        return Subject.quoted(v.name()) + ": { bits: 16, scale: " + Float.toString((float) round) + "/32768 }";
    }

    private static String fixed(Value v, Interval i, QuantSpec spec) {
        QuantParams p = QuantParams.forRange(new Range(i.low(), i.high()), spec);
        String zero = spec.signed() && spec.symmetric() ? "" : ", zero-point: " + p.zeroPoint();
        String signed = spec.signed() && !zero.isEmpty() ? ", signed: true" : "";
        return "plan: { fixed: { " + Subject.quoted(v.name()) + ": { bits: " + spec.bits() + ", scale: "
                + Float.toString(p.scale()) + zero + signed + " } } }";
    }
}
