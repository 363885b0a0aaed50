package dev.octavo.analysis.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A page in {@link Chromium}: what it shows, what it complained of, what it fetched. */
public final class Page implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    private static final Map<String, Integer> CODES = Map.of("Enter", 13, "Tab", 9, "ArrowDown", 40, "ArrowUp", 38);

    private final DevTools tools;
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    private Page(URI socket) {
        tools = DevTools.connect(socket, this::event);
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            tools.call(domain + ".enable", Map.of());
        }
    }

    static Page at(int port) {
        try {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + port + "/json/new?about:blank"))
                    .PUT(HttpRequest.BodyPublishers.noBody())
                    .build();
            String answer = HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.ofString())
                    .body();
            return new Page(URI.create(
                    MAPPER.readTree(answer).path("webSocketDebuggerUrl").asText()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void event(String method, JsonNode said) {
        switch (method) {
            case "Runtime.exceptionThrown" ->
                complaints.add(said.path("exceptionDetails").toString());
            case "Runtime.consoleAPICalled" -> {
                if (List.of("error", "warning", "assert")
                        .contains(said.path("type").asText())) {
                    complaints.add(said.path("args").toString());
                }
            }
            case "Log.entryAdded" -> complaints.add(said.path("entry").toString());
            case "Network.requestWillBeSent" ->
                requests.add(said.path("request").path("url").asText());
            default -> {
                // Not of interest.
            }
        }
    }

    void open(Path file) {
        tools.call("Page.navigate", Map.of("url", file.toUri().toString()));
        until("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    /** Errors and warnings on the console, and exceptions that nobody caught. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** What was fetched, the page itself included; pictures within the page ({@code data:}) are none. */
    public List<String> requests() {
        return requests.stream().filter(u -> !u.startsWith("data:")).toList();
    }

    /** The value of an expression, which may be a promise. */
    public JsonNode evaluate(String script) {
        JsonNode answer = tools.call(
                "Runtime.evaluate",
                Map.of("expression", script, "returnByValue", true, "awaitPromise", true, "userGesture", true));
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(script + ": " + answer.path("exceptionDetails"));
        }
        return answer.path("result").path("value");
    }

    /** Waits until an expression is true. */
    public void until(String script) {
        long start = System.nanoTime();
        while (!evaluate(script).asBoolean()) {
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                throw new AssertionError("still not: " + script);
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Waits until what was changed has been drawn. */
    public void settle() {
        evaluate("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(r, 30))))");
    }

    /** Presses a key where the focus is: {@code Enter}, {@code Tab}, {@code ArrowDown} or {@code ArrowUp}. */
    public void press(String key) {
        int code = CODES.getOrDefault(key, 0);
        ObjectNode down = MAPPER.createObjectNode()
                .put("type", "keyDown")
                .put("key", key)
                .put("code", key)
                .put("windowsVirtualKeyCode", code);
        if (key.equals("Enter")) {
            down.put("text", "\r");
        }
        tools.call("Input.dispatchKeyEvent", down);
        tools.call("Input.dispatchKeyEvent", down.deepCopy().put("type", "keyUp"));
    }

    /** Points at the middle of an element, as far as it is there. */
    public void point(String selector) {
        JsonNode at = evaluate("(() => { const e = document.querySelector('" + selector + "'); "
                + "e.scrollIntoView({ block: 'center' }); const r = e.getBoundingClientRect(); "
                + "return [r.left + r.width / 2, r.top + r.height / 2]; })()");
        tools.call(
                "Input.dispatchMouseEvent",
                Map.of(
                        "type", "mouseMoved",
                        "x", at.path(0).asDouble(),
                        "y", at.path(1).asDouble()));
        settle();
    }

    /** Types text where the focus is. */
    public void type(String text) {
        tools.call("Input.insertText", Map.of("text", text));
    }

    /** Prefers {@code light} or {@code dark} colours. */
    public Page scheme(String scheme) {
        tools.call(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        settle();
        return this;
    }

    /** The size of the window, in pixels. */
    public Page viewport(int width, int height) {
        tools.call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        settle();
        return this;
    }

    /** A PNG of the whole page. */
    public byte[] screenshot() {
        return decoded(tools.call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true)));
    }

    /** The page as a printer gets it. */
    public byte[] pdf() {
        return decoded(tools.call("Page.printToPDF", Map.of("printBackground", false)));
    }

    private static byte[] decoded(JsonNode answer) {
        return Base64.getDecoder().decode(answer.path("data").asText());
    }

    @Override
    public void close() {
        tools.call("Page.close", Map.of());
        tools.close();
    }
}
