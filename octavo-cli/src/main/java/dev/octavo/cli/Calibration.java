package dev.octavo.cli;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Progress;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.stat.Evidence;
import dev.octavo.onnx.Fingerprint;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.SweepResult;
import dev.octavo.ort.quantize.DataWitness;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.Quantizer;
import dev.octavo.ort.quantize.RangedPlan;
import dev.octavo.quant.datafree.BatchNormWitness;
import dev.octavo.quant.datafree.InputRange;
import dev.octavo.quant.range.RangeRule;
import dev.octavo.quant.rewrite.Witness;
import java.util.List;
import java.util.Map;

/** What ranges and corrections are taken from: data, or without any the network's own batch normalisations. */
sealed interface Calibration {
    /** How the fingerprint of no data begins. */
    String NO_DATA = "no data: ";

    /** What passes may ask. */
    Witness witness(Graph graph, SweepOptions sweep, Progress progress);

    /** The evidence that a prepared network asks for. */
    SweepResult observe(Quantizer quantizer, Prepared prepared, SweepOptions sweep, Progress progress);

    /** The plan by a range rule. */
    RangedPlan plan(Quantizer quantizer, Prepared prepared, Evidence evidence, RangeRule rule, Progress progress);

    /** Where the numbers come from, in a few words. */
    String text(SweepResult seen);

    /** What identifies the source in a plan. */
    String fingerprint();

    /** Examples, with so many in work at once. */
    record OnData(Dataset examples, int threads) implements Calibration {
        @Override
        public Witness witness(Graph graph, SweepOptions sweep, Progress progress) {
            return DataWitness.of(graph, examples, sweep, progress);
        }

        @Override
        public SweepResult observe(Quantizer quantizer, Prepared prepared, SweepOptions sweep, Progress progress) {
            return quantizer.observe(prepared, examples, sweep, progress);
        }

        @Override
        public RangedPlan plan(
                Quantizer quantizer, Prepared prepared, Evidence evidence, RangeRule rule, Progress progress) {
            return quantizer.plan(prepared, evidence, rule, examples, threads, progress);
        }

        @Override
        public String text(SweepResult seen) {
            return seen.evidence().samples() + " samples"
                    + (seen.skipped().isEmpty() ? "" : ", " + seen.skipped().size() + " could not be read");
        }

        @Override
        public String fingerprint() {
            return examples.fingerprint();
        }
    }

    /**
     * No data.
     *
     * @param inputs what is known of the network's inputs
     * @param assumed where that comes from
     */
    record DataFree(Map<String, InputRange> inputs, String assumed) implements Calibration {
        @Override
        public Witness witness(Graph graph, SweepOptions sweep, Progress progress) {
            return new BatchNormWitness(OrtEngine.INSTANCE, Fingerprint::of, inputs);
        }

        @Override
        public SweepResult observe(Quantizer quantizer, Prepared prepared, SweepOptions sweep, Progress progress) {
            long start = System.nanoTime();
            Evidence evidence = prepared.witness().observe(prepared.graph(), prepared.request());
            return new SweepResult(evidence, List.of(), (System.nanoTime() - start) / 1e9, List.of());
        }

        @Override
        public RangedPlan plan(
                Quantizer quantizer, Prepared prepared, Evidence evidence, RangeRule rule, Progress progress) {
            return quantizer.plan(prepared, evidence, rule);
        }

        @Override
        public String text(SweepResult seen) {
            return fingerprint();
        }

        @Override
        public String fingerprint() {
            return NO_DATA + "batch-norm statistics; " + assumed;
        }
    }
}
