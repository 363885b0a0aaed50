package dev.octavo.tasks.npy;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands before the numbers of an {@code .npy} file.
 *
 * <pre>
 *   byte 0        \x93 N U M P Y
 *   byte 6        major, minor version
 *   byte 8        header length: u16 in version 1, u32 in versions 2 and 3, little-endian
 *   byte 10 | 12  {'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 3), }  padded, ends in \n
 * </pre>
 *
 * @param dtype element type
 * @param swapped whether the elements are big-endian
 * @param fortran whether the first axis varies fastest
 * @param shape extents, outermost first
 * @param dataOffset where the elements begin, in bytes
 */
record NpyHeader(DType dtype, boolean swapped, boolean fortran, Shape shape, long dataOffset) {
    /** No header that NumPy writes for a plain array comes near this. */
    static final int LONGEST = 64 * 1024;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");
    private static final Pattern EXTENT = Pattern.compile("\\d{1,18}");
    private static final Map<String, DType> TYPES = Map.ofEntries(
            Map.entry("f4", DType.FLOAT),
            Map.entry("f8", DType.DOUBLE),
            Map.entry("f2", DType.FLOAT16),
            Map.entry("u1", DType.UINT8),
            Map.entry("u2", DType.UINT16),
            Map.entry("u4", DType.UINT32),
            Map.entry("u8", DType.UINT64),
            Map.entry("i1", DType.INT8),
            Map.entry("i2", DType.INT16),
            Map.entry("i4", DType.INT32),
            Map.entry("i8", DType.INT64),
            Map.entry("b1", DType.BOOL));

    /** Bytes that the elements take. */
    long dataBytes() {
        return dtype.bytesFor(shape.elements());
    }

    /** Reads the header at the start of {@code head}, which holds the file's first bytes. */
    static NpyHeader parse(ByteBuffer head, String name) {
        ByteBuffer b = head.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int start = b.position();
        if (b.remaining() < 10) {
            throw broken(name, "it ends inside the header");
        }
        byte[] magic = new byte[MAGIC.length];
        b.get(magic);
        if (!Arrays.equals(magic, MAGIC)) {
            throw broken(name, "it does not begin with \\x93NUMPY");
        }
        int major = b.get() & 0xff;
        int minor = b.get() & 0xff;
        if (major < 1 || major > 3 || minor != 0) {
            throw broken(name, "format version " + major + "." + minor + " is not known (1.0 to 3.0 are)");
        }
        if (major > 1 && b.remaining() < 4) {
            throw broken(name, "it ends inside the header");
        }
        long length = major == 1 ? b.getShort() & 0xffff : b.getInt() & 0xffffffffL;
        if (length > LONGEST || length > b.remaining()) {
            throw broken(name, "its header claims " + length + " bytes");
        }
        byte[] text = new byte[(int) length];
        b.get(text);
        return parse(new String(text, StandardCharsets.ISO_8859_1), b.position() - start, name);
    }

    private static NpyHeader parse(String text, long dataOffset, String name) {
        String descr = group(DESCR, text).orElseThrow(() -> noPlainType(text, name));
        boolean fortran = group(FORTRAN, text)
                .orElseThrow(() -> broken(name, "no fortran_order"))
                .equals("True");
        String extents = group(SHAPE, text).orElseThrow(() -> broken(name, "no shape"));
        String order = descr.isEmpty() ? "" : descr.substring(0, 1);
        DType dtype = "<>|=".contains(order) && !order.isEmpty() ? TYPES.get(descr.substring(1)) : null;
        if (dtype == null) {
            throw new ModelException(
                    name + " holds elements of type '" + descr + "'",
                    "save numbers: one of f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1, for example" + " a.astype('float32')");
        }
        boolean swapped = order.equals(">") && dtype.bits() > 8;
        Shape shape = shape(extents, name);
        try {
            dtype.bytesFor(shape.elements());
        } catch (ArithmeticException e) {
            throw broken(name, "the shape " + shape + " has more elements than can be counted");
        }
        return new NpyHeader(dtype, swapped, fortran, shape, dataOffset);
    }

    private static Shape shape(String extents, String name) {
        String trimmed = extents.strip();
        if (trimmed.isEmpty()) {
            return Shape.SCALAR;
        }
        // A tuple of one ends in a comma; split drops the empty string behind it.
        String[] parts = trimmed.split(",");
        long[] dims = new long[parts.length];
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i].strip();
            if (!EXTENT.matcher(part).matches()) {
                throw broken(name, "the shape is (" + trimmed + ")");
            }
            dims[i] = Long.parseLong(part);
        }
        return Shape.of(dims);
    }

    private static Optional<String> group(Pattern pattern, String text) {
        Matcher m = pattern.matcher(text);
        return m.find() ? Optional.of(m.group(1)) : Optional.empty();
    }

    private static ModelException noPlainType(String text, String name) {
        if (text.contains("'descr'")) {
            return new ModelException(
                    name + " holds records with named fields", "save one plain array per field, in an .npz");
        }
        return broken(name, "no descr");
    }

    private static ModelException broken(String name, String why) {
        return new ModelException(name + " is not a readable NumPy array: " + why, "write it again with numpy.save");
    }
}
