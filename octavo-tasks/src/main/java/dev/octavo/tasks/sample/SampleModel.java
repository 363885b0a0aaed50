package dev.octavo.tasks.sample;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The small network that comes with Octavo; the README beside it says how it was made and how good it is. */
public final class SampleModel {
    /** The name of its file. */
    public static final String FILE = "sample-mobilenet.onnx";

    private SampleModel() {}

    /** The network as an ONNX file. */
    public static byte[] onnx() {
        try (InputStream in = SampleModel.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException(FILE + " is missing from the classes");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
