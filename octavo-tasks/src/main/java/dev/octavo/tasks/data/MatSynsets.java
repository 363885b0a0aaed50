package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The numbers and names of ImageNet's synsets from {@code meta.mat}: a MATLAB file of level 5 that holds an array of
 * structures {@code synsets} with the fields {@code ILSVRC2012_ID} and {@code WNID}.
 *
 * <p>Source: MathWorks, "MAT-File Format", chapter 1.
 */
final class MatSynsets {
    private static final int HEADER = 128;
    private static final int MATRIX = 14;
    private static final int COMPRESSED = 15;
    private static final int STRUCT = 2;
    private static final int CHARACTERS = 4;
    private static final int LARGEST = 1 << 28;

    private MatSynsets() {}

    static Map<Integer, String> read(Path file) {
        try {
            ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            if (all.capacity() < HEADER || all.getShort(HEADER - 2) != 0x4d49) {
                throw broken(file, "its header is not that of a little-endian MATLAB file of level 5", null);
            }
            all.position(HEADER);
            while (all.remaining() >= 8) {
                Element e = element(all);
                Element matrix = e.type == COMPRESSED ? element(inflated(e.data)) : e;
                if (matrix.type == MATRIX) {
                    Map<Integer, String> names = synsets(matrix.data);
                    if (!names.isEmpty()) {
                        return names;
                    }
                }
            }
            throw broken(file, "it holds no structures with ILSVRC2012_ID and WNID", null);
        } catch (NoSuchFileException e) {
            throw new ModelException("there is no list of synsets at " + file, "check the path", e);
        } catch (IOException e) {
            throw PictureFiles.unreadable(file.toString(), e);
        } catch (BufferUnderflowException
                | IndexOutOfBoundsException
                | IllegalArgumentException
                | DataFormatException e) {
            throw broken(file, "it is cut off or damaged", e);
        }
    }

    private static ModelException broken(Path file, String why, @org.jspecify.annotations.Nullable Exception cause) {
        return new ModelException(
                file.getFileName() + " gives no synsets: " + why, "give data/meta.mat of ILSVRC2012_devkit_t12", cause);
    }

    private record Element(int type, ByteBuffer data) {}

    /** The next element; moves behind it. Small ones keep type, length and data in 8 bytes. */
    private static Element element(ByteBuffer b) {
        int tag = b.getInt();
        boolean small = tag >>> 16 != 0;
        int type = small ? tag & 0xffff : tag;
        int length = small ? tag >>> 16 : b.getInt();
        int start = b.position();
        ByteBuffer data = b.slice(start, length).order(ByteOrder.LITTLE_ENDIAN);
        // Compressed elements are not padded, all others are, to 8 bytes.
        int end = small ? start + 4 : type == COMPRESSED ? start + length : start + (length + 7) / 8 * 8;
        b.position(Math.min(end, b.limit()));
        return new Element(type, data);
    }

    private static ByteBuffer inflated(ByteBuffer deflated) throws DataFormatException {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(deflated);
            byte[] out = new byte[1 << 16];
            int n = 0;
            while (!inflater.finished()) {
                if (n == out.length) {
                    if (n >= LARGEST) {
                        throw new DataFormatException("more than " + LARGEST + " bytes");
                    }
                    out = java.util.Arrays.copyOf(out, 2 * n);
                }
                int more = inflater.inflate(out, n, out.length - n);
                if (more == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw new DataFormatException("cut off");
                }
                n += more;
            }
            return ByteBuffer.wrap(out, 0, n).slice().order(ByteOrder.LITTLE_ENDIAN);
        } finally {
            inflater.end();
        }
    }

    /** A matrix is: flags, dimensions, name, and for structures length of a field's name, names, then matrices. */
    private static Map<Integer, String> synsets(ByteBuffer matrix) {
        Map<Integer, String> names = new TreeMap<>();
        int kind = element(matrix).data.getInt() & 0xff;
        element(matrix);
        element(matrix);
        if (kind != STRUCT) {
            return names;
        }
        int each = element(matrix).data.getInt();
        ByteBuffer text = element(matrix).data;
        List<String> fields = new ArrayList<>();
        while (each > 0 && text.remaining() >= each) {
            byte[] name = new byte[each];
            text.get(name);
            fields.add(new String(name, StandardCharsets.US_ASCII).split("\0", 2)[0]);
        }
        if (!fields.contains("ILSVRC2012_ID") || !fields.contains("WNID")) {
            return names;
        }
        while (matrix.remaining() >= 8) {
            int number = 0;
            String name = "";
            for (String field : fields) {
                Element value = element(matrix);
                if (field.equals("ILSVRC2012_ID")) {
                    number = (int) Double.parseDouble(value(value.data));
                } else if (field.equals("WNID")) {
                    name = value(value.data);
                }
            }
            names.put(number, name);
        }
        return names;
    }

    /** A matrix of characters as text, or the first number of a matrix of numbers. */
    private static String value(ByteBuffer matrix) {
        int kind = element(matrix).data.getInt() & 0xff;
        element(matrix);
        element(matrix);
        Element content = element(matrix);
        ByteBuffer data = content.data;
        if (kind == CHARACTERS) {
            StringBuilder text = new StringBuilder();
            boolean wide = content.type == 4 || content.type == 17; // miUINT16, miUTF16; else a byte each
            while (data.remaining() >= (wide ? 2 : 1)) {
                text.append(wide ? data.getChar() : (char) data.get());
            }
            return text.toString();
        }
        return switch (content.type) {
            case 1, 2 -> Integer.toString(data.get() & 0xff);
            case 3, 4 -> Integer.toString(data.getShort() & 0xffff);
            case 5, 6 -> Integer.toString(data.getInt());
            case 7 -> Float.toString(data.getFloat());
            case 9 -> Double.toString(data.getDouble());
            default -> throw new IllegalArgumentException("numbers of type " + content.type);
        };
    }
}
