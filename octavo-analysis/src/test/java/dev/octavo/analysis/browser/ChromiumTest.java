package dev.octavo.analysis.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A test that sees no errors must be able to see some. */
class ChromiumTest {
    @TempDir
    Path folder;

    @Test
    void seesErrorsRequestsColoursAndKeys() throws Exception {
        Optional<Chromium> chromium = Chromium.orSay();
        if (chromium.isEmpty()) {
            return;
        }
        Path file = Files.writeString(folder.resolve("page.html"), """
                <!DOCTYPE html><meta charset="utf-8"><style>body { color: black }
                @media (prefers-color-scheme: dark) { body { color: white } }</style>
                <input id="box"><img src="missing.png">
                <script>console.error("on the console"); setTimeout(() => { throw new Error("not caught"); }, 0);
                document.getElementById("box").addEventListener("keydown", e => { document.title += e.key; });</script>
                """);
        try (Page page = chromium.get().open(file)) {
            page.settle();
            assertThat(page.complaints()).anyMatch(c -> c.contains("on the console"));
            assertThat(page.complaints()).anyMatch(c -> c.contains("not caught"));
            assertThat(page.requests()).anyMatch(u -> u.endsWith("missing.png"));
            page.evaluate("document.getElementById('box').focus()");
            page.type("text");
            page.press("Enter");
            assertThat(page.evaluate("document.title").asText()).isEqualTo("Enter");
            assertThat(page.evaluate("document.getElementById('box').value").asText())
                    .isEqualTo("text");
            String colour = "getComputedStyle(document.body).color";
            assertThat(page.scheme("light").evaluate(colour).asText()).isEqualTo("rgb(0, 0, 0)");
            assertThat(page.scheme("dark").evaluate(colour).asText()).isEqualTo("rgb(255, 255, 255)");
            assertThat(page.viewport(321, 200).evaluate("innerWidth").asInt()).isEqualTo(321);
            assertThat(new String(page.screenshot(), 1, 3, StandardCharsets.US_ASCII))
                    .isEqualTo("PNG");
            assertThat(new String(page.pdf(), 0, 4, StandardCharsets.US_ASCII)).isEqualTo("%PDF");
            assertThatThrownBy(() -> page.evaluate("nothing.at.all")).isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void onTheBuildServerItsAbsenceIsAFailure() {
        Map<String, String> nowhere = Map.of("CHROMIUM", folder.resolve("none").toString());
        assertThat(Chromium.program(nowhere)).isEmpty();
        Map<String, String> server =
                Map.of("CI", "true", "PATH", folder.resolve("empty").toString());
        assertThatThrownBy(() -> Chromium.program(server))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Chromium");
    }
}
