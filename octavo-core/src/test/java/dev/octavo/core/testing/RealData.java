package dev.octavo.core.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Real models and pictures, too large for the repository. They lie where {@code OCTAVO_DATA} points,
 * else in {@code ../shared/data} beside the repository. Without them a test says so loudly and ends;
 * on the build server ({@code CI=true}) it fails, so that nothing is silently left out there.
 *
 * <pre>{@code
 * Optional<Path> data = RealData.folder("imagenet");
 * if (data.isEmpty()) {
 *   return;
 * }
 * }</pre>
 */
public final class RealData {
    private RealData() {}

    /** The folder of that name among the real data; empty when it is not on this machine. */
    public static Optional<Path> folder(String relative) {
        return folder(relative, System.getenv(), Path.of("").toAbsolutePath());
    }

    static Optional<Path> folder(String relative, Map<String, String> environment, Path start) {
        String named = environment.get("OCTAVO_DATA");
        Path root = named != null && !named.isBlank()
                ? Path.of(named)
                : repository(start).resolveSibling("shared").resolve("data");
        Path folder = root.resolve(relative);
        if (Files.isDirectory(folder)) {
            return Optional.of(folder);
        }
        String message = "NOT RUN: a test needs real data in " + folder + ", which is not there; set OCTAVO_DATA";
        if ("true".equals(environment.get("CI"))) {
            throw new AssertionError(message);
        }
        System.err.println("\n*** " + message + " ***\n");
        return Optional.empty();
    }

    /** The nearest folder upwards that holds the Maven wrapper. */
    private static Path repository(Path start) {
        for (Path p = start; p != null; p = p.getParent()) {
            if (Files.exists(p.resolve("mvnw"))) {
                return p;
            }
        }
        return start;
    }
}
