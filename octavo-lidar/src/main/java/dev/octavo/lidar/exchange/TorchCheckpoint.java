package dev.octavo.lidar.exchange;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.lidar.exchange.Pickle.Callable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tensors of a PyTorch checkpoint (the zip form that torch writes since 1.6). Only tensors, their containers
 * and plain values are read; a file that names anything else is refused, and nothing in it is ever executed.
 */
public final class TorchCheckpoint implements Pickle.Names {
    private static final long LARGEST = 1L << 30;
    private static final Map<String, DType> STORAGES = Map.of(
            "FloatStorage", DType.FLOAT,
            "DoubleStorage", DType.DOUBLE,
            "HalfStorage", DType.FLOAT16,
            "BFloat16Storage", DType.BFLOAT16,
            "LongStorage", DType.INT64,
            "IntStorage", DType.INT32,
            "ShortStorage", DType.INT16,
            "CharStorage", DType.INT8,
            "ByteStorage", DType.UINT8,
            "BoolStorage", DType.BOOL);

    private final ZipFile zip;
    private final String root;
    private final String file;

    /** A class of storages; called never, named only. */
    private record StorageType(DType dtype) implements Callable {
        @Override
        public Object apply(List<Object> arguments) {
            throw new IllegalArgumentException("a storage is loaded, not made");
        }
    }

    /** Numbers in a file of the archive. */
    private record Stored(DType dtype, ByteBuffer bytes) {}

    private TorchCheckpoint(ZipFile zip, String root, String file) {
        this.zip = zip;
        this.root = root;
        this.file = file;
    }

    /**
     * The state dictionary of a checkpoint: the tensors under {@code model_state} (OpenPCDet), {@code state_dict} or
     * {@code model}, or of the file itself; half precision and double as FLOAT.
     *
     * @throws ModelException when the file is missing, cut off, of another form, or names a foreign type
     */
    public static Map<String, Tensor> stateDict(Path path) {
        String file = String.valueOf(path.getFileName());
        if (!Files.exists(path)) {
            throw new ModelException("there is no file " + path, "check the path");
        }
        try (ZipFile zip = new ZipFile(path.toFile())) {
            String data = zip.stream()
                    .map(ZipEntry::getName)
                    .filter(n -> n.endsWith("data.pkl"))
                    .findFirst()
                    .orElseThrow(() -> new ModelException(
                            file + " is a zip file without data.pkl", "give a checkpoint that torch.save wrote"));
            String root = data.substring(0, data.length() - "data.pkl".length());
            TorchCheckpoint c = new TorchCheckpoint(zip, root, file);
            return c.tensors(Pickle.read(c.load("data.pkl"), c, file));
        } catch (IOException e) {
            throw new ModelException(
                    file + " is no checkpoint in zip form, or cut off: " + e.getMessage(),
                    "copy it again; one of torch before 1.6: load it there and torch.save it anew",
                    e);
        }
    }

    private byte[] load(String name) throws IOException {
        ZipEntry entry = zip.getEntry(root + name);
        if (entry == null) {
            throw new ModelException(file + " has no part " + name + ", which it names", "copy it again");
        }
        if (entry.getSize() > LARGEST) {
            throw new ModelException(file + ": the part " + name + " exceeds 1 GiB", "split the checkpoint");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            return in.readNBytes((int) LARGEST);
        }
    }

    private Map<String, Tensor> tensors(Object root) {
        Map<?, ?> dict = root instanceof Map<?, ?> m ? m : Map.of();
        Map<?, ?> state = Stream.of("model_state", "state_dict", "model")
                .map(dict::get)
                .filter(Map.class::isInstance)
                .<Map<?, ?>>map(m -> (Map<?, ?>) m)
                .findFirst()
                .orElse(dict);
        Map<String, Tensor> out = new LinkedHashMap<>();
        state.forEach((key, value) -> {
            if (key instanceof String name && value instanceof Tensor t) {
                boolean real = t.dtype() == DType.DOUBLE || t.dtype() == DType.FLOAT16 || t.dtype() == DType.BFLOAT16;
                out.put(name, real ? Halves.toFloat(t, name) : t);
            }
        });
        if (out.isEmpty()) {
            throw new ModelException(file + " holds no state dictionary with tensors", "save model.state_dict()");
        }
        return out;
    }

    @Override
    public @Nullable Callable find(String module, String name) {
        return switch (module + "." + name) {
            case "collections.OrderedDict" -> arguments -> new LinkedHashMap<>();
            case "torch._utils._rebuild_tensor_v2" -> this::tensor;
            case "torch._utils._rebuild_parameter" -> arguments -> arguments.get(0);
            case "torch.Size" -> arguments -> arguments.get(0);
            default -> module.equals("torch") && STORAGES.containsKey(name) ? storage(name) : null;
        };
    }

    private static StorageType storage(String name) {
        return new StorageType(STORAGES.getOrDefault(name, DType.FLOAT));
    }

    /* ('storage', type, key, device, number of elements) */
    @Override
    public Object persistent(Object id) {
        List<?> parts = (List<?>) id;
        DType dtype = ((StorageType) parts.get(1)).dtype();
        String key = (String) parts.get(2);
        long elements = (Long) parts.get(4);
        if (!key.matches("[0-9A-Za-z_]+")) {
            throw new IllegalArgumentException("a storage called " + key);
        }
        try {
            byte[] bytes = load("data/" + key);
            if (bytes.length < dtype.bytesFor(elements)) {
                throw new ModelException(
                        file + " is cut off: data/" + key + " has " + bytes.length + " bytes, " + dtype + "[" + elements
                                + "] takes " + dtype.bytesFor(elements),
                        "copy it again");
            }
            return new Stored(dtype, ByteBuffer.wrap(bytes));
        } catch (IOException e) {
            throw new ModelException(file + ": data/" + key + " is damaged: " + e.getMessage(), "copy it again", e);
        }
    }

    /* (storage, offset, size, stride, …) */
    private Object tensor(List<Object> arguments) {
        Stored stored = (Stored) arguments.get(0);
        long offset = (Long) arguments.get(1);
        long[] size = longs((List<?>) arguments.get(2));
        long[] stride = longs((List<?>) arguments.get(3));
        int width = stored.dtype().bits() / 8;
        long last = offset;
        long elements = 1;
        for (int i = 0; i < size.length; i++) {
            if (size[i] < 0 || stride[i] < 0) {
                throw new IllegalArgumentException("a tensor with negative extents");
            }
            elements = Math.multiplyExact(elements, size[i]);
            last = Math.addExact(last, Math.multiplyExact(Math.max(0, size[i] - 1), stride[i]));
        }
        if (elements > 0 && (offset < 0 || (last + 1) * width > stored.bytes().capacity())) {
            throw new IllegalArgumentException("a tensor beyond its storage");
        }
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(elements * width));
        long[] index = new long[size.length];
        for (long at = offset; out.hasRemaining(); ) {
            out.put(out.position(), stored.bytes(), (int) at * width, width).position(out.position() + width);
            for (int axis = size.length - 1; axis >= 0; axis--) {
                at += stride[axis];
                if (++index[axis] < size[axis]) {
                    break;
                }
                at -= stride[axis] * size[axis];
                index[axis] = 0;
            }
        }
        return Tensor.of(stored.dtype(), Shape.of(size), Storage.of(out.flip()));
    }

    private static long[] longs(List<?> numbers) {
        return numbers.stream().mapToLong(n -> (Long) n).toArray();
    }
}
