package dev.octavo.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealDataTest {
    @TempDir
    Path temp;

    @Test
    void looksBesideTheRepositoryFromAnyModule() throws IOException {
        Path module = Files.createDirectories(temp.resolve("repo/octavo-core"));
        Files.createFile(temp.resolve("repo/mvnw"));
        Path data = Files.createDirectories(temp.resolve("shared/data/imagenet"));
        assertThat(RealData.folder("imagenet", Map.of(), module)).contains(data);
    }

    @Test
    void theVariableWins() throws IOException {
        Path data = Files.createDirectories(temp.resolve("elsewhere/imagenet"));
        Map<String, String> named =
                Map.of("OCTAVO_DATA", temp.resolve("elsewhere").toString());
        assertThat(RealData.folder("imagenet", named, temp)).contains(data);
    }

    @Test
    void isEmptyWithoutDataButFailsOnTheBuildServer() {
        Map<String, String> nowhere = Map.of("OCTAVO_DATA", temp.resolve("none").toString());
        assertThat(RealData.folder("imagenet", nowhere, temp)).isEmpty();
        Map<String, String> server =
                Map.of("CI", "true", "OCTAVO_DATA", temp.resolve("none").toString());
        assertThatThrownBy(() -> RealData.folder("imagenet", server, temp))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("OCTAVO_DATA");
    }
}
