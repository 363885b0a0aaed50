package dev.octavo.analysis.browser;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Chromium without a window, for tests that look at a page as a reader does. It is taken from where {@code CHROMIUM}
 * points, else from the path. Without it a test says so loudly and ends; on the build server ({@code CI=true}) it fails,
 * so that nothing is silently left out there.
 *
 * <pre>{@code
 * try (Page page = Chromium.orSay().map(c -> c.open(file)).orElse(null)) { … }
 * }</pre>
 *
 * <p>One process serves all tests of a run, and ends with it.
 */
public final class Chromium {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final String LISTENING = "DevTools listening on ";
    private static final long PATIENCE_SECONDS = 60;
    private static Optional<Chromium> running = Optional.empty();

    private final Process process;
    private final Path profile;
    private final int port;

    private Chromium(Process process, Path profile, int port) {
        this.process = process;
        this.profile = profile;
        this.port = port;
    }

    /** The browser; empty, and said, where there is none. */
    public static synchronized Optional<Chromium> orSay() {
        if (running.filter(c -> c.process.isAlive()).isEmpty()) {
            running = program(System.getenv()).map(Chromium::start);
            running.ifPresent(c -> Runtime.getRuntime().addShutdownHook(new Thread(c::end)));
        }
        return running;
    }

    /** Where the program is. */
    static Optional<Path> program(Map<String, String> environment) {
        List<Path> candidates = new ArrayList<>();
        String named = environment.get("CHROMIUM");
        if (named != null && !named.isBlank()) {
            candidates.add(Path.of(named));
        } else {
            for (String folder : environment.getOrDefault("PATH", "").split(java.io.File.pathSeparator, -1)) {
                NAMES.forEach(n -> candidates.add(Path.of(folder, n)));
            }
        }
        Optional<Path> found = candidates.stream().filter(Files::isExecutable).findFirst();
        if (found.isPresent()) {
            return found;
        }
        String message = "NOT RUN: a test looks at a page in Chromium, which is not on the path;"
                + " install it, or let CHROMIUM name it";
        if ("true".equals(environment.get("CI"))) {
            throw new AssertionError(message);
        }
        System.err.println("\n*** " + message + " ***\n");
        return Optional.empty();
    }

    private static Chromium start(Path program) {
        try {
            Path profile = Files.createTempDirectory("octavo-chromium");
            // Without its sandbox, which containers often do not let it have: it sees our own pages only.
            Process process = new ProcessBuilder(
                            program.toString(),
                            "--headless=new",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-dev-shm-usage",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--hide-scrollbars",
                            "--force-color-profile=srgb",
                            "--remote-debugging-port=0",
                            "--user-data-dir=" + profile,
                            "about:blank")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            CompletableFuture<Integer> port = new CompletableFuture<>();
            Thread reader = new Thread(() -> read(process, port), "chromium");
            reader.setDaemon(true);
            reader.start();
            return new Chromium(process, profile, port.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new AssertionError(program + " did not say where it listens", e);
        }
    }

    /* Read to the end, for it waits when nobody reads. */
    private static void read(Process process, CompletableFuture<Integer> port) {
        List<String> said = new ArrayList<>();
        try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
                if (line.startsWith(LISTENING)) {
                    port.complete(java.net
                            .URI
                            .create(line.substring(LISTENING.length()))
                            .getPort());
                }
            }
            port.completeExceptionally(new IOException(String.join("\n", said)));
        } catch (IOException e) {
            port.completeExceptionally(e);
        }
    }

    /** An empty page. */
    public Page page() {
        return Page.at(port);
    }

    /** Opens a file and waits until it has loaded. */
    public Page open(Path file) {
        Page page = page();
        page.open(file);
        return page;
    }

    private void end() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
            List<Path> files;
            try (Stream<Path> found = Files.walk(profile)) {
                files = found.sorted(java.util.Comparator.reverseOrder()).toList();
            }
            for (Path f : files) {
                Files.deleteIfExists(f);
            }
        } catch (IOException e) {
            System.err.println("chromium left files in " + profile + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
