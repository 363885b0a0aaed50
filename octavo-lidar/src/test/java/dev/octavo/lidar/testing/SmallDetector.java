package dev.octavo.lidar.testing;

import dev.octavo.lidar.pipeline.DetectorFile;
import dev.octavo.lidar.pipeline.DetectorSpec;
import dev.octavo.lidar.sim.MakeScenes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** A detector with the random weights of {@code golden/centerpoint/small.pth}, and scenes for it to look at. */
public final class SmallDetector {
    private SmallDetector() {}

    /** Writes the detector's file with a grid of 25.6 m into a folder. */
    public static Path write(Path folder) throws IOException {
        Path checkpoint = folder.resolve("small.pth");
        try (var in =
                Objects.requireNonNull(SmallDetector.class.getResourceAsStream("/golden/centerpoint/small.pth"))) {
            Files.write(checkpoint, in.readAllBytes());
        }
        return Files.writeString(folder.resolve("detector.yaml"), """
                checkpoint: small.pth
                range: [-12.8, -12.8, -5, 12.8, 12.8, 3]
                voxel: [0.2, 0.2, 0.2]
                sweeps: 2
                heads: [[car], [truck, bus]]
                limit: [-13, -13, -10, 13, 13, 10]
                parts: 1
                by-layer: false
                """);
    }

    /** The detector of that file. */
    public static DetectorSpec spec(Path folder) throws IOException {
        return DetectorFile.read(write(folder));
    }

    /** One simulated scene of three samples with two sweeps each; the tables' folder. */
    public static Path scenes(Path folder) {
        return MakeScenes.write(folder, new MakeScenes.Options(3, 1, 3, 2, 12));
    }
}
