package dev.octavo.cli;

import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.plan.Plan;
import dev.octavo.onnx.OnnxWriter;
import dev.octavo.onnx.plan.PlanCodec;
import dev.octavo.ort.Parallel;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.SweepResult;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.Quantizer;
import dev.octavo.ort.quantize.RangedPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The main job for one model: prepared and observed once, then solved, proven and written for each range rule that was
 * asked for.
 *
 * @param model the file the graph comes from
 * @param graph the float network
 * @param wanted the results to write
 * @param sweep how to go over the data
 * @param test what to measure accuracy on, if it is to be measured
 */
record QuantizeJob(Path model, Graph graph, List<RangedOptions> wanted, SweepOptions sweep, Optional<TestData> test) {
    /** What a model is accompanied by: everything decided, for machines; a summary for people, and for machines. */
    static final List<String> COMPANIONS = List.of(".plan.json", ".summary", ".summary.json");

    QuantizeJob {
        boolean quantized = graph.nodes().stream().anyMatch(n -> n.is("QuantizeLinear") || n.is("DequantizeLinear"));
        if (quantized) {
            throw new ModelException(
                    model + " is quantized already", "give the float model; octavo evaluate scores a quantized one");
        }
    }

    /** Does it; one summary per result. */
    List<Summary> run(Calibration source, Timing timing, Console console) {
        Attempt plain = attempt(wanted, sweep, source, timing, console);
        boolean repair = Repair.isDue(wanted, plain);
        Attempt best = repair
                ? Repair.best(
                        wanted.get(0),
                        plain,
                        other -> attempt(List.of(other), sweep.withoutCheckpoint(), source, new Timing(), console))
                : plain;
        if (repair) {
            timing.lap("repair");
        }
        List<Optional<Proof>> proofs =
                best.results().stream().map(r -> prove(r.lowered(), console)).toList();
        test.ifPresent(t -> timing.lap("prove"));
        return allOrNothing(() -> written(best, proofs, source, timing));
    }

    private List<Summary> written(Attempt best, List<Optional<Proof>> proofs, Calibration source, Timing timing) {
        Parallel.all(each(best.results(), QuantizeJob::write), sweep.threads());
        timing.lap("write");
        List<Summary> summaries = new ArrayList<>();
        for (int i = 0; i < best.results().size(); i++) {
            Attempt.Result r = best.results().get(i);
            Summary summary = Summary.of(
                    model,
                    r.options(),
                    r.ranged(),
                    best.prepared(),
                    r.lowered(),
                    r.check(),
                    new Summary.Source(best.seen(), source.text(best.seen())),
                    proofs.get(i),
                    timing);
            Path file = r.options().output();
            ModelFile.write(ModelFile.beside(file, ".summary"), summary.text());
            ModelFile.write(ModelFile.beside(file, ".summary.json"), Json.text(summary.facts()) + "\n");
            summaries.add(summary);
        }
        return summaries;
    }

    private Attempt attempt(
            List<RangedOptions> all, SweepOptions how, Calibration source, Timing timing, Console console) {
        Quantizer quantizer = new Quantizer(all.get(0).options());
        Prepared prepared = quantizer.prepare(graph, source.witness(graph, how, console));
        timing.lap("prepare");
        SweepResult seen = observe(quantizer, prepared, source, how, console);
        seen.notes().forEach(console::say);
        console.warnOfSkipped(
                seen.skipped().stream().map(s -> s.sample() + ": " + s.reason()).toList());
        timing.lap("observe");
        List<Attempt.Result> results =
                Parallel.all(each(all, one -> solve(one, prepared, seen, source, console)), how.threads());
        timing.lap("solve");
        return new Attempt(prepared, seen, results);
    }

    private SweepResult observe(
            Quantizer quantizer, Prepared prepared, Calibration source, SweepOptions how, Console console) {
        try {
            return source.observe(quantizer, prepared, how, console);
        } catch (ModelException e) {
            // Model or data are at fault, and will be others when they are mended: nothing to go on from. After
            // trouble with the disk there is.
            if (!(e.getCause() instanceof IOException)) {
                how.checkpoint().ifPresent(file -> ModelFile.delete(file, e));
            }
            throw e;
        }
    }

    private static <A, B> List<Callable<B>> each(List<A> items, Function<A, B> work) {
        return items.stream().map(i -> (Callable<B>) () -> work.apply(i)).toList();
    }

    private Attempt.Result solve(
            RangedOptions one, Prepared prepared, SweepResult seen, Calibration source, Console console) {
        RangedPlan ranged = source.plan(
                new Quantizer(one.options()),
                prepared,
                seen.evidence(),
                one.options().activations(),
                console);
        Plan plan = ranged.plan().withProvenance(provenance(one, ranged, seen, source));
        Graph lowered = prepared.lower(plan);
        return new Attempt.Result(one, ranged, plan, lowered, prepared.check(lowered));
    }

    private Optional<Proof> prove(Graph lowered, Console console) {
        Optional<Proof> proof = test.map(t -> Proof.of(graph, lowered, t, sweep.threads(), console));
        proof.ifPresent(p -> console.warnOfSkipped(p.skipped()));
        return proof;
    }

    private static Path write(Attempt.Result r) {
        Path file = r.options().output();
        OnnxWriter.write(r.lowered(), file);
        ModelFile.write(ModelFile.beside(file, ".plan.json"), PlanCodec.write(r.plan()));
        return file;
    }

    private Map<String, String> provenance(RangedOptions one, RangedPlan ranged, SweepResult seen, Calibration source) {
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put("tool", new Main.Version().getVersion()[0]);
        provenance.put("model", String.valueOf(model.getFileName()));
        provenance.put("data", source.fingerprint());
        provenance.put("samples", Long.toString(seen.evidence().samples()));
        provenance.put("range", ranged.text());
        provenance.put("scheme", one.options().scheme().toString());
        if (!one.repair().recipe().isEmpty()) {
            provenance.put("repair", one.repair().recipe());
        }
        return provenance;
    }

    /* A model without its plan is of no use to anybody: all of the files, or none that was not there before. */
    private <T> T allOrNothing(Supplier<T> writing) {
        List<Path> fresh = new ArrayList<>();
        for (RangedOptions one : wanted) {
            fresh.add(one.output());
            COMPANIONS.forEach(c -> fresh.add(ModelFile.beside(one.output(), c)));
        }
        fresh.removeIf(Files::exists);
        try {
            return writing.get();
        } catch (RuntimeException e) {
            fresh.forEach(p -> ModelFile.delete(p, e));
            throw e;
        }
    }
}
