package dev.octavo.lidar.pipeline;

import dev.octavo.core.data.Engine.Mode;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.geometry.Vec3;
import dev.octavo.lidar.net.SparseNetwork;
import dev.octavo.lidar.voxel.Voxelizer;
import dev.octavo.onnx.Fingerprint;
import dev.octavo.tasks.data.LabeledDataset;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The maps that a detector's sparse part makes of frames, as a data set for its dense part: an ordinary graph, which every
 * command can then quantize, compare, tune. Each sample brings what is annotated ({@link FrameTruth}).
 *
 * <p>Maps are kept while memory lasts, for they take longer to make than to use.
 */
public final class MapsDataset implements LabeledDataset {
    private final DetectorModel model;
    private final NuScenesFrames frames;
    private final SparseNetwork sparse;
    private final String fingerprint;
    private final Map<Integer, SoftReference<Tensor>> kept = new ConcurrentHashMap<>();

    private MapsDataset(DetectorModel model, NuScenesFrames frames, SparseNetwork sparse) {
        this.model = model;
        this.frames = frames;
        this.sparse = sparse;
        this.fingerprint = "maps " + Fingerprint.of(model.sparse()) + " of "
                + frames.samples().size() + " frames "
                + Integer.toHexString(Objects.hash(
                        places(frames), model.spec().grid(), model.spec().sweeps()));
    }

    /* What tells frames of the same names apart: where the vehicle was, and what stood around it. */
    private static List<Vec3> places(NuScenesFrames frames) {
        List<Vec3> places = new ArrayList<>();
        frames.truth().samples().values().forEach(t -> {
            places.add(t.ego());
            t.boxes().forEach(b -> places.add(b.box().centre()));
        });
        return places;
    }

    /** Opens the sparse part; a quantized one runs in integers. Each frame takes one thread. */
    public static MapsDataset open(DetectorModel model, NuScenesFrames frames) {
        return new MapsDataset(model, frames, SparseNetwork.open(model.sparse(), 1, Mode.OPTIMIZED));
    }

    @Override
    public int size() {
        return frames.samples().size();
    }

    @Override
    public Sample read(int index) {
        String sample = name(index);
        Tensor map =
                Optional.ofNullable(kept.get(index)).map(SoftReference::get).orElseGet(() -> made(index, sample));
        return new Sample(sample, Map.of(DetectorModel.MAP, map), OptionalInt.empty())
                .with(frames.truth(model.spec(), sample));
    }

    private Tensor made(int index, String sample) {
        Tensor map = sparse.map(Voxelizer.voxelize(
                        model.spec().grid(), frames.cloud(sample, model.spec().sweeps()))
                .means());
        kept.put(index, new SoftReference<>(map));
        return map;
    }

    @Override
    public String name(int index) {
        return frames.samples().get(index);
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public OptionalInt label(int index) {
        return OptionalInt.empty();
    }

    @Override
    public List<String> warnings() {
        return List.of();
    }

    @Override
    public void close() {
        sparse.close();
    }
}
