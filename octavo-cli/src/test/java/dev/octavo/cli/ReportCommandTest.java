package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.octavo.analysis.browser.Chromium;
import dev.octavo.analysis.browser.Page;
import dev.octavo.tasks.sample.SampleModel;
import dev.octavo.tasks.sample.SamplePictures;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {
    @TempDir
    Path folder;

    private Path model = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void files() throws Exception {
        model = Files.write(folder.resolve("model.onnx"), SampleModel.onnx());
        data = Octavo.pictures(folder.resolve("pictures"), 8, 48);
    }

    private Path quantized(Object... more) {
        Path file = folder.resolve("model.int8.onnx");
        List<Object> args = new ArrayList<>(
                List.of("quantize", model, "--data", data, "--objective", "size", "--range", "min-max", "-o", file));
        args.addAll(List.of(more));
        Octavo.run(args.toArray()).succeeded();
        return file;
    }

    private JsonNode report(Object... args) throws IOException {
        List<Object> all = new ArrayList<>(List.of("report", model));
        all.addAll(List.of(args));
        all.addAll(List.of("--data", data, "-o", folder.resolve("report.html"), "--json"));
        return new ObjectMapper().readTree(Octavo.run(all.toArray()).succeeded().out());
    }

    private Path printed(String name, Object... args) throws IOException {
        return Files.writeString(
                folder.resolve(name), Octavo.run(args).succeeded().out());
    }

    private String page(String script) {
        Optional<Chromium> chromium = Chromium.orSay();
        if (chromium.isEmpty()) {
            return "";
        }
        try (Page page = chromium.get().open(folder.resolve("report.html"))) {
            page.settle();
            String value = page.evaluate(script).asText();
            assertThat(page.complaints()).isEmpty();
            assertThat(page.requests()).allMatch(u -> u.startsWith("file:"));
            return value;
        }
    }

    @Test
    void showsWhatTheOtherCommandsPrint() throws Exception {
        Path int8 = quantized("--weight-bits", 3);
        Path sensitivity = printed("s.json", "sensitivity", model, "--data", data, "--weight-bits", 3, "--json");
        Path doctor = printed("d.json", "doctor", model, "--data", data, "--weight-bits", 3, "--fix", "--json");
        Path tune = printed(
                "t.json",
                "tune",
                model,
                "--data",
                data,
                "--task",
                "classification",
                "--target",
                "top1 -100",
                "-o",
                folder.resolve("tuned.onnx"),
                "--json");
        JsonNode report = report(
                int8, "--task", "classification", "--sensitivity", sensitivity, "--doctor", doctor, "--tune", tune);
        assertThat(report.path("scores")).hasSize(3);
        assertThat(report.path("scores")
                        .path(2)
                        .path("difference")
                        .path("top1")
                        .path("low")
                        .isNumber())
                .isTrue();
        assertThat(report.path("warnings")).isEmpty();
        assertThat(report.path("environment").toString()).contains("SHA-256 of model.int8.onnx");
        assertThat(report.path("journal")).isNotEmpty();
        assertThat(report.path("facts").path("size").asText()).contains("MB");
        // Each attached file fills its section: bars for sites, rungs, points, and no cell that shows nothing it
        // should.
        String shown = page("""
                JSON.stringify({
                  charts: [...document.querySelectorAll('.chart')].filter(c => c.querySelectorAll('path[d]').length > 4).length,
                  all: document.querySelectorAll('.chart').length,
                  sites: [...document.querySelectorAll('#sensitivity text')].filter(t => /\\((both|weight|activation)\\)/.test(t.textContent)).length,
                  check: document.querySelector('#sensitivity .faint:last-child').textContent,
                  causes: document.querySelectorAll('#doctor .prose')[0].rows.length,
                  rungs: document.querySelectorAll('#doctor .prose')[1].rows.length,
                  measured: document.querySelectorAll('#tuner .prose')[0].rows.length,
                  text: document.querySelector('main').innerText.includes('undefined') || document.querySelector('main').innerText.includes('[object')
                })""");
        if (shown.isEmpty()) {
            return;
        }
        JsonNode seen = new ObjectMapper().readTree(shown);
        assertThat(seen.path("charts").asInt()).isEqualTo(seen.path("all").asInt());
        assertThat(seen.path("sites").asInt()).isBetween(20, 30);
        assertThat(seen.path("check").asText()).contains("float against itself: 0");
        JsonNode found = new ObjectMapper().readTree(doctor.toFile());
        assertThat(seen.path("causes").asInt())
                .isEqualTo(found.path("diagnoses").size() + 1);
        assertThat(seen.path("rungs").asInt()).isEqualTo(found.path("ladder").size() + 1);
        JsonNode tuned = new ObjectMapper().readTree(tune.toFile());
        assertThat(seen.path("measured").asInt())
                .isEqualTo(tuned.path("evaluated").size() + 1);
        assertThat(seen.path("text").asBoolean()).isFalse();
    }

    @Test
    void rewritesComeOutAsTheyDidWhenItWasQuantized() throws Exception {
        Path recipe = Files.writeString(folder.resolve("r.yaml"), "rewrite: [ equalize ]\n");
        Path int8 = quantized("--recipe", recipe);
        // On fewer examples equalize would scale otherwise; the plan says how many there were.
        JsonNode same = report(int8, "--recipe", recipe, "--samples", 2);
        assertThat(same.path("warnings")).isEmpty();
        assertThat(same.path("recipe").asText()).contains("equalize");
        boolean repaired = false;
        double least = Double.POSITIVE_INFINITY;
        for (JsonNode s : same.path("sites")) {
            least = Math.min(least, s.path("columns").path("sqnr_db").asDouble());
            repaired |= s.path("weights").path("before").size() > 0;
        }
        assertThat(repaired).isTrue();
        assertThat(least).isGreaterThan(8);

        JsonNode forgotten = report(int8);
        assertThat(forgotten.path("warnings").path(0).asText()).contains("--recipe");
        Path other = Octavo.pictures(folder.resolve("others"), 4, 48);
        Octavo.Ran ran = Octavo.run(
                        "report", model, int8, "--recipe", recipe, "--data", other, "-o", folder.resolve("o.html"))
                .succeeded();
        assertThat(ran.err()).contains("other data", "--data");
        Octavo.Ran compared = Octavo.run("compare", model, int8, "--data", data).succeeded();
        assertThat(compared.err()).contains("warning", "--recipe");
    }

    @Test
    void aTunedNetworkAndOneMadeWithoutDataAreRecognisedToo() throws Exception {
        data = samples();
        Path tuned = folder.resolve("tuned.onnx");
        Object[] tune = {
            "tune",
            model,
            "--data",
            data,
            "--samples",
            6,
            "--task",
            "classification",
            "--weight-bits",
            3,
            "--weights",
            "per-tensor",
            "--target",
            "top1 -100",
            "-o",
            tuned
        };
        Octavo.run(tune).succeeded();
        Path equalize = Files.writeString(folder.resolve("e.yaml"), "rewrite: [ equalize ]\n");
        Path recipe = folder.resolve("tuned.recipe.yaml");
        assertThat(report(tuned, "--recipe", recipe, "--samples", 2).path("warnings"))
                .isEmpty();
        Path free = folder.resolve("free.onnx");
        Octavo.run("quantize", model, "--data-free", "--mean", 120, "--std", 60, "--recipe", equalize, "-o", free)
                .succeeded();
        assertThat(report(free, "--recipe", equalize, "--mean", 120, "--std", 60)
                        .path("warnings"))
                .isEmpty();
        assertThat(report(free, "--recipe", equalize).path("warnings").path(0).asText())
                .contains("without data", "--mean");
    }

    @Test
    void showsThePicturesWhoseClassChanged() throws Exception {
        data = samples();
        Path int8 = quantized("--weight-bits", 2);
        JsonNode report = report(int8, "--task", "classification", "--pictures", 3);
        assertThat(report.path("pictures")).hasSizeBetween(1, 3).allSatisfy(p -> {
            assertThat(p.path("uri").asText()).startsWith("data:image/jpeg;base64,");
            assertThat(p.path("caption").asText()).contains("labelled", "float", "quantized");
        });
        assertThat(report(int8, "--task", "classification", "--pictures", 0).path("pictures"))
                .isEmpty();
        assertThat(report(int8).path("pictures")).isEmpty();
    }

    @Test
    void quantizeWritesThePageAtOnce() throws Exception {
        data = samples();
        Path html = folder.resolve("report.html");
        Path recipe = Files.writeString(folder.resolve("r.yaml"), "rewrite: [ equalize ]\n");
        Path int8 = quantized("--recipe", recipe, "--task", "classification", "--report", html);
        String shown = page("document.getElementById('data').textContent");
        if (!shown.isEmpty()) {
            JsonNode at = new ObjectMapper().readTree(shown);
            JsonNode after = report(int8, "--recipe", recipe, "--task", "classification");
            assertThat(at.path("scores")).hasSize(3).isEqualTo(after.path("scores"));
            assertThat(at.path("sites")).isEqualTo(after.path("sites"));
            assertThat(at.path("warnings")).isEmpty();
        }
        Object[] two = {"quantize", model, "--data", data, "--report", html, "-o", int8, "--range", "min-max,abs-max"};
        Octavo.run(two).misused("--report is about one model");
        Octavo.run("quantize", model, "--data-free", "--report", html, "-o", int8)
                .misused("--data-free has none");
    }

    @Test
    void aRecipeIsShownWithoutOne() throws Exception {
        Path int8 = quantized("--weight-bits", 4, "--weights", "per-tensor");
        String recipe = report(int8).path("recipe").asText();
        assertThat(recipe).contains("bits: 4, per: tensor", "range: min-max", "objective: size");
        Path file = Files.writeString(folder.resolve("shown.yaml"), recipe);
        Path again = folder.resolve("again.onnx");
        Octavo.run("quantize", model, "--data", data, "--recipe", file, "-o", again)
                .succeeded();
        assertThat(Files.readAllBytes(again)).isEqualTo(Files.readAllBytes(int8));
    }

    /* On noise a network says the same always; these it tells apart. */
    private Path samples() throws IOException {
        SamplePictures pictures = SamplePictures.of(SamplePictures.TEST_SEED);
        Path samples = folder.resolve("samples");
        int side = SamplePictures.SIDE;
        for (int i = 0; i < 24; i++) {
            byte[] rgb = pictures.rgb(i);
            BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < side * side; p++) {
                image.setRGB(
                        p % side,
                        p / side,
                        (rgb[3 * p] & 0xff) << 16 | (rgb[3 * p + 1] & 0xff) << 8 | (rgb[3 * p + 2] & 0xff));
            }
            Path of = Files.createDirectories(samples.resolve("class" + pictures.label(i)));
            ImageIO.write(image, "png", of.resolve(i + ".png").toFile());
        }
        return samples;
    }

    @Test
    void refusesWhatIsNoneOfIt() throws Exception {
        Path int8 = quantized();
        Path html = folder.resolve("report.html");
        Path other = Files.writeString(folder.resolve("x.json"), "{}");
        Object[] most = {"report", model, int8, "--data", data, "-o", html};
        for (String option : List.of("--sensitivity", "--tune", "--doctor")) {
            List<Object> args = new ArrayList<>(List.of(most));
            args.addAll(List.of(option, other));
            Octavo.run(args.toArray()).refused("is not what octavo " + option.substring(2) + " --json prints");
        }
        Path text = Files.writeString(folder.resolve("y.json"), "site\n");
        Octavo.run("report", model, int8, "--data", data, "-o", html, "--tune", text)
                .refused("no JSON");
        Octavo.run("report", model, int8, "--data", data, "-o", html, "--pictures", -1)
                .misused("--pictures is -1");
        Octavo.run("report", model, int8, "-o", html).misused("--data");
        Octavo.run("report", int8, model, "--data", data, "-o", html).refused("no quantized activation");
    }
}
