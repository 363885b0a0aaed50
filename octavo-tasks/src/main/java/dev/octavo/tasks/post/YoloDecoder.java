package dev.octavo.tasks.post;

import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.image.Placement;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * YOLO's grids. Each output is {@code [1, A·(5+K), H, W]}: for each of its A anchors x, y, w, h, objectness and K classes.
 *
 * <pre>
 *   cx = (σ(x)·s - (s-1)/2 + column) / W · width of the tensor          cy alike
 *   w = anchor · exp(w)     or, squared (v5 and later),     anchor · (2·σ(w))²
 *   score of class k = σ(objectness) · σ(class k)
 * </pre>
 *
 * <p>Source: J. Redmon, A. Farhadi, "YOLOv3: An Incremental Improvement", 2018; the factor s: A. Bochkovskiy et al.,
 * "YOLOv4", 2020, section 3.3 (grid sensitivity).
 *
 * @param heads the outputs
 * @param size how w and h are meant
 */
public record YoloDecoder(List<Head> heads, Size size) implements BoxDecoder {
    /** How w and h are meant. */
    public enum Size {
        /** {@code anchor · exp(w)}. */
        EXP,
        /** {@code anchor · (2·σ(w))²}. */
        SQUARED
    }

    /**
     * One output.
     *
     * @param output its name
     * @param anchors widths and heights in pixels of the tensor
     * @param scale the factor s; 1 for YOLOv3 as published, 2 for v5
     */
    public record Head(String output, List<Anchor> anchors, float scale) implements Serializable {
        public Head {
            anchors = List.copyOf(anchors);
            if (anchors.isEmpty()) {
                throw new IllegalArgumentException("anchors has none for output '" + output + "'");
            }
            if (!(scale > 0) || Float.isInfinite(scale)) {
                throw new IllegalArgumentException("scale-x-y is a finite number > 0, got " + scale);
            }
        }
    }

    /** A box to start from, in pixels of the tensor. */
    public record Anchor(float width, float height) implements Serializable {
        public Anchor {
            if (!(width > 0) || !(height > 0)) {
                throw new IllegalArgumentException("anchors are larger than 0, got " + width + " x " + height);
            }
        }
    }

    public YoloDecoder {
        heads = List.copyOf(heads);
        if (heads.isEmpty()) {
            throw new IllegalArgumentException("heads has no output");
        }
    }

    @Override
    public void decode(Map<String, Tensor> outputs, Placement placement, Candidates candidates) {
        for (Head head : heads) {
            decode(head, Outputs.named(outputs, head.output), placement, candidates);
        }
    }

    private void decode(Head head, Tensor output, Placement placement, Candidates candidates) {
        int anchors = head.anchors.size();
        String expected = "[1, " + anchors + "·(5 + classes), H, W]";
        Shape shape = Outputs.shape(head.output, output, 4, expected);
        if (shape.dim(1) % anchors != 0 || shape.dim(1) / anchors < 6) {
            throw Outputs.wrongShape(head.output, shape, expected);
        }
        float[] v = Outputs.floats(head.output, output);
        int perAnchor = (int) shape.dim(1) / anchors;
        Grid grid = new Grid((int) shape.dim(2), (int) shape.dim(3), placement);
        for (int a = 0; a < anchors; a++) {
            int at = a * perAnchor * grid.cells();
            for (int cell = 0; cell < grid.cells(); cell++) {
                float object = Outputs.sigmoid(v[at + 4 * grid.cells() + cell]);
                if (object > candidates.least()) {
                    cell(head, head.anchors.get(a), v, at + cell, object, perAnchor - 5, grid, cell, candidates);
                }
            }
        }
    }

    private record Grid(int rows, int columns, Placement placement) {
        int cells() {
            return rows * columns;
        }
    }

    private void cell(
            Head head,
            Anchor anchor,
            float[] v,
            int at,
            float object,
            int classes,
            Grid grid,
            int cell,
            Candidates candidates) {
        int plane = grid.cells();
        double cx = 0;
        double cy = 0;
        double w = 0;
        double h = 0;
        boolean placed = false;
        for (int k = 0; k < classes; k++) {
            float score = object * Outputs.sigmoid(v[at + (5 + k) * plane]);
            if (!(score > candidates.least())) {
                continue;
            }
            if (!placed) {
                int row = cell / grid.columns;
                int column = cell % grid.columns;
                double s = head.scale;
                double shift = (s - 1) / 2;
                cx = (Outputs.sigmoid(v[at]) * s - shift + column) / grid.columns;
                cy = (Outputs.sigmoid(v[at + plane]) * s - shift + row) / grid.rows;
                w = side(v[at + 2 * plane]) * anchor.width;
                h = side(v[at + 3 * plane]) * anchor.height;
                placed = true;
            }
            candidates.add(k, score, cx * grid.placement.canvasWidth(), cy * grid.placement.canvasHeight(), w, h);
        }
    }

    private double side(float raw) {
        if (size == Size.EXP) {
            return Math.exp(raw);
        }
        double twice = 2 * Outputs.sigmoid(raw);
        return twice * twice;
    }
}
