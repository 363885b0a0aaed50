package dev.octavo.cli;

import dev.octavo.analysis.report.Report;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Value;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.evaluate.AllOutputs;
import dev.octavo.ort.evaluate.Evaluation;
import dev.octavo.tasks.data.LabeledDataset;
import dev.octavo.tasks.image.Picture;
import dev.octavo.tasks.metric.ClassChanges;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * Pictures of the examples on which a quantized network says something else than the float one, small enough for a page:
 * boxes drawn and masks laid over, float beside quantized; of classifiers the example, and both classes below it.
 *
 * @param test what to look at
 * @param networks float and quantized, open, as {@link Against#networks} opens them
 * @param inputs the names of their required inputs
 */
record ResultPictures(TestData test, AllOutputs networks, List<String> inputs) {
    private static final int WIDEST = 1200;
    private static final int WIDEST_SINGLE = 320;
    private static final List<String> TITLES = List.of("float", "quantized");

    /** At most {@code most} pictures, those that changed most first. */
    static List<Report.Picture> of(
            TestData test, Graph before, Graph after, Engine.Mode mode, int most, int threads, Console console) {
        if (most == 0 || test.task() == Task.NUSCENES || !(test.examples() instanceof LabeledDataset)) {
            return List.of();
        }
        List<String> inputs = before.requiredInputs().stream().map(Value::name).toList();
        Engine engine = OrtEngine.INSTANCE;
        try (AllOutputs both =
                Against.networks(engine.open(before, Engine.Mode.OPTIMIZED, 1), engine.open(after, mode, 1))) {
            ResultPictures pictures = new ResultPictures(test, both, inputs);
            return test.task() == Task.CLASSIFICATION
                    ? pictures.classes(most, threads, console)
                    : pictures.drawn(most, threads, console);
        }
    }

    private List<Report.Picture> drawn(int most, int threads, Console console) {
        Against against = new Against(test, networks, inputs);
        List<Report.Picture> pictures = new ArrayList<>();
        Map<String, Integer> places = places();
        String what = test.task() == Task.DETECTION
                ? "change of scores %.2f in sum"
                : "%.4f of the pixels have another label";
        against.changed(most, threads, console).forEach((name, change) -> {
            if (change > 0) {
                byte[] png = against.picture(places.getOrDefault(name, 0), TITLES, true);
                pictures.add(
                        new Report.Picture(name + ": " + String.format(Locale.ROOT, what, change), uri(image(png))));
            }
        });
        return pictures;
    }

    private List<Report.Picture> classes(int most, int threads, Console console) {
        ClassChanges none = ClassChanges.none(Against.MODEL, Against.OTHER);
        Map<String, ClassChanges.Change> changed = Evaluation.run(
                        "look for changes", networks, inputs, test.examples(), none, threads, console)
                .metric()
                .most(most);
        List<Report.Picture> pictures = new ArrayList<>();
        Map<String, Integer> places = places();
        changed.forEach((name, c) -> {
            String caption = String.format(
                    Locale.ROOT,
                    "%s: %sfloat %s, quantized %s",
                    name,
                    c.label() < 0 ? "" : "labelled " + name(c.label()) + ", ",
                    said(c.one(), c.ofOne()),
                    said(c.other(), c.ofOther()));
            try {
                Picture photo = examples().picture(places.getOrDefault(name, 0));
                pictures.add(new Report.Picture(caption, uri(small(image(photo), WIDEST_SINGLE))));
            } catch (UnreadableSampleException e) {
                // Arrays have no pictures to show; what changed is still worth a line.
                pictures.add(new Report.Picture(caption, ""));
            }
        });
        return pictures;
    }

    private String said(int label, double share) {
        return label < 0 ? "NaN" : String.format(Locale.ROOT, "%s (%.0f %%)", name(label), 100 * share);
    }

    private String name(int label) {
        List<String> classes = examples().measure().classes();
        return label < classes.size() ? classes.get(label) : "class " + label;
    }

    private LabeledDataset examples() {
        return (LabeledDataset) test.examples();
    }

    private Map<String, Integer> places() {
        Map<String, Integer> places = new LinkedHashMap<>();
        for (int i = 0; i < examples().size(); i++) {
            places.put(examples().name(i), i);
        }
        return places;
    }

    private static BufferedImage image(byte[] png) {
        try {
            return small(ImageIO.read(new ByteArrayInputStream(png)), WIDEST);
        } catch (IOException e) {
            throw new UncheckedIOException("a PNG in memory", e);
        }
    }

    private static BufferedImage image(Picture p) {
        BufferedImage image = new BufferedImage(p.width(), p.height(), BufferedImage.TYPE_INT_RGB);
        byte[] s = p.samples();
        for (int i = 0; i < p.width() * p.height(); i++) {
            int at = i * p.channels();
            int more = p.channels() == 3 ? 1 : 0;
            int rgb = (s[at] & 0xff) << 16 | (s[at + more] & 0xff) << 8 | (s[at + 2 * more] & 0xff);
            image.setRGB(i % p.width(), i / p.width(), rgb);
        }
        return image;
    }

    /* By halves first: to weigh two by two pixels is enough for a factor of two only. */
    private static BufferedImage small(BufferedImage image, int widest) {
        BufferedImage now = image;
        while (now.getWidth() > widest) {
            int width = Math.max(widest, (now.getWidth() + 1) / 2);
            int height = Math.max(1, Math.round(now.getHeight() * (width / (float) now.getWidth())));
            BufferedImage half = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            Graphics2D g = half.createGraphics();
            g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            g.drawImage(now, 0, 0, width, height, null);
            g.dispose();
            now = half;
        }
        return now;
    }

    private static String uri(BufferedImage image) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, "jpg", out)) {
                throw new IllegalStateException("this Java writes no JPEG");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a JPEG in memory", e);
        }
        return "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(out.toByteArray());
    }
}
