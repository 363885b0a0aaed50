package dev.octavo.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportPageTest {
    @Test
    void numbersThatJsonLacksAreTextsAndWhatIsAbsentIsNull() throws Exception {
        Report report = Reports.with(
                Reports.whole(1), List.of(Reports.site("a", "Conv", Double.NaN, Double.NEGATIVE_INFINITY)));
        JsonNode json = new ObjectMapper().readTree(ReportPage.json(report));
        JsonNode site = json.path("sites").path(0);
        assertThat(site.path("columns").path("sqnr_db").asText()).isEqualTo("NaN");
        assertThat(site.path("columns").path("cosine").asText()).isEqualTo("-Infinity");
        assertThat(site.path("points").path(2).path(1).asText()).isEqualTo("NaN");
        assertThat(site.path("grid").path("bits").asInt()).isEqualTo(8);
        ReportSite bare = new ReportSite(
                report.sites().get(0).columns(),
                "",
                java.util.Optional.empty(),
                java.util.Optional.empty(),
                java.util.Optional.empty(),
                java.util.Optional.empty(),
                java.util.Optional.empty(),
                List.of());
        JsonNode none = new ObjectMapper().readTree(ReportPage.json(Reports.with(report, List.of(bare))));
        assertThat(none.path("sites").path(0).path("histogram").isNull()).isTrue();
    }

    @Test
    void noNameEndsTheScriptThatHoldsIt() {
        String html = ReportPage.html(Reports.of(1, i -> "</script><script>alert(1)</script><!--"));
        assertThat(html).doesNotContain("<script>alert").contains("\\u003c/script>\\u003cscript>alert(1)");
    }

    @Test
    void nothingIsTakenFromElsewhere() {
        String html = ReportPage.html(Reports.whole(2));
        assertThat(html).doesNotContain("<script src", "<link", "@import", "url(http");
        assertThat(html).contains("Apache").contains("echarts");
    }
}
