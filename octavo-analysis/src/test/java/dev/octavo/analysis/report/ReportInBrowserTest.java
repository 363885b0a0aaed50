package dev.octavo.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.analysis.browser.Chromium;
import dev.octavo.analysis.browser.Page;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as a reader meets it. */
class ReportInBrowserTest {
    private static final String ROWS = "[...document.querySelectorAll('.layers tbody tr')]";
    private static final String SHOWN = ROWS + ".map(r => r.dataset.site).join()";

    @TempDir
    Path folder;

    /* Looks at the report's page; whatever is done there, nothing is complained of and nothing fetched. */
    private void look(Report report, Consumer<Page> looking) throws IOException {
        Optional<Chromium> chromium = Chromium.orSay();
        if (chromium.isEmpty()) {
            return;
        }
        Path file = Files.writeString(folder.resolve("report.html"), ReportPage.html(report));
        try (Page page = chromium.get().open(file)) {
            page.settle();
            looking.accept(page);
            assertThat(page.complaints()).isEmpty();
            assertThat(page.requests()).allMatch(u -> u.startsWith("file:") && u.contains("report.html"));
        }
    }

    private static String text(Page page, String script) {
        return page.evaluate(script).asText();
    }

    private static int count(Page page, String selector) {
        return page.evaluate("document.querySelectorAll('" + selector + "').length")
                .asInt();
    }

    @Test
    void hasEverySectionAndEveryChartDraws() throws Exception {
        look(Reports.whole(12), page -> {
            assertThat(text(page, "[...document.querySelectorAll('h2')].map(h => h.textContent).join()"))
                    .isEqualTo("Summary,Map,Layers,Value,Sensitivity,Doctor,Tuner,Pictures,Journal,Recipe,Environment");
            assertThat(count(page, "nav a")).isEqualTo(11);
            // Scores; histogram, scatter, ranges before and after, weights; sensitivity; ladder; front.
            assertThat(count(page, ".chart")).isEqualTo(9);
            assertThat(
                            text(
                                    page,
                                    "[...document.querySelectorAll('.chart')].filter(c => "
                                            + "!c.querySelector('svg') || c.querySelectorAll('path[d]').length < 5 || "
                                            + "c.querySelectorAll('text').length < 3).map(c => c.getAttribute('aria-label')).join()"))
                    .isEmpty();
            assertThat(count(page, ".map rect")).isEqualTo(12);
            assertThat(page.evaluate("document.querySelector('figure img').naturalWidth")
                            .asInt())
                    .isEqualTo(1);
            assertThat(text(page, "document.querySelector('pre').textContent")).contains("equalize");
            assertThat(text(page, "document.querySelector('#value').textContent"))
                    .contains("layer.0000.conv", "25.00\u00a0%");
        });
    }

    @Test
    void sortsAndFilters() throws Exception {
        look(Reports.whole(9), page -> {
            assertThat(text(page, SHOWN)).startsWith("layer.0000.conv,layer.0001.conv");
            page.evaluate("document.querySelector('th[data-column=sqnr_db] button').click()");
            assertThat(text(page, SHOWN)).startsWith("layer.0008.conv,layer.0007.conv");
            assertThat(text(page, "document.querySelector('th[data-column=sqnr_db]').getAttribute('aria-sort')"))
                    .isEqualTo("descending");
            page.evaluate("document.querySelector('th[data-column=sqnr_db] button').click()");
            assertThat(text(page, SHOWN)).startsWith("layer.0000.conv,layer.0001.conv");
            page.evaluate("document.getElementById('filter').focus()");
            page.type("relu");
            assertThat(text(page, ROWS + ".length")).isEqualTo("6");
            assertThat(text(page, "document.querySelector('#layers [role=status]').textContent"))
                    .isEqualTo("6 of 9 values");
            page.evaluate("(() => { const t = document.getElementById('type'); t.value = 'u8'; "
                    + "t.dispatchEvent(new Event('change')); })()");
            assertThat(text(page, ROWS + ".length")).isEqualTo("0");
        });
    }

    @Test
    void whatIsNoNumberIsShownAndComesLastWhenSorted() throws Exception {
        List<ReportSite> sites = new ArrayList<>();
        sites.add(Reports.site("a", "Conv", Double.NaN, Double.NaN));
        sites.add(Reports.site("b", "Conv", 3, Double.NEGATIVE_INFINITY));
        sites.add(Reports.site("c", "Conv", 30, 0.5));
        look(Reports.with(Reports.of(3, i -> List.of("a", "b", "c").get(i)), sites), page -> {
            assertThat(text(page, ROWS + "[0].textContent")).contains("NaN");
            assertThat(text(page, ROWS + "[1].textContent")).contains("\u2212Infinity");
            assertThat(text(page, "document.querySelector('#value').textContent"))
                    .contains("3 of the quantized values");
            assertThat(text(page, "document.querySelector('rect[data-site=a]').getAttribute('fill')"))
                    .contains("--bad");
            page.evaluate("document.querySelector('th[data-column=sqnr_db] button').click()");
            assertThat(text(page, SHOWN)).isEqualTo("c,b,a");
            page.evaluate("document.querySelector('th[data-column=sqnr_db] button').click()");
            assertThat(text(page, SHOWN)).isEqualTo("b,c,a");
        });
    }

    @Test
    void hostileNamesAreNamesOnly() throws Exception {
        List<String> names = List.of(
                "</script><script>window.hacked = 1</script>",
                "<img src=x onerror=\"window.hacked = 2\">",
                "'\"`${window.hacked = 3}`&lt;",
                "line\u2028separator\u2029",
                "__proto__",
                "<!--<script>");
        look(Reports.of(names.size(), names::get), page -> {
            assertThat(text(page, "JSON.stringify(" + ROWS + ".map(r => r.dataset.site))"))
                    .contains("window.hacked = 1</script>", "onerror", "__proto__", "line");
            for (int i = 0; i < names.size(); i++) {
                page.evaluate(ROWS + "[" + i + "].click()");
                assertThat(text(page, "document.querySelector('#value h3').textContent"))
                        .isEqualTo(names.get(i));
            }
            page.settle();
            assertThat(page.evaluate("window.hacked === undefined").asBoolean()).isTrue();
            // One of the page's own.
            assertThat(count(page, "img")).isEqualTo(1);
        });
    }

    @Test
    void pointingAtChartsSaysNumbersAndNames() throws Exception {
        look(Reports.of(3, i -> "<b>" + i + "</b>"), page -> {
            page.viewport(1400, 900);
            page.point("#value .chart");
            assertThat(text(page, "document.querySelector('#value .chart').innerText"))
                    .contains("values about");
            String bars = "#sensitivity .chart svg path[fill=\"var(--accent)\"]";
            page.point(bars);
            assertThat(text(page, "document.querySelector('#sensitivity .chart').innerText"))
                    .contains("b (weight): 3");
            // Still as it was: pointing changes no colours to what a library makes of a name it cannot read.
            assertThat(count(page, bars)).isEqualTo(2);
            for (String part : List.of("summary", "value", "doctor", "tuner")) {
                page.point("#" + part + " .chart");
            }
        });
    }

    @Test
    void theRecipeCanBeCopiedAndADiagnosisLeadsToItsValue() throws Exception {
        look(Reports.of(2, i -> List.of("b", "a").get(i)), page -> {
            page.evaluate("document.querySelector('#recipe button').click()");
            page.until("document.querySelector('#recipe [role=status]').textContent !== ''");
            assertThat(text(page, "document.querySelector('#value h3').textContent"))
                    .isEqualTo("b");
            page.evaluate("document.querySelector('#doctor a').click()");
            page.settle();
            assertThat(text(page, "document.querySelector('#value h3').textContent"))
                    .isEqualTo("a");
        });
    }

    @Test
    void darkColoursReachTheChartsToo() throws Exception {
        look(Reports.whole(3), page -> {
            String ground = "getComputedStyle(document.body).backgroundColor";
            String ink = "getComputedStyle(document.querySelector('.chart text')).fill";
            page.scheme("light");
            String paper = text(page, ground);
            String text = text(page, ink);
            page.scheme("dark");
            assertThat(text(page, ground)).isNotEqualTo(paper).isEqualTo("rgb(22, 24, 27)");
            assertThat(text(page, ink)).isNotEqualTo(text);
        });
    }

    @Test
    void canBeUsedWithKeysAlone() throws Exception {
        look(Reports.whole(6), page -> {
            page.evaluate("document.querySelector('.layers tbody tr').focus()");
            page.press("ArrowDown");
            page.press("ArrowDown");
            assertThat(text(page, "document.activeElement.dataset.site")).isEqualTo("layer.0002.conv");
            page.press("ArrowUp");
            page.press("Enter");
            assertThat(text(page, "document.activeElement.tagName + document.activeElement.textContent"))
                    .isEqualTo("H3layer.0001.conv");
            assertThat(text(page, "document.querySelector('tr[aria-current]').dataset.site"))
                    .isEqualTo("layer.0001.conv");
            page.evaluate("document.getElementById('next').focus()");
            page.press("Enter");
            assertThat(text(page, "document.querySelector('#value h3').textContent"))
                    .isEqualTo("layer.0002.conv");
            page.evaluate("document.querySelector('.node').focus()");
            page.press("ArrowRight");
            page.press("Enter");
            assertThat(text(page, "document.querySelector('#value h3').textContent"))
                    .isEqualTo("layer.0001.conv");
            // However many rows and squares, the tab key stops once in each.
            assertThat(count(page, ".layers tbody tr[tabindex=\"0\"]")).isEqualTo(1);
            assertThat(count(page, ".node[tabindex=\"0\"]")).isEqualTo(1);
            assertThat(
                            text(
                                    page,
                                    "[...document.querySelectorAll('button, input, select, [role=img], [role=region]')]"
                                            + ".filter(e => !(e.getAttribute('aria-label') || e.textContent || e.labels?.length)).length"))
                    .isEqualTo("0");
        });
    }

    @Test
    void fitsNarrowWindowsAndPrinters() throws Exception {
        look(Reports.whole(40), page -> {
            for (int width : List.of(360, 768, 1400)) {
                page.viewport(width, 900);
                assertThat(page.evaluate("document.documentElement.scrollWidth").asInt())
                        .isLessThanOrEqualTo(width);
                assertThat(page.evaluate("[...document.querySelectorAll('.chart')].every(c => "
                                        + "c.querySelector('svg').getBoundingClientRect().width <= c.clientWidth + 1)")
                                .asBoolean())
                        .isTrue();
            }
            page.scheme("dark");
            assertThat(new String(page.pdf(), 0, 5, StandardCharsets.US_ASCII)).isEqualTo("%PDF-");
            page.settle();
            assertThat(page.evaluate(
                                    "[...document.querySelectorAll('#value .chart')].every(c => "
                                            + "Math.abs(c.querySelector('svg').getBoundingClientRect().width - c.clientWidth) < 2)")
                            .asBoolean())
                    .describedAs("after printing the charts are as wide as before")
                    .isTrue();
        });
    }

    @Test
    void aThousandValuesOpenAndStayUsable() throws Exception {
        look(Reports.large(1000), page -> {
            assertThat(count(page, ".layers tbody tr")).isEqualTo(1000);
            assertThat(count(page, ".map .node")).isEqualTo(1000);
            double loaded = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
                    .asDouble();
            double sorted = milliseconds(page, "document.querySelector('th[data-column=cosine] button').click()");
            double chosen = milliseconds(page, ROWS + "[500].click()");
            double filtered = milliseconds(
                    page,
                    "(() => { const f = document.getElementById('filter'); f.value = '.09'; "
                            + "f.dispatchEvent(new Event('input')); })()");
            assertThat(text(page, ROWS + ".length")).isEqualTo("100");
            System.out.printf(
                    java.util.Locale.ROOT,
                    "1,000 values: %.1f MB, opened in %.0f ms, sorted in %.0f, chosen in %.0f, filtered in %.0f%n",
                    page.evaluate("performance.getEntriesByType('navigation')[0].decodedBodySize")
                                    .asDouble()
                            / 1e6,
                    loaded,
                    sorted,
                    chosen,
                    filtered);
            // A reader waits less than a tenth of this on an idle machine; a test server may be anything but idle.
            assertThat(loaded).isLessThan(15_000);
            assertThat(List.of(sorted, chosen, filtered)).allMatch(ms -> ms < 3_000);
        });
    }

    /* With the layout that it makes necessary. */
    private static double milliseconds(Page page, String script) {
        return page.evaluate("(() => { const t = performance.now(); " + script
                        + "; document.body.getBoundingClientRect(); return performance.now() - t; })()")
                .asDouble();
    }

    @Test
    void anAddressNamesAValue() throws Exception {
        look(Reports.whole(5), page -> {
            page.evaluate("location.hash = '#site=layer.0003.conv'");
            page.settle();
            assertThat(text(page, "document.querySelector('#value h3').textContent"))
                    .isEqualTo("layer.0003.conv");
            page.evaluate("location.hash = '#site=%E0%A4%A'");
            page.settle();
            assertThat(text(page, "document.querySelector('#value h3').textContent"))
                    .isEqualTo("layer.0003.conv");
        });
    }

    @Test
    void aReportOfAlmostNothingIsAPageToo() throws Exception {
        Report bare = new Report(
                "nothing",
                List.of(),
                java.util.Map.of(),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                "",
                List.of(),
                java.util.Map.of());
        look(bare, page -> assertThat(count(page, "h2")).isEqualTo(4));
    }
}
