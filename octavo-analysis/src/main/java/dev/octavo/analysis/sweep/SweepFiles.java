package dev.octavo.analysis.sweep;

import com.github.mustachejava.DefaultMustacheFactory;
import com.github.mustachejava.Mustache;
import dev.octavo.core.ModelException;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes a sweep into a folder: {@code NAME.csv}, a {@code NAME.MEASURE.png} per measure, {@code NAME.section.html},
 * and {@code sweeps.html}, a page without outside references that joins the sections of all sweeps of the folder.
 */
public final class SweepFiles {
    private SweepFiles() {}

    /** One plot, for the template. */
    record Picture(String alt, String data) {}

    /** One row of cells, for the template. */
    record Cells(List<String> cells, boolean reference) {}

    /**
     * Writes everything.
     *
     * @param name of the files
     * @param command what made it, for the page
     * @return the files written
     */
    public static List<Path> write(SweepTable table, Path folder, String name, String command) {
        List<Path> written = new ArrayList<>();
        try {
            Files.createDirectories(folder);
            written.add(put(folder.resolve(name + ".csv"), table.csv().getBytes(StandardCharsets.UTF_8)));
            List<Picture> pictures = new ArrayList<>();
            for (String measure : drawn(table)) {
                byte[] png = SweepChart.png(table, measure);
                written.add(put(folder.resolve(name + "." + fileName(measure) + ".png"), png));
                pictures.add(new Picture(
                        measure + " over " + table.axis(), Base64.getEncoder().encodeToString(png)));
            }
            written.add(put(
                    folder.resolve(name + ".section.html"),
                    section(table, name, command, pictures).getBytes(StandardCharsets.UTF_8)));
            written.add(put(folder.resolve("sweeps.html"), page(folder).getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new ModelException(
                    "cannot write into " + folder + ": " + e.getMessage(), "check space and rights", e);
        }
        return written;
    }

    /* The number of samples is the same everywhere: it is in the table, a plot of it says nothing. */
    private static List<String> drawn(SweepTable table) {
        return table.measures().stream()
                .filter(m -> !m.startsWith("samples")
                        && table.rows().stream()
                                .anyMatch(r -> Double.isFinite(r.measure(m).orElse(Double.NaN))))
                .toList();
    }

    private static String fileName(String measure) {
        return measure.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }

    private static Path put(Path file, byte[] bytes) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".part");
        Files.write(aside, bytes);
        return Files.move(aside, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private static String section(SweepTable table, String name, String command, List<Picture> pictures) {
        List<Cells> rows = new ArrayList<>();
        List<String> measures = table.measures();
        for (SweepRow r : table.all()) {
            rows.add(new Cells(
                    table.cells(r, (m, x) -> Unit.of(m).text(x)),
                    table.references().contains(r)));
        }
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("id", name);
        model.put("title", table.title());
        model.put("command", command);
        model.put("axis", table.axis());
        model.put("measures", measures.stream().map(m -> Unit.of(m).title(m)).toList());
        model.put("rows", rows);
        model.put("pictures", pictures);
        return render("section.mustache", model);
    }

    private static String page(Path folder) throws IOException {
        List<String> sections = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path f : files.filter(p -> p.getFileName().toString().endsWith(".section.html"))
                    .sorted()
                    .toList()) {
                sections.add(Files.readString(f));
            }
        }
        return render("page.mustache", Map.of("sections", sections));
    }

    private static String render(String template, Map<String, Object> model) {
        Mustache mustache = new DefaultMustacheFactory("dev/octavo/analysis/sweep").compile(template);
        StringWriter out = new StringWriter();
        mustache.execute(out, model);
        return out.toString();
    }
}
