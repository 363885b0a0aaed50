package dev.octavo.lidar.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Progress;
import dev.octavo.lidar.nuscenes.DetectionClass;
import dev.octavo.lidar.nuscenes.NuScenesScores;
import dev.octavo.lidar.sim.MakeScenes;
import dev.octavo.ort.quantize.Objective;
import dev.octavo.ort.quantize.QuantizeOptions;
import dev.octavo.quant.range.MinMax;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trained network that comes along, on scenes that it was not trained on, in float and in 8 bits. */
class SmallCenterPointTest {
    /** Four scenes of two frames. */
    private static final MakeScenes.Options TEST = new MakeScenes.Options(77, 4, 2, 4, 22);

    private static final MakeScenes.Options CALIBRATION = new MakeScenes.Options(78, 3, 1, 4, 22);

    /** Of the float network on these frames. */
    private static final double MEAN_AP = 0.791;

    private static final double SCORE = 0.595;

    /** Of which there are many in these frames; a class with three objects says little of 8 bits. */
    private static final List<DetectionClass> MANY =
            List.of(DetectionClass.CAR, DetectionClass.PEDESTRIAN, DetectionClass.BARRIER);

    @TempDir
    Path temp;

    private NuScenesFrames frames(String folder, MakeScenes.Options options) {
        return NuScenesFrames.open(MakeScenes.write(temp.resolve(folder), options), scene -> true, OptionalInt.empty());
    }

    private static NuScenesScores scores(DetectorModel model, NuScenesFrames frames) {
        try (Detector d = Detector.open(model, Mode.OPTIMIZED, 1)) {
            return Predictions.of(d, frames, 2, Progress.NONE).score(frames).result();
        }
    }

    @Test
    void findsWhatItWasTrainedToFindInFloatAndInIntegers() {
        DetectorModel model = DetectorModel.read(SmallCenterPoint.write(temp.resolve("detector")));
        NuScenesFrames test = frames("test", TEST);
        NuScenesScores exact = scores(model, test);
        assertThat(exact.meanAveragePrecision()).isCloseTo(MEAN_AP, within(0.01));
        assertThat(exact.detectionScore()).isCloseTo(SCORE, within(0.01));

        QuantizeOptions dense = QuantizeOptions.DEFAULT
                .withActivations(new MinMax())
                .withObjective(Objective.SIZE)
                .withoutBiasCorrection();
        DetectorQuantizer.Result integer = DetectorQuantizer.quantize(
                model,
                frames("calibration", CALIBRATION),
                new DetectorQuantizer.Options(
                        EnumSet.allOf(DetectorQuantizer.Part.class), false, dense, temp.resolve("memory")),
                2,
                Progress.NONE);
        assertThat(integer.model().dense().nodes()).anyMatch(n -> n.is("QuantizeLinear"));
        assertThat(integer.model().sparse().nodes()).anyMatch(n -> n.is("QuantizeLinear"));
        NuScenesScores rounded = scores(integer.model(), test);
        assertThat(rounded.detectionScore()).isCloseTo(exact.detectionScore(), within(0.03));
        for (DetectionClass c : MANY) {
            assertThat(rounded.averagePrecision(c)).as(c.label()).isCloseTo(exact.averagePrecision(c), within(0.03));
        }
    }
}
