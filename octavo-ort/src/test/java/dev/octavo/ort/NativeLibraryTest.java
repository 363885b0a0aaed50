package dev.octavo.ort;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class NativeLibraryTest {
    @TempDir
    Path cache;

    @Test
    void unpacksOnceAndAgainOnlyWhatIsDamaged() throws Exception {
        Path folder = NativeLibrary.unpacked(cache).orElseThrow();
        Path library = folder.resolve("libonnxruntime.so");
        Object first = Files.readAttributes(library, "fileKey,lastModifiedTime");
        assertThat(NativeLibrary.unpacked(cache)).contains(folder);
        assertThat(Files.readAttributes(library, "fileKey,lastModifiedTime")).isEqualTo(first);

        long size = Files.size(library);
        Files.writeString(library, "cut off");
        assertThat(NativeLibrary.unpacked(cache)).contains(folder);
        assertThat(library).hasSize(size);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void theCacheFolderIsWhereTheUserSays() {
        assertThat(NativeLibrary.cacheFolder(Map.of("OCTAVO_CACHE", "/a", "XDG_CACHE_HOME", "/b")))
                .isEqualTo(Path.of("/a"));
        assertThat(NativeLibrary.cacheFolder(Map.of("XDG_CACHE_HOME", "/b"))).isEqualTo(Path.of("/b/octavo"));
        assertThat(NativeLibrary.cacheFolder(Map.of())).endsWith(Path.of(".cache", "octavo"));
    }

    @Test
    void aCacheThatCannotBeWrittenDoesNoHarm() throws Exception {
        Path file = Files.writeString(cache.resolve("file"), "");
        NativeLibrary.prepare(file);
        assertThat(OrtEngine.version()).startsWith("1.");
    }
}
