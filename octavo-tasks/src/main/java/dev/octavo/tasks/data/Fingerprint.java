package dev.octavo.tasks.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 over texts and numbers; texts are preceded by their length, so none run together. */
final class Fingerprint {
    private final MessageDigest digest;

    Fingerprint() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    Fingerprint add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        add(bytes.length);
        digest.update(bytes);
        return this;
    }

    Fingerprint add(long number) {
        digest.update(ByteBuffer.allocate(8).putLong(number).flip());
        return this;
    }

    Fingerprint add(ByteBuffer bytes) {
        add(bytes.remaining());
        digest.update(bytes.duplicate());
        return this;
    }

    String text() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
