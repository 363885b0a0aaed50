package dev.octavo.cli;

import dev.octavo.tasks.data.DatasetOptions;
import dev.octavo.tasks.data.LabelSource;
import dev.octavo.tasks.image.ChannelOrder;
import dev.octavo.tasks.image.Layout;
import dev.octavo.tasks.image.Normalize;
import dev.octavo.tasks.image.Preprocess;
import dev.octavo.tasks.image.Resize;
import dev.octavo.tasks.image.ResizeFilter;
import dev.octavo.tasks.yaml.Fraction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** From pictures to tensors, for data that no data set file describes. */
final class PreprocessFlags {
    @Option(
            names = "--labels",
            paramLabel = "TABLE|folders|none",
            description = "Where the labels come from: a .csv, an .npy, the folders' "
                    + "names, or nowhere (default: folders, where there are two or more).")
    private Optional<String> labels = Optional.empty();

    @Option(
            names = "--label-columns",
            paramLabel = "FILE,CLASS",
            hideParamSyntax = true,
            split = ",",
            description = "The columns of a .csv of labels (default: file,class).")
    private List<String> columns = List.of("file", "class");

    @Option(
            names = "--resize-shorter",
            paramLabel = "N",
            description = "Resize to N pixels on the shorter side (default: as large as it is).")
    private Optional<Integer> resizeShorter = Optional.empty();

    @Option(
            names = "--resize",
            split = ",",
            hideParamSyntax = true,
            paramLabel = "H[,W]",
            description = "Resize to exactly this (default: as large as it is).")
    private List<Integer> resize = List.of();

    @Option(
            names = "--filter",
            paramLabel = "NAME",
            description = "bilinear (default), bicubic, nearest or linear (as OpenCV).")
    private Optional<ResizeFilter> filter = Optional.empty();

    @Option(
            names = "--center-crop",
            split = ",",
            hideParamSyntax = true,
            paramLabel = "H[,W]",
            description = "Keep the centre, after resizing (default: everything).")
    private List<Integer> crop = List.of();

    @Option(
            names = "--scale",
            paramLabel = "NUMBER",
            converter = Fractional.class,
            description = "Multiply pixels 0..255 by a number or a fraction such as 1/255, before mean (default: 1).")
    private Optional<Float> scale = Optional.empty();

    @Option(
            names = "--mean",
            split = ",",
            hideParamSyntax = true,
            paramLabel = "NUMBER[,...]",
            description = "Subtract: one number, or one per channel (default: 0).")
    private List<Float> mean = List.of();

    @Option(
            names = "--std",
            split = ",",
            hideParamSyntax = true,
            paramLabel = "NUMBER[,...]",
            description = "Divide by: one number, or one per channel (default: 1).")
    private List<Float> std = List.of();

    @Option(names = "--channels", paramLabel = "1|3", description = "Gray or colour (default: 3).")
    private Optional<Integer> channels = Optional.empty();

    @Option(names = "--order", paramLabel = "RGB|BGR", description = "Order of the channels (default: RGB).")
    private Optional<ChannelOrder> order = Optional.empty();

    @Option(names = "--layout", paramLabel = "NCHW|NHWC", description = "Order of the axes (default: NCHW).")
    private Optional<Layout> layout = Optional.empty();

    /** A fraction is a number too. */
    private static final class Fractional implements ITypeConverter<Float> {
        @Override
        public Float convert(String text) {
            return Fraction.parse(text)
                    .map(Double::floatValue)
                    .orElseThrow(() ->
                            new TypeConversionException("'" + text + "' is no number and no fraction such as 1/255"));
        }
    }

    /** What the flags say of data at {@code data}. */
    DatasetOptions options(Path data, CommonOptions common) {
        if (isDescribed(data) && (saysPreprocess() || labels.isPresent())) {
            throw common.wrong(
                    "labels and pre-processing are given as flags, but " + data + " describes its data itself",
                    "write them into that file, or give the pictures themselves with --data");
        }
        DatasetOptions options = labels.map(text -> DatasetOptions.DEFAULT.labels(labelSource(text, common)))
                .orElse(DatasetOptions.DEFAULT);
        return said(common).map(options::preprocess).orElse(options);
    }

    /** Whether data describe themselves: a data set file. */
    static boolean isDescribed(Path data) {
        String name = String.valueOf(data.getFileName()).toLowerCase(Locale.ROOT);
        return name.endsWith(".yaml") || name.endsWith(".yml");
    }

    /** The pre-processing that the flags describe, if they do. */
    Optional<Preprocess> said(CommonOptions common) {
        if (!saysPreprocess()) {
            return Optional.empty();
        }
        try {
            return Optional.of(preprocess());
        } catch (IllegalArgumentException e) {
            throw common.wrong(String.valueOf(e.getMessage()), "see octavo evaluate --help, and docs/datasets.md");
        }
    }

    private LabelSource labelSource(String text, CommonOptions common) {
        if (columns.size() != 2) {
            throw common.wrong("--label-columns names " + columns.size() + " columns", "give two: file,class");
        }
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.equals("folders")) {
            return LabelSource.FOLDERS;
        }
        if (lower.equals("none")) {
            return LabelSource.NONE;
        }
        if (!Files.exists(Path.of(text))) {
            throw common.wrong(
                    "--labels is '" + text + "', and there is no such file",
                    "give a .csv or .npy that exists, folders, or none");
        }
        return lower.endsWith(".npy")
                ? new LabelSource.Npy(Path.of(text))
                : new LabelSource.Csv(Path.of(text), columns.get(0), columns.get(1));
    }

    private boolean saysPreprocess() {
        return resizeShorter.isPresent()
                || !resize.isEmpty()
                || filter.isPresent()
                || !crop.isEmpty()
                || scale.isPresent()
                || !mean.isEmpty()
                || !std.isEmpty()
                || channels.isPresent()
                || order.isPresent()
                || layout.isPresent();
    }

    private Preprocess preprocess() {
        Normalize normalize = new Normalize(
                scale.orElse(1f),
                mean.isEmpty() ? Normalize.NONE.mean() : mean,
                std.isEmpty() ? Normalize.NONE.std() : std);
        return new Preprocess(
                resize(),
                crop.isEmpty() ? Optional.empty() : Optional.of(exact("--center-crop", crop)),
                normalize,
                channels.orElse(3),
                order.orElse(ChannelOrder.RGB),
                layout.orElse(Layout.NCHW));
    }

    private Optional<Resize> resize() {
        if (resizeShorter.isPresent() && !resize.isEmpty()) {
            throw new IllegalArgumentException("--resize and --resize-shorter exclude each other");
        }
        Optional<Resize.Target> target = resizeShorter.<Resize.Target>map(Resize.Shorter::new);
        if (!resize.isEmpty()) {
            target = Optional.of(exact("--resize", resize));
        }
        if (target.isEmpty() && filter.isPresent()) {
            throw new IllegalArgumentException("--filter needs --resize or --resize-shorter");
        }
        return target.map(t -> new Resize(t, filter.orElse(ResizeFilter.BILINEAR)));
    }

    private static Resize.Exact exact(String flag, List<Integer> sides) {
        if (sides.size() > 2) {
            throw new IllegalArgumentException(flag + " takes one or two numbers, got " + sides.size());
        }
        return new Resize.Exact(sides.get(0), sides.get(sides.size() - 1));
    }
}
