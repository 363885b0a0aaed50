package dev.octavo.cli;

import dev.octavo.core.ModelException;
import dev.octavo.tasks.sample.SampleModel;
import dev.octavo.tasks.sample.SamplePictures;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Runs every command once on almost nothing, for the launcher to record which classes they load. */
@Command(name = "warm-up", hidden = true, description = "Runs every command once on almost nothing, in a folder.")
final class WarmUpCommand implements Callable<Integer> {
    private static final int PICTURES = 12;

    @Parameters(paramLabel = "DIR", description = "The folder to write to.")
    private Path folder = Path.of("");

    @Override
    public Integer call() {
        try {
            prepare();
        } catch (IOException e) {
            throw new ModelException("cannot write to " + folder + ": " + e.getMessage(), "give another folder", e);
        }
        String model = file("model.onnx");
        String data = file("data.yaml");
        String recipe = file("recipe.yaml");
        return List.of(
                        List.of("--help"),
                        List.of("inspect", model),
                        List.of("check", model),
                        List.of(
                                "quantize",
                                model,
                                "--data",
                                data,
                                "--recipe",
                                recipe,
                                "-o",
                                file("out.onnx"),
                                "--task",
                                "classification"),
                        List.of("evaluate", file("out.onnx"), "--task", "classification", "--data", data, "--json"))
                .stream()
                .mapToInt(args -> Main.commandLine()
                        .setOut(new PrintWriter(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                        .setErr(new PrintWriter(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                        .execute(args.toArray(String[]::new)))
                .max()
                .orElse(Failures.DONE);
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private void prepare() throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve("model.onnx"), SampleModel.onnx());
        Files.writeString(folder.resolve("data.yaml"), """
                images: pictures.zip
                labels: { csv: labels.csv, file: file, class: class }
                preprocess: { resize-shorter: 64, center-crop: 48, mean: 120, std: 60 }
                """);
        Files.writeString(folder.resolve("recipe.yaml"), "plan:\n  activations: { bits: 8 }\n");
        StringBuilder labels = new StringBuilder("file,class\n");
        SamplePictures pictures = SamplePictures.of(SamplePictures.CALIBRATION_SEED);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(folder.resolve("pictures.zip")))) {
            for (int i = 0; i < PICTURES; i++) {
                String name = i + (i % 4 == 0 ? ".png" : ".jpg");
                zip.putNextEntry(new ZipEntry(name));
                ImageIO.write(picture(pictures.rgb(i)), i % 4 == 0 ? "png" : "jpg", zip);
                labels.append(name).append(',').append(pictures.label(i)).append('\n');
            }
        }
        Files.writeString(folder.resolve("labels.csv"), labels);
    }

    private static BufferedImage picture(byte[] rgb) {
        int side = SamplePictures.SIDE;
        BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < side * side; i++) {
            int pixel = ((rgb[3 * i] & 0xff) << 16) | ((rgb[3 * i + 1] & 0xff) << 8) | (rgb[3 * i + 2] & 0xff);
            picture.setRGB(i % side, i / side, pixel);
        }
        return picture;
    }
}
