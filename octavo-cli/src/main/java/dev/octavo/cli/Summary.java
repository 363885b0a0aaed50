package dev.octavo.cli;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.op.OpCatalog;
import dev.octavo.core.op.OpKind;
import dev.octavo.core.op.Workload;
import dev.octavo.ort.SweepResult;
import dev.octavo.ort.cost.PlacementReport;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.RangedPlan;
import dev.octavo.quant.Journal;
import dev.octavo.quant.target.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What was decided and what came of it, for people and for machines. */
final class Summary {
    /* Below this, a tenth of the outputs' power is error, and decisions change by the dozen. */
    private static final double POOR_DECIBELS = 10;

    private final Map<String, Object> facts = new LinkedHashMap<>();
    private final StringBuilder text = new StringBuilder();
    private final List<String> problems = new ArrayList<>();

    private Summary() {}

    static Summary of(
            Path model,
            RangedOptions one,
            RangedPlan ranged,
            Prepared prepared,
            Graph lowered,
            SweepResult seen,
            Timing timing) {
        Summary s = new Summary();
        s.files(model, one);
        s.data(seen);
        s.scheme(one, ranged, lowered);
        s.placement(prepared);
        s.latency(prepared);
        s.journal(prepared.journal(), ranged.journal());
        s.timing(timing);
        s.facts.put("problems", s.problems);
        return s;
    }

    Map<String, Object> facts() {
        return facts;
    }

    String text() {
        return text.toString();
    }

    List<String> problems() {
        return problems;
    }

    private void line(String format, Object... args) {
        text.append(String.format(Locale.ROOT, format, args)).append('\n');
    }

    private void problem(String what) {
        problems.add(what);
        line("PROBLEM     %s", what);
    }

    private void files(Path model, RangedOptions one) {
        long before = size(model);
        long after = size(one.output());
        facts.put("model", model.toString());
        facts.put("output", one.output().toString());
        facts.put("bytesBefore", before);
        facts.put("bytesAfter", after);
        line("%s -> %s", model.getFileName(), one.output().getFileName());
        line("size        %,d -> %,d bytes (%.2f of it)", before, after, after / (double) Math.max(1, before));
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new dev.octavo.core.ModelException("cannot look at " + file + ": " + e.getMessage(), "", e);
        }
    }

    private void data(SweepResult seen) {
        facts.put("samples", seen.evidence().samples());
        facts.put(
                "skipped",
                seen.skipped().stream().map(x -> x.sample() + ": " + x.reason()).toList());
        line(
                "data        %d samples%s",
                seen.evidence().samples(),
                seen.skipped().isEmpty() ? "" : ", " + seen.skipped().size() + " could not be read");
    }

    private void scheme(RangedOptions one, RangedPlan ranged, Graph lowered) {
        var o = one.options();
        facts.put("range", one.name());
        facts.put("rangeChosen", ranged.text());
        facts.put("weightBits", o.scheme().weightBits());
        facts.put("activationBits", o.scheme().activationBits());
        facts.put("weights", o.scheme().perChannel() ? "per-channel" : "per-tensor");
        facts.put("objective", o.objective().toString().toLowerCase(Locale.ROOT));
        facts.put("sites", ranged.plan().grids().size());
        facts.put("opset", lowered.opset());
        line(
                "scheme      weights %d bits %s, activations %d bits, objective %s; %d sites, opset %d",
                o.scheme().weightBits(),
                o.scheme().perChannel() ? "per channel" : "per tensor",
                o.scheme().activationBits(),
                o.objective().toString().toLowerCase(Locale.ROOT),
                ranged.plan().grids().size(),
                lowered.opset());
        line("ranges      %s", ranged.text());
        if (ranged.decibels().isPresent() && ranged.decibels().getAsDouble() < POOR_DECIBELS) {
            problem(String.format(
                    Locale.ROOT,
                    "the outputs keep only %.1f dB of their signal: 8 bits break this network as it stands",
                    ranged.decibels().getAsDouble()));
        }
    }

    private void placement(Prepared p) {
        long all = 0;
        long integer = 0;
        int nodes = 0;
        int integerNodes = 0;
        Map<String, String> inFloat = new TreeMap<>();
        for (Group g : Group.of(p.graph())) {
            if (OpCatalog.of(g.node()).kind() != OpKind.COMPUTES) {
                continue;
            }
            long macs = Workload.macs(g.node(), p.types());
            all += macs;
            nodes++;
            if (p.integer().contains(g)) {
                integer += macs;
                integerNodes++;
            } else {
                inFloat.put(g.node().label(), p.obstacles().getOrDefault(g, "unknown"));
            }
        }
        double share = all == 0 ? 0 : integer / (double) all;
        facts.put("computeNodes", nodes);
        facts.put("integerNodes", integerNodes);
        facts.put("integerMacShare", share);
        facts.put("floatNodes", inFloat);
        line(
                "integers    %d of %d compute nodes, %.1f %% of the multiply-accumulates",
                integerNodes, nodes, 100 * share);
        inFloat.forEach((n, why) -> line("  in float  %s: %s", n, why));
    }

    private void latency(Prepared p) {
        if (p.placement().isEmpty() || p.placement().get().threads().isEmpty()) {
            return;
        }
        PlacementReport r = p.placement().get();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < r.threads().size(); i++) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("threads", r.threads().get(i));
            row.put("floatMicros", r.floatMicros().get(i));
            row.put("int8Micros", r.chosenMicros().get(i));
            row.put("everythingMicros", r.everywhereMicros().get(i));
            rows.add(row);
            line(
                    "latency     %d thread%s: float %.3f ms, this model %.3f ms (×%.2f), everything in integers %.3f ms",
                    r.threads().get(i),
                    r.threads().get(i) == 1 ? "" : "s",
                    r.floatMicros().get(i) / 1e3,
                    r.chosenMicros().get(i) / 1e3,
                    r.floatMicros().get(i) / r.chosenMicros().get(i),
                    r.everywhereMicros().get(i) / 1e3);
        }
        facts.put("latency", rows);
        facts.put("placement", r.why());
    }

    private void journal(Journal prepared, Journal solved) {
        List<String> entries = new ArrayList<>();
        Map<String, Integer> did = new LinkedHashMap<>();
        List<Journal.Entry> both = new ArrayList<>(prepared.entries());
        both.addAll(solved.entries());
        for (Journal.Entry e : both) {
            entries.add(e.toString());
            did.merge(e.pass() + (e.did() ? "" : " (left alone)"), 1, Integer::sum);
        }
        facts.put("journal", entries);
        did.forEach((pass, n) -> line("pass        %s: %d", pass, n));
    }

    private void timing(Timing timing) {
        facts.put("seconds", timing.laps());
        StringBuilder b = new StringBuilder();
        timing.laps()
                .forEach((k, v) -> b.append(String.format(Locale.ROOT, "%s%s %.2f s", b.isEmpty() ? "" : ", ", k, v)));
        line("time        %s", b);
    }
}
