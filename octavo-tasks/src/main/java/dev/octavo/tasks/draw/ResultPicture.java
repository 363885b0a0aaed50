package dev.octavo.tasks.draw;

import dev.octavo.tasks.image.LabelMap;
import dev.octavo.tasks.image.Picture;
import dev.octavo.tasks.truth.Box;
import dev.octavo.tasks.truth.Detection;
import dev.octavo.tasks.truth.TrueBox;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * The same photograph several times beside each other, each with what one network, or the annotation, says of it: boxes
 * with class and score, or label maps laid over it.
 */
public final class ResultPicture {
    private static final int GAP = 6;
    private static final int BOX = 3;
    private static final double OVERLAY = 0.6;
    private static final int NOT_ANNOTATED = 255;
    private static final int GRAY = 0x808080;
    private static final int TEXT = 2;

    /** Pictures narrower than this are drawn at twice their size, so that names do not cover what they name. */
    private static final int NARROW = 700;

    private final Picture photo;
    private final List<String> classes;
    private final List<Panel> panels = new ArrayList<>();
    private final int zoom;

    private record Panel(String title, List<Marked> boxes, List<LabelMap> mask) {}

    private record Marked(int label, Box box, String text) {}

    /**
     * Nothing beside each other yet.
     *
     * @param classes the classes' names
     */
    public ResultPicture(Picture photo, List<String> classes) {
        this(photo, classes, photo.width() < NARROW ? 2 : 1);
    }

    /**
     * Nothing beside each other yet.
     *
     * @param classes the classes' names
     * @param zoom how wide and high each pixel of the photograph is drawn
     */
    public ResultPicture(Picture photo, List<String> classes, int zoom) {
        this.photo = photo;
        this.classes = List.copyOf(classes);
        this.zoom = zoom;
    }

    /** Adds what was found, as far as it scores {@code least} or more. */
    public ResultPicture detections(String title, List<Detection> found, double least) {
        List<Marked> boxes = new ArrayList<>();
        for (Detection d : found) {
            if (d.score() >= least) {
                boxes.add(
                        0,
                        new Marked(
                                d.label(),
                                d.box(),
                                String.format(Locale.ROOT, "%s %.0f%%", name(d.label()), 100 * d.score())));
            }
        }
        panels.add(new Panel(title, boxes, List.of()));
        return this;
    }

    /** Adds what is there. */
    public ResultPicture objects(String title, List<TrueBox> objects) {
        panels.add(new Panel(
                title,
                objects.stream()
                        .map(o -> new Marked(o.label(), o.box(), name(o.label())))
                        .toList(),
                List.of()));
        return this;
    }

    /** Adds a label map. */
    public ResultPicture labels(String title, LabelMap labels) {
        panels.add(new Panel(title, List.of(), List.of(labels)));
        return this;
    }

    private String name(int label) {
        return label < classes.size() ? classes.get(label) : "class " + label;
    }

    /** The bytes of a PNG file. */
    public byte[] png() {
        int head = Sketch.height(TEXT);
        int width = photo.width() * zoom;
        int height = photo.height() * zoom;
        int foot = panels.stream().anyMatch(p -> !p.mask.isEmpty()) ? legendHeight() : 0;
        Sketch sketch = new Sketch(Math.max(1, panels.size()) * (width + GAP) - GAP, head + height + foot);
        int left = 0;
        for (Panel p : panels) {
            sketch.text(p.title, left, 0, TEXT, 0x000000, 0xffffff);
            sketch.put(photo, left, head, zoom);
            for (LabelMap m : p.mask) {
                overlay(sketch, m, left, head);
            }
            for (Marked b : p.boxes) {
                box(sketch, b, left, head);
            }
            left += width + GAP;
        }
        if (foot > 0) {
            legend(sketch, head + height);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            sketch.png(out);
        } catch (IOException e) {
            throw new UncheckedIOException("a PNG in memory", e);
        }
        return out.toByteArray();
    }

    private void overlay(Sketch sketch, LabelMap m, int left, int top) {
        for (int y = 0; y < m.height(); y++) {
            for (int x = 0; x < m.width(); x++) {
                int label = m.at(x, y);
                if (label != 0) {
                    int colour = label == NOT_ANNOTATED ? 0xffffff : Palette.of(label);
                    for (int i = 0; i < zoom * zoom; i++) {
                        sketch.tint(left + x * zoom + i % zoom, top + y * zoom + i / zoom, colour, OVERLAY);
                    }
                }
            }
        }
    }

    /** The class stands in the upper left corner of the box, or inside the picture where that lies above it. */
    private void box(Sketch sketch, Marked b, int left, int top) {
        int colour = Palette.of(b.label + 1);
        int x1 = left + Math.max(0, (int) Math.floor(b.box.x1() * zoom));
        int y1 = top + Math.max(0, (int) Math.floor(b.box.y1() * zoom));
        int x2 = left + Math.min(photo.width() * zoom, (int) Math.ceil(b.box.x2() * zoom));
        int y2 = top + Math.min(photo.height() * zoom, (int) Math.ceil(b.box.y2() * zoom));
        sketch.frame(x1, y1, x2, y2, BOX, colour);
        int most = left + photo.width() * zoom - Sketch.width(b.text, TEXT);
        sketch.text(
                b.text,
                Math.max(left, Math.min(x1, most)),
                Math.max(top, y1 - Sketch.height(TEXT)),
                TEXT,
                Palette.inkOn(colour),
                colour);
    }

    private List<Integer> seen() {
        TreeSet<Integer> seen = new TreeSet<>();
        for (Panel p : panels) {
            for (LabelMap m : p.mask) {
                for (byte b : m.labels()) {
                    if (b != 0) {
                        seen.add(b & 0xff);
                    }
                }
            }
        }
        return List.copyOf(seen);
    }

    private int legendHeight() {
        return Sketch.height(TEXT) * Math.max(1, seen().size());
    }

    private void legend(Sketch sketch, int top) {
        int y = top;
        for (int label : seen()) {
            boolean none = label == NOT_ANNOTATED;
            int colour = none ? 0xffffff : Palette.of(label);
            sketch.text(none ? "not annotated" : name(label), 0, y, TEXT, none ? GRAY : Palette.inkOn(colour), colour);
            y += Sketch.height(TEXT);
        }
    }
}
