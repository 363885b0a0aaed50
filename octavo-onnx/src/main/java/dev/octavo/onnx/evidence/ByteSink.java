package dev.octavo.onnx.evidence;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes being written: numbers little-endian, lengths as LEB128 varints, seven bits to a byte. */
final class ByteSink {
    private byte[] bytes = new byte[1 << 16];
    private int size;

    private void room(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, Math.addExact(bytes.length, bytes.length >> 1)));
        }
    }

    void raw(byte[] from) {
        room(from.length);
        System.arraycopy(from, 0, bytes, size, from.length);
        size += from.length;
    }

    void fixed32(int v) {
        room(4);
        for (int i = 0; i < 4; i++) {
            bytes[size++] = (byte) (v >>> (8 * i));
        }
    }

    void fixed64(long v) {
        fixed32((int) v);
        fixed32((int) (v >>> 32));
    }

    void varint(long v) {
        room(10);
        long rest = v;
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** A number of either sign, small magnitudes short. */
    void signed(long v) {
        varint((v << 1) ^ (v >> 63));
    }

    void text(String s) {
        byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
        varint(utf8.length);
        raw(utf8);
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }
}
