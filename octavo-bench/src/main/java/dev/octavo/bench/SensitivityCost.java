package dev.octavo.bench;

import dev.octavo.analysis.sensitivity.Measure;
import dev.octavo.analysis.sensitivity.NoTask;
import dev.octavo.analysis.sensitivity.Sensitivity;
import dev.octavo.analysis.sensitivity.SensitivityTable;
import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.ort.EvidenceSweep;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.Preparation;
import dev.octavo.ort.quantize.Prepared;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.LeastSquares;
import dev.octavo.quant.rewrite.Witness;
import dev.octavo.tasks.data.DatasetOptions;
import dev.octavo.tasks.data.Datasets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What the sensitivity table of a network costs, in simulated passes per site and sample: both on one thread, the pass
 * timed before and after the table.
 *
 * <pre>
 *   cost = time(table) / (sites · samples · time(simulated pass))
 * </pre>
 */
public final class SensitivityCost {
    private static final int SAMPLES = 16;

    private SensitivityCost() {}

    /** Arguments: a float model and its data set file. */
    public static void main(String[] args) throws UnreadableSampleException {
        Graph model = OnnxReader.read(Path.of(args[0]));
        try (Dataset data = Datasets.spread(Datasets.open(Path.of(args[1]), DatasetOptions.DEFAULT), SAMPLES)) {
            QuantizeOptions options = QuantizeOptions.DEFAULT.withActivations(new LeastSquares());
            Prepared prepared = Preparation.everywhere(
                    Preparation.rewrite(model, OrtEngine.INSTANCE::inferTypes), options, Witness.NONE);
            Plan plan = prepared.solve(EvidenceSweep.collect(
                            prepared.graph(),
                            prepared.fingerprint(),
                            prepared.request(),
                            data,
                            SweepOptions.standard(),
                            Progress.NONE)
                    .evidence());
            Graph simulated = prepared.lower(plan);
            double before = pass(simulated, data);
            long start = System.nanoTime();
            SensitivityTable<NoTask> table =
                    new Sensitivity(prepared.graph(), prepared.types(), plan, 1).run(data, new NoTask(), Progress.NONE);
            double seconds = (System.nanoTime() - start) * 1e-9;
            double pass = (before + pass(simulated, data)) / 2;
            print(table, seconds, pass, data.size());
        }
    }

    private static void print(SensitivityTable<NoTask> table, double seconds, double pass, int samples) {
        long sites = table.rows().stream()
                .filter(r -> !r.kind().toString().equals("both"))
                .count();
        System.out.printf(
                "%d sites, %d rows of two variants, %d samples%n",
                sites, table.rows().size(), samples);
        System.out.printf("table %.1f s, simulated pass %.2f ms%n", seconds, pass * 1e3);
        System.out.printf("%.2f simulated passes per site and sample%n", seconds / (sites * samples * pass));
        System.out.printf(
                "float against itself: %s%n", Measure.L1.harm(table.itself().outputs(), Map.of()));
    }

    /* Median seconds of a simulated pass. */
    private static double pass(Graph simulated, Dataset data) throws UnreadableSampleException {
        List<String> inputs =
                simulated.requiredInputs().stream().map(Value::name).toList();
        List<Map<String, Tensor>> samples = new ArrayList<>();
        for (int i = 0; i < data.size(); i++) {
            samples.add(data.read(i).inputsFor(inputs));
        }
        double[] seconds = new double[2 * samples.size()];
        try (Engine.Session session = OrtEngine.INSTANCE.open(simulated, Engine.Mode.UNFUSED, 1)) {
            for (int i = 0; i < seconds.length; i++) {
                long start = System.nanoTime();
                session.run(samples.get(i % samples.size()));
                seconds[i] = (System.nanoTime() - start) * 1e-9;
            }
        }
        Arrays.sort(seconds);
        return seconds[seconds.length / 2];
    }
}
