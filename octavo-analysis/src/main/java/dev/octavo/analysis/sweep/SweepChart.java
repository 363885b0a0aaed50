package dev.octavo.analysis.sweep;

import dev.octavo.core.ModelException;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws one measure of a sweep as a PNG: a line per series, or bars where the axis has names; float as a dashed line. */
final class SweepChart {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 540;
    private static final Color[] GREYS = {new Color(0x33, 0x33, 0x33), new Color(0x99, 0x99, 0x99)};

    /* Okabe and Ito's colours, which people of every colour vision can tell apart. */
    private static final Color[] COLOURS = {
        new Color(0x00, 0x72, 0xB2), new Color(0xD5, 0x5E, 0x00), new Color(0x00, 0x9E, 0x73),
        new Color(0xCC, 0x79, 0xA7), new Color(0xE6, 0x9F, 0x00), new Color(0x56, 0xB4, 0xE9)
    };

    private SweepChart() {}

    /** The PNG's bytes. */
    static byte[] png(SweepTable table, String measure) {
        Chart<?, ?> chart = table.named() ? bars(table, measure) : lines(table, measure);
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new ModelException("cannot draw " + measure, "see the CSV instead", e);
        }
    }

    private static XYChart lines(SweepTable table, String measure) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(table.title())
                .xAxisTitle(table.axis())
                .yAxisTitle(Unit.of(measure).title(measure))
                .build();
        style(chart.getStyler());
        for (String series : table.series()) {
            List<SweepRow> rows = table.of(series).stream()
                    .filter(r -> r.measure(measure).isPresent())
                    .toList();
            if (!rows.isEmpty()) {
                double[] x = rows.stream().mapToDouble(SweepRow::x).toArray();
                double[] y = rows.stream().mapToDouble(r -> shown(r, measure)).toArray();
                chart.addSeries(series, x, y);
            }
        }
        double[] ends = ends(table);
        int which = 0;
        for (SweepRow r : table.references()) {
            if (r.measure(measure).isPresent()) {
                double y = shown(r, measure);
                XYSeries line = chart.addSeries(r.series(), ends, new double[] {y, y});
                line.setMarker(SeriesMarkers.NONE);
                line.setLineColor(GREYS[which++ % GREYS.length]);
                line.setLineStyle(dashed());
            }
        }
        return chart;
    }

    private static double[] ends(SweepTable table) {
        double[] x = table.rows().stream().mapToDouble(SweepRow::x).toArray();
        return new double[] {
            Arrays.stream(x).min().orElse(0), Arrays.stream(x).max().orElse(1)
        };
    }

    private static CategoryChart bars(SweepTable table, String measure) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(table.title())
                .xAxisTitle(table.axis())
                .yAxisTitle(Unit.of(measure).title(measure))
                .build();
        style(chart.getStyler());
        List<String> labels =
                table.rows().stream().map(SweepRow::label).distinct().toList();
        for (String series : table.series()) {
            List<Double> heights = labels.stream()
                    .map(l -> table.of(series).stream()
                            .filter(r ->
                                    r.label().equals(l) && r.measure(measure).isPresent())
                            .findFirst()
                            .map(r -> shown(r, measure))
                            .orElse(0.0))
                    .toList();
            chart.addSeries(series, labels, heights);
        }
        int which = 0;
        for (SweepRow r : table.references()) {
            if (r.measure(measure).isPresent()) {
                double y = shown(r, measure);
                CategorySeries line = chart.addSeries(
                        r.series(), labels, labels.stream().map(l -> y).toList());
                line.setChartCategorySeriesRenderStyle(CategorySeries.CategorySeriesRenderStyle.Line);
                line.setMarker(SeriesMarkers.NONE);
                line.setLineColor(GREYS[which++ % GREYS.length]);
                line.setLineStyle(dashed());
            }
        }
        chart.getStyler()
                .setXAxisLabelRotation(labels.stream().mapToInt(String::length).sum() > 90 ? 45 : 0);
        return chart;
    }

    private static double shown(SweepRow row, String measure) {
        return Unit.of(measure).shown(row.measure(measure).orElse(0));
    }

    private static BasicStroke dashed() {
        return new BasicStroke(1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 10, new float[] {6, 5}, 0);
    }

    private static void style(Styler styler) {
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setSeriesColors(COLOURS);
        styler.setLegendPosition(Styler.LegendPosition.OutsideE);
        styler.setPlotBorderVisible(false);
    }
}
