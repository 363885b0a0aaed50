package dev.octavo.lidar.waymo;

import dev.octavo.core.data.Metric;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.waymo.WaymoFrame.Prediction;
import dev.octavo.lidar.waymo.WaymoFrame.Truth;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * AP and APH of the Waymo Open Dataset's 3D detection at levels 1 and 2, over all ranges and by range.
 *
 * <p>A tally is counts per class, level, range and score cut-off, so parts merge by adding. At each cut-off the predictions
 * of a class are paired with its truths so that the sum of the overlaps is greatest, pairs below the class's least
 * overlap left out. Level 1 does not miss what is of level 2, and counts it as right when found. In a range, predictions
 * count by their own distance; one that touches a truth of another range is not wrong.
 *
 * <p>Source: Sun et al., "Scalability in Perception for Autonomous Driving: Waymo Open Dataset", CVPR 2020, section 5.
 */
public final class WaymoMetric implements Metric<WaymoMetric> {
    private static final List<String> RANGES = List.of("0-30", "30-50", "50+");
    private static final int ALL = -1;

    /** Turns a sample and the outputs of a network for it into a frame. */
    public interface Decoder {
        WaymoFrame frame(Sample sample, Map<String, Tensor> outputs);
    }

    /** Which row of the results: a range's index, or {@link #ALL}. */
    private record Row(WaymoClass type, int level, int range) {}

    private final Decoder decoder;
    private final Map<Row, WaymoCurve> curves;
    private final long frames;

    private WaymoMetric(Decoder decoder, Map<Row, WaymoCurve> curves, long frames) {
        this.decoder = decoder;
        this.curves = curves;
        this.frames = frames;
    }

    /** Nothing seen yet. */
    public static WaymoMetric none(Decoder decoder) {
        return new WaymoMetric(decoder, Map.of(), 0);
    }

    /** Nothing seen yet, for frames that are boxes already. */
    public static WaymoMetric none() {
        return none((sample, outputs) -> {
            throw new IllegalStateException("this tally takes frames, not the outputs of a network");
        });
    }

    @Override
    public WaymoMetric plus(Sample sample, Map<String, Tensor> outputs) {
        return plus(decoder.frame(sample, outputs));
    }

    /** The tally with one more frame. */
    public WaymoMetric plus(WaymoFrame frame) {
        Map<Row, WaymoCurve> one = new HashMap<>();
        for (WaymoClass c : WaymoClass.values()) {
            List<Truth> truths = frame.truths().stream()
                    .filter(t -> t.type() == c && t.level() > 0)
                    .toList();
            List<Prediction> predictions =
                    frame.predictions().stream().filter(p -> p.type() == c).toList();
            for (int level = 1; level <= 2; level++) {
                one.put(new Row(c, level, ALL), new FrameTally(truths, predictions, List.of(), level).curve());
                for (int range = 0; range < RANGES.size(); range++) {
                    one.put(new Row(c, level, range), within(range, truths, predictions, level));
                }
            }
        }
        return merge(new WaymoMetric(decoder, one, 1));
    }

    private static WaymoCurve within(int range, List<Truth> truths, List<Prediction> predictions, int level) {
        return new FrameTally(
                        truths.stream()
                                .filter(t -> Volumes.range(t.box()) == range)
                                .toList(),
                        predictions.stream()
                                .filter(p -> Volumes.range(p.box()) == range)
                                .toList(),
                        truths.stream()
                                .filter(t -> Volumes.range(t.box()) != range)
                                .toList(),
                        level)
                .curve();
    }

    @Override
    public WaymoMetric merge(WaymoMetric other) {
        Map<Row, WaymoCurve> all = new HashMap<>(curves);
        other.curves.forEach((row, curve) -> all.merge(row, curve, WaymoCurve::plus));
        return new WaymoMetric(decoder, all, frames + other.frames);
    }

    /**
     * {@code L1.mAP}, {@code L1.mAPH}, {@code L2.mAP}, {@code L2.mAPH} (means over the classes), then {@code
     * L1.vehicle.AP} and so on, then by range {@code L1.vehicle.0-30.AP}; {@code samples}. Fractions.
     */
    @Override
    public Map<String, Double> scores() {
        Map<String, Double> means = new LinkedHashMap<>();
        Map<String, Double> single = new LinkedHashMap<>();
        Map<String, Double> ranges = new LinkedHashMap<>();
        for (int level = 1; level <= 2; level++) {
            for (boolean heading : new boolean[] {false, true}) {
                String kind = heading ? "APH" : "AP";
                double sum = 0;
                for (WaymoClass c : WaymoClass.values()) {
                    String name = "L" + level + "." + c.label() + ".";
                    double area = area(new Row(c, level, ALL), heading);
                    single.put(name + kind, area);
                    sum += area;
                    for (int r = 0; r < RANGES.size(); r++) {
                        ranges.put(name + RANGES.get(r) + "." + kind, area(new Row(c, level, r), heading));
                    }
                }
                means.put("L" + level + ".m" + kind, sum / WaymoClass.values().length);
            }
        }
        Map<String, Double> all = new LinkedHashMap<>(means);
        all.putAll(single);
        all.putAll(ranges);
        all.put("samples", (double) frames);
        return all;
    }

    private double area(Row row, boolean heading) {
        return curves.isEmpty() ? 0 : Objects.requireNonNull(curves.get(row)).area(heading);
    }
}
