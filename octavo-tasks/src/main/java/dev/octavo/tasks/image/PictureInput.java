package dev.octavo.tasks.image;

import javax.imageio.stream.ImageInputStreamImpl;

/** The bytes of a picture file, in memory, as ImageIO reads them. */
final class PictureInput extends ImageInputStreamImpl {
    private final byte[] bytes;

    PictureInput(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read() {
        bitOffset = 0;
        return streamPos < bytes.length ? bytes[(int) streamPos++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        bitOffset = 0;
        if (length == 0) {
            return 0;
        }
        int n = (int) Math.min(length, bytes.length - streamPos);
        if (n <= 0) {
            return -1;
        }
        System.arraycopy(bytes, (int) streamPos, into, offset, n);
        streamPos += n;
        return n;
    }

    @Override
    public long length() {
        return bytes.length;
    }
}
