package dev.octavo.ort;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarEntry;

/**
 * ONNX Runtime's native code, unpacked once and for all into the user's cache folder. Left to itself ONNX Runtime
 * unpacks its 28 MB anew in every process, which costs more time than loading them, and leaves them behind in the
 * folder for temporary files when the process is killed.
 *
 * <p>Does nothing outside of Linux, when {@code -Donnxruntime.native.path} is set, or when anything is amiss: ONNX
 * Runtime then goes its own way.
 */
final class NativeLibrary {
    private static final String PATH = "onnxruntime.native.path";
    private static final List<String> FILES = List.of("libonnxruntime.so", "libonnxruntime4j_jni.so");

    private NativeLibrary() {}

    /** To be called before ONNX Runtime is touched; {@code cache} is the cache folder. */
    static void prepare(Path cache) {
        if (System.getProperty(PATH) != null
                || !System.getProperty("os.name", "").equals("Linux")) {
            return;
        }
        try {
            Optional<Path> folder = unpacked(cache);
            if (folder.isPresent()) {
                // Found out here, a folder from which nothing can be run (mounted noexec, say) does no harm.
                System.load(folder.get().resolve(FILES.get(0)).toString());
                System.setProperty(PATH, folder.get().toString());
            }
        } catch (IOException | RuntimeException | UnsatisfiedLinkError e) {
            return; // ONNX Runtime unpacks for itself
        }
    }

    /** {@code $OCTAVO_CACHE}, or {@code octavo} in the user's cache folder. */
    static Path cacheFolder(Map<String, String> environment) {
        String own = environment.get("OCTAVO_CACHE");
        String shared = environment.get("XDG_CACHE_HOME");
        if (own != null && !own.isEmpty()) {
            return Path.of(own);
        }
        return shared != null && !shared.isEmpty()
                ? Path.of(shared, "octavo")
                : Path.of(System.getProperty("user.home", "."), ".cache", "octavo");
    }

    /** The folder with the libraries of exactly this jar; empty when the jar has none for this machine. */
    static Optional<Path> unpacked(Path cache) throws IOException {
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String platform = arch.equals("amd64") || arch.equals("x86_64") ? "linux-x64" : "linux-" + arch;
        StringBuilder name = new StringBuilder("onnxruntime");
        long[] sizes = new long[FILES.size()];
        for (int i = 0; i < FILES.size(); i++) {
            URL url = resource(platform, FILES.get(i));
            if (url == null || !(url.openConnection() instanceof JarURLConnection jar)) {
                return Optional.empty();
            }
            JarEntry entry = jar.getJarEntry();
            sizes[i] = entry.getSize();
            name.append('-').append(Long.toHexString(entry.getCrc()));
        }
        Path folder = cache.toAbsolutePath().resolve(name.toString());
        for (int i = 0; i < FILES.size(); i++) {
            Path file = folder.resolve(FILES.get(i));
            if (!Files.isRegularFile(file) || Files.size(file) != sizes[i]) {
                unpack(platform, FILES.get(i), file);
            }
        }
        return Optional.of(folder);
    }

    private static @org.jspecify.annotations.Nullable URL resource(String platform, String file) {
        return OrtEnvironment.class.getResource("/ai/onnxruntime/native/" + platform + "/" + file);
    }

    /* Beside its place first, so that no process ever sees half a library. */
    private static void unpack(String platform, String name, Path file) throws IOException {
        Path folder = Files.createDirectories(file.getParent());
        Path part = Files.createTempFile(folder, name, ".part");
        try {
            URL url = resource(platform, name);
            if (url != null) {
                try (InputStream in = url.openStream()) {
                    Files.copy(in, part, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                }
                Files.move(part, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            }
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
