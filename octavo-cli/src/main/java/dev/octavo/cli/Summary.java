package dev.octavo.cli;

import dev.octavo.core.graph.Graph;
import dev.octavo.ort.SweepResult;
import dev.octavo.ort.cost.ExportCheck;
import dev.octavo.ort.cost.PlacementReport;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.RangedPlan;
import dev.octavo.quant.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What was decided and what came of it, for people and for machines. */
final class Summary {
    /* Below this, a tenth of the outputs' power is error, and decisions change by the dozen. */
    private static final double POOR_DECIBELS = 10;

    private final Map<String, Object> facts = new LinkedHashMap<>();
    private final StringBuilder text = new StringBuilder();
    private final List<String> problems = new ArrayList<>();

    private Summary() {}

    /** What was seen, and where. */
    record Source(SweepResult seen, String text) {}

    static Summary of(
            Path model,
            RangedOptions one,
            RangedPlan ranged,
            Prepared prepared,
            Graph lowered,
            ExportCheck check,
            Source source,
            Optional<Proof> proof,
            Timing timing) {
        Summary s = new Summary();
        s.files(model, one);
        proof.ifPresent(s::accuracy);
        s.data(source);
        s.scheme(one, ranged, lowered);
        s.execution(check);
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

    private void accuracy(Proof proof) {
        facts.put("accuracy", proof.facts());
        line("accuracy    on %d examples:", proof.samples());
        proof.lines().forEach(l -> line("            %s", l));
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

    private void data(Source source) {
        SweepResult seen = source.seen();
        facts.put("data", source.text());
        facts.put("samples", seen.evidence().samples());
        facts.put(
                "skipped",
                seen.skipped().stream().map(x -> x.sample() + ": " + x.reason()).toList());
        line("data        %s", source.text());
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
        facts.put("repair", one.repair().recipe());
        if (!one.repair().note().isEmpty()) {
            facts.put("repairNote", one.repair().note());
            line("repair      %s", one.repair().note());
        }
        if (ranged.decibels().isPresent() && ranged.decibels().getAsDouble() < POOR_DECIBELS) {
            problem(String.format(
                    Locale.ROOT,
                    "the outputs keep only %.1f dB of their signal: 8 bits break this network as it stands;"
                            + " octavo doctor says which layers and why",
                    ranged.decibels().getAsDouble()));
        }
    }

    private void execution(ExportCheck check) {
        facts.put("computeNodes", check.computeNodes());
        facts.put("integerNodes", check.integerNodes());
        facts.put("integerMacShare", check.integerShare());
        Map<String, String> inFloat = new LinkedHashMap<>();
        check.floats().forEach(f -> inFloat.put(f.node(), f.operator() + ": " + f.because()));
        facts.put("floatNodes", inFloat);
        line(
                "integers    %d of %d compute nodes, %.1f %% of the multiply-accumulates (as ONNX Runtime builds it)",
                check.integerNodes(), check.computeNodes(), 100 * check.integerShare());
        inFloat.forEach((n, why) -> line("  in float  %s, %s", n, why));
        if (check.integerNodes() == 0 && check.computeNodes() > 0) {
            problem(
                    "nothing runs in integers, and the model is as large as before: integers gain no time here, by what was"
                            + " measured, or are not possible; --objective size puts everything that has a kernel into integers");
        }
        check.problems().forEach(p -> problem(p.node() + ": " + p.text()));
    }

    private void latency(Prepared p) {
        if (p.placement().isEmpty() || p.placement().get().threads().isEmpty()) {
            return;
        }
        PlacementReport r = p.placement().get();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (PlacementReport.Timing t : r.timings()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("threads", t.threads());
            row.put("float", both(t.inFloat()));
            row.put("quantized", both(t.chosen()));
            row.put("everythingInIntegers", both(t.everywhere()));
            row.put("quiet", t.quiet());
            rows.add(row);
            line(
                    "latency     %d thread%s: float %.3f ms, this model %.3f ms (×%.2f; predicted %.3f and %.3f ms)%s%s",
                    t.threads(),
                    t.threads() == 1 ? "" : "s",
                    t.inFloat().measured() / 1e3,
                    t.chosen().measured() / 1e3,
                    t.inFloat().measured() / t.chosen().measured(),
                    t.inFloat().predicted() / 1e3,
                    t.chosen().predicted() / 1e3,
                    r.remembered() ? ", measured earlier" : "",
                    t.quiet() ? "" : ", on a busy machine");
        }
        facts.put("latency", rows);
        facts.put("placement", r.why());
        facts.put("placementProvisional", r.provisional());
        if (r.provisional()) {
            line("placement   provisional: others used the machine; the next run decides again if cores are free");
        }
    }

    private static Map<String, Double> both(PlacementReport.Latency l) {
        Map<String, Double> micros = new LinkedHashMap<>();
        micros.put("predictedMicros", l.predicted());
        micros.put("measuredMicros", l.measured());
        return micros;
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
