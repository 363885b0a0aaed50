package dev.octavo.lidar.sim;

import dev.octavo.core.ModelException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Makes simulated scenes in the layout of nuScenes, so that whatever reads the data set reads them.
 *
 * <p>Scene {@code i} depends on {@code seed} and {@code i} alone: asking for more scenes changes none of the first.
 */
public final class MakeScenes {
    private static final int OBJECTS = 40;
    private static final long SCENE_STRIDE = 7919;

    /**
     * What to make.
     *
     * @param seed the same seed gives the same files, byte by byte on one platform
     * @param scenes how many
     * @param samples key frames per scene, half a second apart
     * @param sweeps written per key frame, itself included, 1 to 10
     * @param radius how far from the vehicle objects stand, metres
     */
    public record Options(long seed, int scenes, int samples, int sweeps, double radius) {
        public Options {
            if (scenes < 1 || samples < 1) {
                throw new ModelException(
                        "got " + scenes + " scenes of " + samples + " key frames", "make at least one of one");
            }
            if (sweeps < 1 || sweeps > SceneWriter.SWEEPS_PER_SAMPLE) {
                throw new ModelException(
                        "got " + sweeps + " sweeps per key frame",
                        "from 1 to " + SceneWriter.SWEEPS_PER_SAMPLE + ", for so many lie between two key frames");
            }
            if (!(radius >= 5 && radius <= 100)) {
                throw new ModelException("got a radius of " + radius + " m", "from 5 to 100");
            }
        }
    }

    private MakeScenes() {}

    /**
     * Writes the scenes {@code scene-0000}, {@code scene-0001} and so on.
     *
     * @return the folder with the tables, for {@code NuScenes.read}
     */
    public static Path write(Path folder, Options options) {
        return write(folder, options, Lidar.NUSCENES);
    }

    static Path write(Path folder, Options options, Lidar lidar) {
        SceneWriter writer = new SceneWriter(folder, lidar);
        double from = -1e-6 * SceneWriter.SWEEP_MICROS * (options.sweeps() - 1);
        double to = 1e-6 * SceneWriter.SWEEP_MICROS * SceneWriter.SWEEPS_PER_SAMPLE * (options.samples() - 1);
        for (int i = 0; i < options.scenes(); i++) {
            long seed = options.seed() * SCENE_STRIDE + i;
            World world = World.random(seed, OBJECTS, options.radius(), from, to);
            String name = String.format(Locale.ROOT, "scene-%04d", i);
            writer.write(name, world, options.samples(), options.sweeps(), seed);
        }
        writer.finish();
        return folder.resolve(SceneWriter.TABLES);
    }

    /** {@code MakeScenes FOLDER SEED SCENES SAMPLES SWEEPS RADIUS}, the numbers as in {@link Options}; prints nothing. */
    public static void main(String[] args) {
        if (args.length != 6) {
            throw new ModelException(
                    "got " + args.length + " arguments",
                    "MakeScenes FOLDER SEED SCENES SAMPLES SWEEPS RADIUS, such as simulated 1 10 4 10 50");
        }
        Options options = new Options(
                Long.parseLong(args[1]),
                Integer.parseInt(args[2]),
                Integer.parseInt(args[3]),
                Integer.parseInt(args[4]),
                Double.parseDouble(args[5]));
        write(Path.of(args[0]), options);
    }
}
