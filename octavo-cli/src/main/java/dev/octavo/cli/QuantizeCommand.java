package dev.octavo.cli;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Engine;
import dev.octavo.core.graph.Graph;
import dev.octavo.lidar.pipeline.DetectorQuantizer;
import dev.octavo.ort.SweepOptions;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.ort.quantize.Quantizer;
import dev.octavo.tasks.data.Datasets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The main job: float ONNX in, int8 ONNX out. */
@Command(
        name = "quantize",
        mixinStandardHelpOptions = true,
        customSynopsis = {
            "octavo quantize MODEL --data DATA -o OUT.onnx [OPTIONS]",
            "octavo quantize MODEL --data-free [--mean M --std S] -o OUT.onnx [OPTIONS]",
            "octavo quantize detector.yaml --data NUSCENES -o DIR [OPTIONS]"
        },
        sortOptions = false,
        description =
                "Quantizes a float ONNX model on some data and writes a Q/DQ model that ONNX Runtime runs in int8.",
        footer = {
            "",
            "Calibrates on 100 examples unless --samples says otherwise. Writes OUT.onnx, and beside it",
            "OUT.plan.json (every decision), OUT.summary (for people) and OUT.summary.json (for machines).",
            "",
            "A detector for point clouds is quantized whole, on 16 frames unless --samples says otherwise; the folder",
            "DIR is a detector again.",
            "",
            "  octavo quantize model.onnx --data pictures.yaml --task classification -o model.int8.onnx",
            "  octavo quantize detector.yaml --data nuscenes --keep-float \"*.hm.1\" -o detector.int8"
        })
final class QuantizeCommand implements Callable<Integer> {
    private static final int DEFAULT_SAMPLES = 100;
    private static final int DEFAULT_FRAMES = 16;

    @Parameters(paramLabel = "MODEL", description = "A float ONNX model, or a detector.yaml.")
    private Path model = Path.of("");

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "OUT.onnx",
            description = "The quantized model to write.")
    private Path output = Path.of("");

    @Mixin
    private DataOptions data = new DataOptions();

    @Mixin
    private DataFreeOptions dataFree = new DataFreeOptions();

    @Mixin
    private TaskOptions task = new TaskOptions();

    @Mixin
    private SchemeFlags flags = new SchemeFlags();

    @Option(
            names = "--no-repair",
            description =
                    "Do not try to equalize a network that 8 bits break (default: try, if no recipe says rewrites).")
    private boolean noRepair;

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "Where an interrupted run keeps its work, for the next one to go on from; removed at the end "
                    + "(default: OUT.evidence.part).")
    private Optional<Path> checkpoint = Optional.empty();

    @Option(
            names = "--checkpoint-every",
            paramLabel = "SECONDS",
            description = "How much work may be lost at most (default: 5).")
    private double checkpointEvery = 5;

    @Option(
            names = "--report",
            paramLabel = "REPORT.html",
            description = "Write a page on the result too, as octavo report does (default: none).")
    private Optional<Path> report = Optional.empty();

    @Option(
            names = "--only",
            paramLabel = "sparse|backbone|head[,...]",
            split = ",",
            hideParamSyntax = true,
            description = "With a detector: quantize these parts alone (default: all).")
    private List<DetectorQuantizer.Part> only = List.of();

    @Option(
            names = "--list-loss",
            paramLabel = "LOSS",
            description =
                    "With a detector: leave the layers of its dense part in float whose results lose more than this "
                            + "share, or come to NaN (default: none).")
    private Optional<Double> listLoss = Optional.empty();

    @Option(
            names = "--no-smoothing",
            description = "With a detector: leave the sparse part as it is (default: smooth it as loses least).")
    private boolean noSmoothing;

    @Mixin
    private DetectorFlags detector = new DetectorFlags();

    @Mixin
    private Threads threads = new Threads();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        task.requireTaskForTestData(common);
        if (DetectorFlags.isDetector(model)) {
            wholeDetector();
            return Failures.DONE;
        }
        if (!only.isEmpty() || noSmoothing || listLoss.isPresent() || detector.isGiven()) {
            throw common.wrong(
                    "--only, --no-smoothing, --list-loss and --scenes are for a detector",
                    "give detector.yaml as MODEL");
        }
        requireOneSource();
        Timing timing = new Timing();
        Console console = common.console();
        if (!(checkpointEvery > 0) || checkpointEvery > 1e6) {
            throw common.wrong("--checkpoint-every is " + checkpointEvery, "give a number of seconds above 0");
        }
        SweepOptions sweep = SweepOptions.standard().withThreads(threads.count(common));
        if (dataFree.isAsked()) {
            withoutData(sweep, timing, console);
        } else {
            onData(
                    sweep.withCheckpoint(
                            checkpoint.orElse(ModelFile.beside(output, ".evidence.part")),
                            Duration.ofNanos(Math.max(1, Math.round(checkpointEvery * 1e9)))),
                    timing,
                    console);
        }
        return Failures.DONE;
    }

    private void wholeDetector() {
        if (dataFree.isAsked() || task.isAsked() || report.isPresent() || checkpoint.isPresent()) {
            throw common.wrong(
                    "a detector is quantized on frames, without --data-free, --task, --report and --checkpoint",
                    "leave them out, and score the result with octavo evaluate");
        }
        List<RangedOptions> wanted = flags.options(output, QuantizeOptions.DEFAULT, common);
        if (wanted.size() > 1) {
            throw common.wrong("a detector takes one range rule", "name one with --range");
        }
        Set<DetectorQuantizer.Part> parts =
                only.isEmpty() ? EnumSet.allOf(DetectorQuantizer.Part.class) : EnumSet.copyOf(only);
        DetectorQuantizer.Options options =
                new DetectorQuantizer.Options(parts, !noSmoothing, wanted.get(0).options(), Quantizer.defaultMemory());
        new DetectorQuantizeJob(
                        model,
                        detector.open(
                                data.required(common),
                                Optional.of(data.samples().orElse(DEFAULT_FRAMES)),
                                common),
                        output,
                        options,
                        listLoss,
                        threads.count(common))
                .run(common, common.console());
    }

    private void requireOneSource() {
        if (dataFree.isAsked()) {
            if (report.isPresent()) {
                throw common.wrong(
                        "--report compares on data, and --data-free has none",
                        "leave it out, and give data to octavo report afterwards");
            }
            data.requireNone(common);
            if (task.isAsked() && task.testData().isEmpty()) {
                throw common.wrong("--task needs data to measure on", "add --test-data DATA");
            }
            if (checkpoint.isPresent()) {
                throw common.wrong("--checkpoint is for going over data, and --data-free has none", "leave it out");
            }
        } else if (data.given().isEmpty()) {
            throw common.wrong("there is nothing to take ranges from", "give data with --data, or ask for --data-free");
        }
    }

    private void withoutData(SweepOptions sweep, Timing timing, Console console) {
        List<RangedOptions> wanted = flags.options(output, DataFreeOptions.defaults(), common);
        DataFreeOptions.requireSolvable(wanted, common);
        requireWritable(wanted, sweep);
        Graph graph = ModelFile.read(model);
        Calibration source = DataFreeOptions.calibration(graph, data.preprocess(common), common);
        quantize(new QuantizeJob(model, graph, wanted, sweep, test(console)), source, timing, console);
    }

    private void onData(SweepOptions sweep, Timing timing, Console console) {
        List<RangedOptions> wanted = flags.options(output, QuantizeOptions.DEFAULT, common).stream()
                .map(one -> noRepair ? one.withoutRepair() : one)
                .toList();
        requireWritable(wanted, sweep);
        Ahead ahead = Ahead.open(() -> data.open(OptionalInt.of(DEFAULT_SAMPLES), common, console));
        try {
            Graph graph = ModelFile.read(model);
            try (Dataset examples = ahead.data()) {
                Calibration source = new Calibration.OnData(examples, sweep.threads());
                quantize(new QuantizeJob(model, graph, wanted, sweep, test(console)), source, timing, console);
            }
        } finally {
            ahead.abandon();
        }
    }

    private Optional<TestData> test(Console console) {
        return task.open(data, common, console);
    }

    private void quantize(QuantizeJob job, Calibration source, Timing timing, Console console) {
        timing.lap("read");
        try {
            List<Summary> made = job.run(source, timing, console);
            report.ifPresent(page -> report(job, source, page, console));
            print(made, console);
        } finally {
            job.test().ifPresent(TestData::close);
        }
    }

    /* The accuracy was measured already, and the summary has it. */
    private void report(QuantizeJob job, Calibration source, Path page, Console console) {
        if (source instanceof Calibration.OnData on) {
            ReportJob.Subject subject =
                    new ReportJob.Subject(model, job.wanted().get(0).output(), flags.recipe());
            Dataset some = Datasets.spread(on.examples(), ReportCommand.DEFAULT_SAMPLES);
            ReportJob.Data looked = new ReportJob.Data(
                    some, String.valueOf(data.required(common)), job.test(), false, ReportCommand.DEFAULT_PICTURES);
            ReportJob.write(
                    new ReportJob(subject, Engine.Mode.OPTIMIZED, job.sweep().threads(), console)
                            .make(job.graph(), looked, source, ReportJob.Attached.NONE),
                    page);
        }
    }

    private void requireWritable(List<RangedOptions> wanted, SweepOptions sweep) {
        List<Path> inputs = new java.util.ArrayList<>(List.of(model));
        data.given().ifPresent(inputs::add);
        flags.recipe().ifPresent(inputs::add);
        task.testData().ifPresent(inputs::add);
        for (RangedOptions one : wanted) {
            ModelFile.requireWritable(one.output(), inputs);
            QuantizeJob.COMPANIONS.forEach(c -> ModelFile.requireWritable(ModelFile.beside(one.output(), c), inputs));
        }
        if (report.isPresent() && wanted.size() > 1) {
            throw common.wrong(
                    "--report is about one model, and --range asks for " + wanted.size(),
                    "ask for one range rule, or make each page with octavo report");
        }
        report.ifPresent(page -> ModelFile.requireWritable(page, inputs));
        sweep.checkpoint().ifPresent(c -> ModelFile.requireWritable(c, inputs));
    }

    private void print(List<Summary> summaries, Console console) {
        List<Map<String, Object>> facts = summaries.stream().map(Summary::facts).toList();
        if (common.json) {
            common.out().println(Json.text(facts.size() == 1 ? facts.get(0) : facts));
        } else if (!common.quiet) {
            summaries.forEach(s -> common.out().print(s.text()));
        }
        common.out().flush();
        summaries.forEach(s -> s.problems().forEach(console::warn));
    }
}
