package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import picocli.CommandLine;

/** The command line as a user sees it: arguments in; an exit code, standard output and standard error out. */
final class Octavo {
    private Octavo() {}

    /** What a command left behind. */
    record Ran(int code, String out, String err) {
        Ran succeeded() {
            assertThat(err + out).doesNotContain("internal error");
            assertThat(code).describedAs(err).isZero();
            return this;
        }

        /** It ended with the code for bad input, said all of these, how to mend it, and nothing that only we read. */
        Ran refused(String... said) {
            return failed(Failures.INPUT, said);
        }

        /** The same for a command line that cannot be meant. */
        Ran misused(String... said) {
            return failed(Failures.USAGE, said);
        }

        private Ran failed(int expected, String... said) {
            assertThat(code).describedAs(err).isEqualTo(expected);
            assertThat(out).isEmpty();
            assertThat(err).contains(said).containsPattern("(?m)^octavo: .*\n  fix: \\S");
            assertThat(err).doesNotContain("Exception", "\tat ", "null", "internal error");
            return this;
        }
    }

    /** Runs a command within this process. */
    static Ran run(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int code = command.execute(Stream.of(args).map(String::valueOf).toArray(String[]::new));
        return new Ran(code, out.toString(), err.toString());
    }

    /** Starts a command in a process of its own, with a memory of its own in {@code cache}. */
    static ProcessBuilder process(Path cache, Object... args) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Stream<String> jvm = Stream.of(
                java.toString(), "-Xmx300m", "-cp", System.getProperty("java.class.path"), Main.class.getName());
        ProcessBuilder builder = new ProcessBuilder(
                Stream.concat(jvm, Stream.of(args).map(String::valueOf)).toList());
        builder.environment().put("OCTAVO_CACHE", cache.toString());
        return builder;
    }

    /** The names in a folder, sorted. */
    static List<String> names(Path folder) {
        try (Stream<Path> found = Files.list(folder)) {
            return found.map(p -> p.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes {@code n} pictures of noise, {@code side} pixels square, into two class folders; ten of them differ. */
    static Path pictures(Path folder, int n, int side) throws IOException {
        for (int i = 0; i < n; i++) {
            Path file = picture(folder, i);
            Files.createDirectories(folder.resolve(i % 2 == 0 ? "cats" : "dogs"));
            if (i < 10) {
                ImageIO.write(noise(side, i), "png", file.toFile());
            } else {
                Files.copy(picture(folder, i % 10), file);
            }
        }
        return folder;
    }

    private static Path picture(Path folder, int i) {
        return folder.resolve(i % 2 == 0 ? "cats" : "dogs").resolve(String.format(Locale.ROOT, "%03d.png", i));
    }

    private static BufferedImage noise(int side, int seed) {
        Random random = new Random(seed);
        BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                picture.setRGB(x, y, random.nextInt(1 << 24));
            }
        }
        return picture;
    }
}
