package dev.octavo.bench.lidar;

import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Progress;
import dev.octavo.core.stat.Evidence;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.net.Frame;
import dev.octavo.lidar.net.Partition;
import dev.octavo.lidar.net.ResBackbone;
import dev.octavo.lidar.net.SmoothingSearch;
import dev.octavo.lidar.net.SparseEvidence;
import dev.octavo.lidar.net.SparseGraph;
import dev.octavo.lidar.net.SparseGraphBuilder;
import dev.octavo.lidar.net.SparseNet;
import dev.octavo.lidar.net.SparseNetwork;
import dev.octavo.lidar.net.SparseQuantizer;
import dev.octavo.lidar.net.SparseScheme;
import dev.octavo.lidar.sparse.Cells;
import dev.octavo.lidar.sparse.SparseTensor;
import dev.octavo.lidar.sparse.Zyx;
import dev.octavo.tasks.npy.NpyReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The full-size 3D backbone on a real frame, float and in integers, all forms in turn in one process.
 *
 * <pre>java -cp … dev.octavo.bench.lidar.SparseBackbone DATA [rounds [partitions]]</pre>
 *
 * <p>A partition is a number of parts, with {@code g} behind it if rows are grouped by layer: {@code 1,8,1g,4g}.
 */
public final class SparseBackbone {
    private static final int THREADS = 2;

    /** One form to be timed. */
    private record Form(String name, SparseGraph graph) {}

    private SparseBackbone() {}

    /** DATA is the folder of real data; the weights are the random ones of {@code crop_a.npz}. */
    public static void main(String[] args) {
        Path data = Path.of(args[0]).resolve("pointcloud");
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 10;
        SparseNet net = network(data);
        Cells cells = Cells.of(NpyReader.read(data.resolve("frame_voxel_coords_bzyx.npy")), new Zyx(41, 1440, 1440), 1);
        SparseTensor input = new SparseTensor(NpyReader.read(data.resolve("frame_voxel_features.npy")), cells);
        SparseScheme.Options scheme = SparseScheme.Options.standard(net);
        SmoothingSearch.Found smooth =
                SmoothingSearch.best(net, List.of(input), SmoothingSearch.candidates(), scheme, THREADS, Progress.NONE);
        smooth.trials().forEach(t -> System.out.printf(Locale.ROOT, "%-60s error %.4f%n", t.options(), t.error()));
        List<Form> forms = new ArrayList<>();
        for (String spec : (args.length > 2 ? args[2] : "1,8,1g,4g").split(",")) {
            Partition p = new Partition(Integer.parseInt(spec.replace("g", "")), spec.endsWith("g"));
            SparseGraph graph = SparseGraphBuilder.features(net, p);
            forms.add(new Form("float " + spec, graph));
            forms.add(new Form("int8 " + spec, quantized(net, p, input, scheme)));
            forms.add(new Form("int8 smoothed " + spec, quantized(smooth.net(), p, input, scheme)));
            if (spec.equals("1")) {
                SparseScheme.Options all = new SparseScheme.Options(false, true, scheme.keepFloat());
                forms.add(new Form("all integer " + spec, quantized(net, p, input, all)));
            }
        }
        time(forms, input, rounds);
    }

    static SparseGraph quantized(SparseNet net, Partition p, SparseTensor input, SparseScheme.Options scheme) {
        SparseGraph graph = SparseGraphBuilder.features(net, p);
        Evidence evidence = SparseEvidence.collect(graph, List.of(input), THREADS, Progress.NONE);
        return SparseQuantizer.lower(graph, SparseQuantizer.plan(graph, evidence, scheme));
    }

    static SparseNet network(Path data) {
        Map<String, Tensor> state = new HashMap<>();
        NpyReader.readAll(data.resolve("reference/crop_a.npz")).forEach((name, t) -> {
            if (name.startsWith("weights/")) {
                state.put(name.substring("weights/".length()), t);
            }
        });
        return ResBackbone.of(state, "backbone_3d.", Optional.empty());
    }

    private static void time(List<Form> forms, SparseTensor input, int rounds) {
        List<SparseNetwork> open = forms.stream()
                .map(f -> SparseNetwork.open(f.graph(), THREADS, Mode.OPTIMIZED))
                .toList();
        double[] run = new double[forms.size()];
        double[] tables = new double[forms.size()];
        double[] cpu = new double[forms.size()];
        java.util.Arrays.fill(cpu, Double.MAX_VALUE);
        java.util.Arrays.fill(run, Double.MAX_VALUE);
        java.util.Arrays.fill(tables, Double.MAX_VALUE);
        List<float[]> results = new ArrayList<>();
        for (int r = 0; r < rounds; r++) {
            for (int i = 0; i < open.size(); i++) {
                // Cells anew, so that their index is made anew too: what a new frame costs.
                Cells cells = Cells.of(input.cells().toTensor(), input.cells().shape(), 1);
                SparseTensor fresh = new SparseTensor(input.features(), cells);
                long t0 = System.nanoTime();
                Frame frame = open.get(i).frame(cells);
                long t1 = System.nanoTime();
                long c1 = cpu();
                float[] y = open.get(i).features(fresh, frame).features().floats();
                long t2 = System.nanoTime();
                cpu[i] = Math.min(cpu[i], (cpu() - c1) / 1e6);
                tables[i] = Math.min(tables[i], (t1 - t0) / 1e6);
                run[i] = Math.min(run[i], (t2 - t1) / 1e6);
                if (r == 0) {
                    results.add(y);
                }
            }
        }
        for (int i = 0; i < forms.size(); i++) {
            System.out.printf(
                    Locale.ROOT,
                    "%-20s tables %6.1f ms   run %7.1f ms   CPU time of the run %7.1f ms   relative L2 error %.4f%n",
                    forms.get(i).name(),
                    tables[i],
                    run[i],
                    cpu[i],
                    relativeL2(results.get(i), results.get(0)));
        }
        System.out.println("most memory this process held: " + peak());
        open.forEach(SparseNetwork::close);
    }

    static String peak() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(l -> l.startsWith("VmHWM:"))
                    .findFirst()
                    .map(l -> l.substring("VmHWM:".length()).strip())
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown here: " + e.getMessage();
        }
    }

    /* Of the whole process: tells forms apart even where other work takes turns with this one. */
    private static long cpu() {
        return ((com.sun.management.OperatingSystemMXBean)
                        java.lang.management.ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static double relativeL2(float[] a, float[] b) {
        double difference = 0;
        double whole = 0;
        for (int i = 0; i < b.length; i++) {
            difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
            whole += (double) b[i] * b[i];
        }
        return Math.sqrt(difference / whole);
    }
}
