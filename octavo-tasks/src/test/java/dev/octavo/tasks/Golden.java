package dev.octavo.tasks;

import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.npy.NpyReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** The golden files under {@code src/test/resources/golden}. */
public final class Golden {
    private Golden() {}

    /** Such as {@code numpy/c_f4.npy}. */
    public static Path file(String name) {
        try {
            return Path.of(Objects.requireNonNull(Golden.class.getResource("/golden/" + name), name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    public static byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(file(name));
    }

    public static Tensor array(String name) {
        return NpyReader.read(file(name));
    }
}
