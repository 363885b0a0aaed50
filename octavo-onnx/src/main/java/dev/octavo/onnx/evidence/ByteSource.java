package dev.octavo.onnx.evidence;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what a {@link ByteSink} wrote. Whatever the bytes, the outcome is a value or {@link Damaged}. */
final class ByteSource {
    /** The bytes are not what they should be. */
    static final class Damaged extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Damaged(String message) {
            super(message);
        }
    }

    private final byte[] bytes;
    private int at;

    ByteSource(byte[] bytes) {
        this.bytes = bytes;
    }

    int remaining() {
        return bytes.length - at;
    }

    private void need(long n) {
        if (n < 0 || n > remaining()) {
            throw new Damaged("it ends too early");
        }
    }

    byte[] raw(int n) {
        need(n);
        at += n;
        return Arrays.copyOfRange(bytes, at - n, at);
    }

    int fixed32() {
        need(4);
        int v = 0;
        for (int i = 0; i < 4; i++) {
            v |= (bytes[at++] & 0xff) << (8 * i);
        }
        return v;
    }

    long fixed64() {
        long low = fixed32() & 0xffffffffL;
        return low | ((long) fixed32() << 32);
    }

    long varint() {
        long v = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            need(1);
            byte b = bytes[at++];
            v |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return v;
            }
        }
        throw new Damaged("a number is longer than 64 bits");
    }

    long signed() {
        long v = varint();
        return (v >>> 1) ^ -(v & 1);
    }

    /** A number that must lie in [0, max]. */
    int count(int max) {
        long v = varint();
        if (v < 0 || v > max) {
            throw new Damaged("a count is " + Long.toUnsignedString(v) + ", at most " + max + " expected");
        }
        return (int) v;
    }

    /** A number that must not be negative. */
    long size() {
        long v = varint();
        if (v < 0) {
            throw new Damaged("a count is " + Long.toUnsignedString(v));
        }
        return v;
    }

    String text() {
        return new String(raw(count(remaining())), StandardCharsets.UTF_8);
    }

    void end() {
        if (remaining() > 0) {
            throw new Damaged(remaining() + " bytes follow its end");
        }
    }
}
