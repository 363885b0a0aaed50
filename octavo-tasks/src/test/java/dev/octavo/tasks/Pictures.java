package dev.octavo.tasks;

import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/** Small picture files for tests. */
public final class Pictures {
    private Pictures() {}

    /** A seeded RGB picture as a {@code png} or {@code jpg} file. */
    public static byte[] file(String format, int width, int height, long seed) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        Random random = new Random(seed);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, random.nextInt(1 << 24));
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, format, out);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    /** The tensor of an example with a single input. */
    public static Tensor only(Sample sample) {
        return sample.inputs().values().iterator().next();
    }

    /** Writes a small picture there, making the folders. */
    public static void write(Path file) throws IOException {
        Path folder = file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        String name = file.toString();
        Files.write(file, file(name.substring(name.lastIndexOf('.') + 1), 6, 5, name.hashCode()));
    }

    /** Writes a zip with a small picture under each name that ends in png or jpg, text under others. */
    public static Path zip(Path zip, String... names) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (String name : names) {
                out.putNextEntry(new ZipEntry(name));
                if (name.endsWith("png") || name.endsWith("jpg")) {
                    out.write(file(name.substring(name.length() - 3), 6, 5, name.hashCode()));
                } else if (!name.endsWith("/")) {
                    out.write(name.getBytes(StandardCharsets.UTF_8));
                }
                out.closeEntry();
            }
        }
        return zip;
    }
}
