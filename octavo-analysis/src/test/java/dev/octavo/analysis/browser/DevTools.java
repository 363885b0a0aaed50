package dev.octavo.analysis.browser;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The Chrome DevTools protocol over a web socket: calls with answers, and events. */
final class DevTools implements WebSocket.Listener {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long PATIENCE_SECONDS = 120;

    private final AtomicInteger last = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> open = new ConcurrentHashMap<>();
    private final StringBuilder part = new StringBuilder();
    private final BiConsumer<String, JsonNode> events;
    private @Nullable WebSocket socket;

    private DevTools(BiConsumer<String, JsonNode> events) {
        this.events = events;
    }

    static DevTools connect(URI uri, BiConsumer<String, JsonNode> events) {
        DevTools tools = new DevTools(events);
        tools.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(uri, tools)
                .join();
        return tools;
    }

    /** Calls a method and waits for its result. */
    JsonNode call(String method, Object parameters) {
        int id = last.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        open.put(id, answer);
        try {
            String text = MAPPER.writeValueAsString(Map.of("id", id, "method", method, "params", parameters));
            java.util.Objects.requireNonNull(socket).sendText(text, true).join();
            JsonNode got = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (got.has("error")) {
                throw new AssertionError(method + ": " + got.path("error"));
            }
            return got.path("result");
        } catch (JsonProcessingException | ExecutionException | TimeoutException e) {
            throw new AssertionError(method + " got no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            open.remove(id);
        }
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean isLast) {
        part.append(data);
        if (isLast) {
            String text = part.toString();
            part.setLength(0);
            try {
                said(MAPPER.readTree(text));
            } catch (JsonProcessingException e) {
                throw new AssertionError("the browser says what is no JSON", e);
            }
        }
        webSocket.request(1);
        return null;
    }

    private void said(JsonNode message) {
        if (message.has("id")) {
            CompletableFuture<JsonNode> waiting = open.get(message.path("id").asInt());
            if (waiting != null) {
                waiting.complete(message);
            }
        } else {
            events.accept(message.path("method").asText(), message.path("params"));
        }
    }

    void close() {
        java.util.Objects.requireNonNull(socket).abort();
    }
}
