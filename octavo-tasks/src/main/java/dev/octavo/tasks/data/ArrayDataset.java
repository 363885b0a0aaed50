package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.image.Picture;
import dev.octavo.tasks.image.Preprocess;
import dev.octavo.tasks.npy.NpyReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Arrays whose first axis counts the examples: {@code [N, …]} gives examples {@code [1, …]} of the
 * same element type, DOUBLE excepted, which becomes FLOAT. With pre-processing the single array
 * holds pictures, UINT8 {@code [N, H, W]}, {@code [N, H, W, 1]} or {@code [N, H, W, 3]} (RGB).
 */
final class ArrayDataset implements LabeledDataset {
    private static final List<String> LABEL_NAMES = List.of("labels", "y");

    private final String name;
    private final Map<String, Tensor> inputs;
    private final Optional<Preprocess> preprocess;
    private final Optional<int[]> classes;
    private final int size;

    private ArrayDataset(
            String name, Map<String, Tensor> inputs, Optional<int[]> classes, Optional<Preprocess> preprocess) {
        this.name = name;
        this.inputs = inputs;
        this.classes = classes;
        this.preprocess = preprocess;
        this.size = (int) inputs.values().iterator().next().shape().dim(0);
    }

    static ArrayDataset open(Path file, DatasetOptions options) {
        String name = String.valueOf(file.getFileName());
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        if (Datasets.extension(file).equals("npy")) {
            arrays.put(Sample.ONLY_INPUT, NpyReader.read(file));
        } else {
            arrays.putAll(NpyReader.readAll(file));
        }
        return of(name, arrays, options);
    }

    private static ArrayDataset of(String name, Map<String, Tensor> arrays, DatasetOptions options) {
        Optional<Tensor> inside = Optional.empty();
        for (String key : LABEL_NAMES) {
            if (arrays.size() > 1 && arrays.containsKey(key) && inside.isEmpty()) {
                inside = Optional.ofNullable(arrays.remove(key));
            }
        }
        int size = size(name, arrays);
        Optional<int[]> classes = classes(name, options, inside, size);
        if (classes.isEmpty() && options.labelsRequired()) {
            throw new ModelException(
                    name + " has no labels",
                    "add an integer array 'labels' of " + size + " classes, or give labels: { npy: … }");
        }
        if (arrays.size() == 1) {
            arrays = Map.of(Sample.ONLY_INPUT, arrays.values().iterator().next());
        }
        if (options.preprocess().isPresent()) {
            requirePictures(name, arrays);
        }
        return new ArrayDataset(name, arrays, classes, options.preprocess());
    }

    private static Optional<int[]> classes(String name, DatasetOptions options, Optional<Tensor> inside, int size) {
        LabelSource source = options.labels();
        if (source instanceof LabelSource.Npy npy) {
            return Optional.of(ArrayLabels.read(npy.file(), size));
        }
        if (source instanceof LabelSource.None) {
            return Optional.empty();
        }
        if (!(source instanceof LabelSource.Auto)) {
            throw new ModelException(
                    name + " holds arrays, which have no file names to label",
                    "put an array 'labels' into the .npz, or give labels: { npy: labels.npy }");
        }
        return inside.map(t -> ArrayLabels.of(t, name + ": labels", size));
    }

    private static int size(String name, Map<String, Tensor> arrays) {
        long size = -1;
        for (Map.Entry<String, Tensor> e : arrays.entrySet()) {
            String array = e.getKey().isEmpty() ? name : name + ": " + e.getKey();
            Shape shape = e.getValue().shape();
            if (shape.rank() == 0 || shape.elements() == 0 || shape.dim(0) > Integer.MAX_VALUE) {
                throw new ModelException(
                        array + " has the shape " + shape + ", which holds no examples",
                        "its first axis counts the examples");
            }
            if (size >= 0 && shape.dim(0) != size) {
                throw new ModelException(
                        array + " has " + shape.dim(0) + " examples, other arrays have " + size,
                        "give all arrays a first axis of the same length");
            }
            size = shape.dim(0);
            long each = e.getValue().storage().byteSize() / size;
            if (each > 1 << 30) {
                throw new ModelException(
                        array + " has examples of more than 1 GiB",
                        "its first axis counts the examples: for a single one save a[None]");
            }
        }
        return (int) size;
    }

    private static void requirePictures(String name, Map<String, Tensor> arrays) {
        Tensor only = arrays.get(Sample.ONLY_INPUT);
        Shape shape = only == null ? Shape.SCALAR : only.shape();
        boolean gray = shape.rank() == 3 || (shape.rank() == 4 && shape.dim(3) == 1);
        boolean colour = shape.rank() == 4 && shape.dim(3) == 3;
        if (only == null || only.dtype() != DType.UINT8 || !(gray || colour)) {
            throw new ModelException(
                    name
                            + " holds "
                            + (only == null ? "several arrays" : only.toString())
                            + ", pre-processing takes pictures",
                    "save uint8 [N, H, W, 3], or drop the pre-processing when the numbers are ready");
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Sample read(int index) throws UnreadableSampleException {
        Map<String, Tensor> example = new HashMap<>();
        for (Map.Entry<String, Tensor> e : inputs.entrySet()) {
            Tensor slice = slice(e.getValue(), index);
            example.put(e.getKey(), preprocess.isPresent() ? picture(slice, preprocess.get(), index) : slice);
        }
        return new Sample(name(index), example, label(index));
    }

    private Tensor picture(Tensor pixels, Preprocess steps, int index) throws UnreadableSampleException {
        Shape s = pixels.shape();
        byte[] samples = new byte[(int) pixels.elements()];
        pixels.storage().slice(0, samples.length).get(samples);
        int channels = s.rank() == 4 ? (int) s.dim(3) : 1;
        Picture picture = new Picture((int) s.dim(2), (int) s.dim(1), channels, samples);
        return steps.apply(picture, name(index));
    }

    private static Tensor slice(Tensor whole, int index) {
        Shape one = whole.shape().withDim(0, 1);
        int bytes = (int) whole.dtype().bytesFor(one.elements());
        ByteBuffer from = whole.storage().slice((long) index * bytes, bytes);
        if (whole.dtype() != DType.DOUBLE) {
            return Tensor.of(whole.dtype(), one, Storage.of(from));
        }
        ByteBuffer floats = ByteBuffer.allocate(bytes / 2).order(ByteOrder.LITTLE_ENDIAN);
        while (from.hasRemaining()) {
            floats.putFloat((float) from.getDouble());
        }
        return Tensor.of(DType.FLOAT, one, Storage.of(floats.flip()));
    }

    @Override
    public String name(int index) {
        return name + "#" + index;
    }

    @Override
    public OptionalInt label(int index) {
        return classes.isPresent() ? OptionalInt.of(classes.get()[index]) : OptionalInt.empty();
    }

    @Override
    public List<String> warnings() {
        return List.of();
    }

    /**
     * Over names, types, shapes, labels, pre-processing, and the first and last MiB of the numbers.
     */
    @Override
    public String fingerprint() {
        Fingerprint print = new Fingerprint()
                .add("arrays")
                .add(preprocess.map(Preprocess::toString).orElse(""));
        inputs.forEach((input, tensor) -> {
            Storage data = tensor.storage();
            int part = (int) Math.min(1 << 20, data.byteSize());
            print.add(input).add(tensor.toString());
            print.add(data.slice(0, part)).add(data.slice(data.byteSize() - part, part));
        });
        for (int i = 0; i < size; i++) {
            print.add(label(i).orElse(-1));
        }
        return print.text();
    }
}
