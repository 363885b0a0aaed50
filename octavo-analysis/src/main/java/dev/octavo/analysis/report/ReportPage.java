package dev.octavo.analysis.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.github.mustachejava.DefaultMustacheFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Makes one page of a {@link Report}, which needs nothing from elsewhere: style, script, charts and data are in it. */
public final class ReportPage {
    private static final String HERE = "dev/octavo/analysis/report/";

    /* Apache ECharts as its authors publish it, Apache License 2.0. */
    private static final String CHARTS = "META-INF/resources/webjars/echarts/5.3.1/dist/echarts.min.js";

    /* Parts of one script, in this order. */
    private static final List<String> SCRIPTS = List.of("base", "summary", "map", "layers", "site", "findings", "main");

    private static final ObjectMapper MAPPER =
            new ObjectMapper().registerModule(new SimpleModule().addSerializer(new OfOptional()));

    private ReportPage() {}

    /** The page. */
    public static String html(Report report) {
        StringWriter out = new StringWriter();
        new DefaultMustacheFactory(HERE.substring(0, HERE.length() - 1))
                .compile("report.mustache")
                .execute(
                        out,
                        Map.of(
                                "title", report.title(),
                                "style", resource(HERE + "report.css"),
                                "charts", resource(CHARTS),
                                "script",
                                        SCRIPTS.stream()
                                                .map(s -> resource(HERE + s + ".js"))
                                                .collect(Collectors.joining("\n")),
                                "data", embedded(json(report))));
        return out.toString();
    }

    /** The report as JSON; numbers that are not finite are the texts {@code "NaN"}, {@code "Infinity"}. */
    public static String json(Report report) {
        try {
            return MAPPER.writeValueAsString(report);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records of plain values can be written", e);
        }
    }

    /* Inside a script element a tag would end it. In JSON this sign stands in texts only. */
    private static String embedded(String json) {
        return json.replace("<", "\\u003c");
    }

    private static String resource(String name) {
        try (InputStream in = ReportPage.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing: Octavo is not packaged whole");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the resource " + name + " cannot be read", e);
        }
    }

    /** What is absent is null. */
    @SuppressWarnings("rawtypes") // a serializer is registered by its raw class
    private static final class OfOptional extends JsonSerializer<Optional> {
        @Override
        public Class<Optional> handledType() {
            return Optional.class;
        }

        @Override
        public void serialize(Optional value, JsonGenerator out, SerializerProvider how) throws IOException {
            if (value.isPresent()) {
                how.defaultSerializeValue(value.get(), out);
            } else {
                how.defaultSerializeNull(out);
            }
        }
    }
}
