package dev.octavo.lidar.pipeline;

import dev.octavo.core.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;

/**
 * The detector that comes with Octavo: CenterPoint in small (1.06 million parameters), trained on simulated scenes.
 * {@code tools/centerpoint} is how, {@code docs/point-clouds.md} how good.
 */
public final class SmallCenterPoint {
    private static final String FOLDER = "/dev/octavo/lidar/centerpoint-small/";
    private static final String DESCRIPTION = "detector.yaml";
    private static final List<String> FILES = List.of("centerpoint-small.pth", DESCRIPTION);

    private SmallCenterPoint() {}

    /**
     * Writes the detector's files into a folder, which is made if need be.
     *
     * @return its description, for {@link DetectorModel#read}
     */
    public static Path write(Path folder) {
        try {
            Files.createDirectories(folder);
            for (String name : FILES) {
                try (InputStream in =
                        Objects.requireNonNull(SmallCenterPoint.class.getResourceAsStream(FOLDER + name))) {
                    Files.copy(in, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            return folder.resolve(DESCRIPTION);
        } catch (IOException e) {
            throw new ModelException(
                    "the small CenterPoint cannot be written to " + folder + ": " + e.getMessage(),
                    "check the folder and its space",
                    e);
        }
    }
}
