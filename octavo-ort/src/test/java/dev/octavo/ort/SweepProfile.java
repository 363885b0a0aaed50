package dev.octavo.ort;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Progress;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.stat.EvidenceRequest;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.onnx.OnnxReader;
import dev.octavo.onnx.evidence.EvidenceCodec;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;

/**
 * Where the time of a sweep goes. To be run by hand, one JVM per measurement:
 *
 * <pre>
 *   java … dev.octavo.ort.SweepProfile model.onnx pictures.zip 100 2
 * </pre>
 */
final class SweepProfile {
    private SweepProfile() {}

    public static void main(String[] args) throws IOException {
        double jvm = ManagementFactory.getRuntimeMXBean().getUptime() * 1e-3;
        double cpuAtMain = cpu();
        ImageIO.setUseCache(false);
        try (Pictures pictures = new Pictures(Path.of(args[1]), Integer.parseInt(args[2]))) {
            int threads = Integer.parseInt(args[3]);
            long start = System.nanoTime();
            Graph graph = OnnxReader.read(Path.of(args[0])).freeze();
            report("read the model", start, cpuAtMain);
            EvidenceRequest request = request(graph);
            double before = cpu();
            start = System.nanoTime();
            SweepOptions options = SweepOptions.standard().withThreads(threads);
            SweepResult result = EvidenceSweep.collect(graph, "none", request, pictures, options, Progress.NONE);
            report("sweep", start, before);
            long values = result.evidence().values().values().stream()
                    .mapToLong(v -> v.histogram().count())
                    .sum();
            byte[] bytes = EvidenceCodec.encode(result.evidence());
            System.out.printf(
                    "%d values of %d tensors, evidence %d bytes, hash %08x%n",
                    values, request.axes().size(), bytes.length, Arrays.hashCode(bytes));
            long compiling = ManagementFactory.getCompilationMXBean().getTotalCompilationTime();
            System.out.printf(
                    "of which decoding %.2f s CPU; just-in-time compilation so far %.2f s%n",
                    pictures.decoding.sum() * 1e-9, compiling * 1e-3);
            System.out.printf("JVM before main %.2f s wall, %.2f s CPU; all %.2f s CPU%n", jvm, cpuAtMain, cpu());
            Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(l -> l.startsWith("VmHWM"))
                    .forEach(System.out::println);
        }
    }

    private static void report(String what, long startNanos, double startCpu) {
        System.out.printf(
                "%s: %.2f s wall, %.2f s CPU%n", what, (System.nanoTime() - startNanos) * 1e-9, cpu() - startCpu);
    }

    private static double cpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                        .getProcessCpuTime()
                * 1e-9;
    }

    /** The activations that quantization looks at: whatever a convolution's group ends with. */
    private static EvidenceRequest request(Graph graph) {
        TreeMap<String, Set<Integer>> axes = new TreeMap<>();
        graph.requiredInputs().forEach(v -> axes.put(v.name(), Set.of(1)));
        for (Node n : graph.nodes()) {
            boolean activation = Set.of("Clip", "Relu", "Add", "GlobalAveragePool", "Gemm", "MaxPool", "Concat")
                    .contains(n.type());
            boolean linear = Set.of("Conv", "BatchNormalization").contains(n.type())
                    && n.output().uses().stream()
                            .noneMatch(u -> Set.of("BatchNormalization", "Clip", "Relu")
                                    .contains(u.node().type()));
            if (activation || linear) {
                axes.put(n.output().name(), Set.of(1));
            }
        }
        return new EvidenceRequest(axes);
    }

    /** Pictures in a zip file, cropped to 224 × 224 and normalised the ImageNet way. */
    private static final class Pictures implements Dataset {
        private static final float[] MEAN = {123.675f, 116.28f, 103.53f};
        private static final float[] STD = {58.395f, 57.12f, 57.375f};
        private final ZipFile zip;
        private final List<ZipEntry> entries = new ArrayList<>();
        private final LongAdder decoding = new LongAdder();

        Pictures(Path file, int n) throws IOException {
            zip = new ZipFile(file.toFile());
            zip.stream()
                    .filter(e -> e.getName().endsWith(".jpg") || e.getName().endsWith(".JPEG"))
                    .limit(n)
                    .forEach(entries::add);
        }

        @Override
        public int size() {
            return entries.size();
        }

        @Override
        public String name(int index) {
            return entries.get(index).getName();
        }

        @Override
        public String fingerprint() {
            return zip.getName() + entries.size();
        }

        @Override
        public Sample read(int index) throws UnreadableSampleException {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            try {
                byte[] bytes;
                synchronized (zip) {
                    bytes = zip.getInputStream(entries.get(index)).readAllBytes();
                }
                BufferedImage image = ImageIO.read(new ByteArrayInputStream(bytes));
                byte[] bgr = ((java.awt.image.DataBufferByte) image.getRaster().getDataBuffer()).getData();
                int left = (image.getWidth() - 224) / 2;
                int top = (image.getHeight() - 224) / 2;
                float[] out = new float[3 * 224 * 224];
                for (int c = 0; c < 3; c++) {
                    for (int y = 0; y < 224; y++) {
                        for (int x = 0; x < 224; x++) {
                            int at = ((y + top) * image.getWidth() + x + left) * 3 + 2 - c;
                            out[(c * 224 + y) * 224 + x] = ((bgr[at] & 0xff) - MEAN[c]) / STD[c];
                        }
                    }
                }
                ByteBuffer b = ByteBuffer.allocate(4 * out.length).order(ByteOrder.LITTLE_ENDIAN);
                b.asFloatBuffer().put(out);
                Tensor t = Tensor.of(DType.FLOAT, Shape.of(1, 3, 224, 224), Storage.of(b));
                return Sample.of(name(index), t, OptionalInt.empty());
            } catch (IOException e) {
                throw new UnreadableSampleException(name(index), "is no picture", e);
            } finally {
                decoding.add(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start);
            }
        }

        @Override
        public void close() {
            try {
                zip.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
