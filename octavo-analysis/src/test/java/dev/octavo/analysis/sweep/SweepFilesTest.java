package dev.octavo.analysis.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepFilesTest {
    private static final SweepTable LINES = new SweepTable(
            "α: <net> & \"co\"",
            "α",
            false,
            List.of(
                    new SweepRow("smooth, quant", 0.25, "0.25", Map.of("top1", 0.5, "L1", 0.125)),
                    new SweepRow("smooth, quant", 0.5, "0.5", Map.of("top1", 0.75))),
            List.of(new SweepRow("float", 0, "-", Map.of("top1", 0.875))));

    @Test
    void theCsvHasEveryNumberInFull() {
        List<String> lines = LINES.csv().lines().toList();
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).startsWith("series,α,");
        int top1 = List.of(lines.get(0).split(",")).indexOf("top1");
        assertThat(lines.get(1).split(",", -1)[top1]).isEqualTo("0.875");
        assertThat(lines.get(2))
                .startsWith("\"smooth, quant\",0.25,")
                .contains("0.125")
                .contains("0.5");
        assertThat(lines.get(3)).startsWith("\"smooth, quant\",0.5,");
    }

    @Test
    void writesATableAPlotPerMeasureAndAPageThatNeedsNothingElse(@TempDir Path folder) throws Exception {
        List<Path> files = SweepFiles.write(LINES, folder, "alpha", "octavo sweep <model>");
        assertThat(files).allSatisfy(f -> assertThat(f).isNotEmptyFile());
        assertThat(folder.resolve("alpha.csv")).content().isEqualTo(LINES.csv());
        assertThat(ImageIO.read(folder.resolve("alpha.top1.png").toFile()).getWidth())
                .isEqualTo(960);
        String page = Files.readString(folder.resolve("sweeps.html"));
        assertThat(page)
                .contains("&lt;net&gt; &amp;", "octavo sweep &lt;model&gt;", "data:image/png;base64,", "87.50")
                .doesNotContain("http:", "https:", "<script");
    }

    @Test
    void thePageJoinsTheSectionsOfAllSweeps(@TempDir Path folder) throws Exception {
        SweepFiles.write(LINES, folder, "alpha", "first");
        SweepFiles.write(LINES, folder, "bits", "second");
        assertThat(Files.readString(folder.resolve("sweeps.html"))).contains("id=\"alpha\"", "id=\"bits\"");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.filter(p -> p.toString().endsWith(".part"))).isEmpty();
        }
    }

    @Test
    void linesAndBarsAreDrawnWhereTheNumbersAre() throws Exception {
        BufferedImage lines = ImageIO.read(new ByteArrayInputStream(SweepChart.png(LINES, "top1")));
        SweepTable named = new SweepTable("bars", "bits", true, LINES.rows(), LINES.references());
        BufferedImage bars = ImageIO.read(new ByteArrayInputStream(SweepChart.png(named, "top1")));
        assertThat(blue(lines)).isBetween(100, 20_000);
        assertThat(blue(bars)).isGreaterThan(10 * blue(lines));
    }

    /* Pixels in the colour of the first series. */
    private static int blue(BufferedImage picture) {
        int n = 0;
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                n += (picture.getRGB(x, y) & 0xffffff) == 0x0072B2 ? 1 : 0;
            }
        }
        return n;
    }
}
