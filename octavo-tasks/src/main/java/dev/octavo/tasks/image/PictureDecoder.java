package dev.octavo.tasks.image;

import dev.octavo.core.data.UnreadableSampleException;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferUShort;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;

/**
 * Decodes JPEG and PNG files to 8-bit gray or RGB, with the same bytes as Pillow's {@code
 * Image.open(…).convert("RGB")}: colour profiles, gamma and EXIF orientation are not applied,
 * transparency is dropped, of 16 bits the upper 8 are kept.
 *
 * <p>Safe for several threads: each call borrows a reader and gives it back.
 */
public final class PictureDecoder implements AutoCloseable {
    private static final int[] GRAY = {0};
    private static final int[] RGB = {0, 1, 2};

    private final Queue<ImageReader> jpegReaders = new ConcurrentLinkedQueue<>();
    private final Queue<ImageReader> pngReaders = new ConcurrentLinkedQueue<>();

    /**
     * Decodes one file.
     *
     * @param file the whole file
     * @param name what to call it in a message
     * @return 1 channel for gray pictures, 3 for all others
     * @throws UnreadableSampleException when the file is broken, cut off, CMYK, or larger than 100
     *     million pixels
     */
    public Picture decode(byte[] file, String name) throws UnreadableSampleException {
        PictureHeader header = PictureHeader.of(file, name);
        boolean jpeg = header.format() == PictureHeader.Format.JPEG;
        if (jpeg && header.channels() != 1 && header.channels() != 3) {
            throw new UnreadableSampleException(
                    name, "it is a JPEG of " + header.channels() + " channels (CMYK?), save it as RGB", null);
        }
        Queue<ImageReader> readers = jpeg ? jpegReaders : pngReaders;
        ImageReader reader = borrow(readers, jpeg ? "jpeg" : "png");
        boolean reusable = false;
        try {
            Picture picture = jpeg ? jpeg(reader, header, file, name) : png(reader, file, name);
            reusable = true;
            return picture;
        } catch (IOException | RuntimeException e) {
            // ImageIO's readers answer broken files with whatever exception the broken value leads to.
            throw new UnreadableSampleException(name, "it is broken (" + e.getMessage() + ")", e);
        } finally {
            giveBack(readers, reader, reusable);
        }
    }

    /**
     * Decodes one PNG file to the numbers it holds: palette indices, or gray levels where there is no palette. This is
     * how label maps are published.
     *
     * @param file the whole file
     * @param name what to call it in a message
     * @throws UnreadableSampleException when the file is broken, no PNG, coloured without a palette, or of 16 bits
     */
    public LabelMap labels(byte[] file, String name) throws UnreadableSampleException {
        if (PictureHeader.of(file, name).format() != PictureHeader.Format.PNG) {
            throw new UnreadableSampleException(name, "it is no PNG; JPEG does not keep labels", null);
        }
        ImageReader reader = borrow(pngReaders, "png");
        boolean reusable = false;
        try {
            reader.setInput(new PictureInput(file), true, true);
            Raster raster = reader.read(0).getRaster();
            reusable = true;
            if (raster.getNumBands() != 1 || !(raster.getDataBuffer() instanceof DataBufferByte)) {
                throw new UnreadableSampleException(
                        name,
                        "it has " + raster.getNumBands() + " channels or more than 8 bits; labels are a palette's "
                                + "indices or 8-bit gray",
                        null);
            }
            int w = raster.getWidth();
            int h = raster.getHeight();
            byte[] labels = new byte[w * h];
            raster.getDataElements(0, 0, w, h, labels);
            return new LabelMap(w, h, labels);
        } catch (IOException | RuntimeException e) {
            throw new UnreadableSampleException(name, "it is broken (" + e.getMessage() + ")", e);
        } finally {
            giveBack(pngReaders, reader, reusable);
        }
    }

    /** Frees the readers; the decoder can still be used and makes new ones. */
    @Override
    public void close() {
        dispose(jpegReaders);
        dispose(pngReaders);
    }

    private static Picture jpeg(ImageReader reader, PictureHeader header, byte[] file, String name)
            throws IOException, UnreadableSampleException {
        List<String> damage = new ArrayList<>();
        reader.addIIOReadWarningListener((source, warning) -> damage.add(warning));
        reader.setInput(new PictureInput(JpegSegments.forImageIo(file)), true, true);
        int width = header.width();
        int height = header.height();
        int[] bands = header.channels() == 1 ? GRAY : RGB;
        WritableRaster pixels = Raster.createInterleavedRaster(
                DataBuffer.TYPE_BYTE, width, height, width * bands.length, bands.length, bands, null);
        int space = bands.length == 1 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB;
        ComponentColorModel model = new ComponentColorModel(
                ColorSpace.getInstance(space), false, false, ComponentColorModel.OPAQUE, DataBuffer.TYPE_BYTE);
        ImageReadParam into = reader.getDefaultReadParam();
        into.setDestination(new BufferedImage(model, pixels, false, null));
        reader.read(0, into);
        for (String warning : damage) {
            // libjpeg fills the rest with gray and goes on; such a picture would be measured as if whole.
            if (warning.contains("remature end") || warning.contains("bad Huffman")) {
                throw new UnreadableSampleException(name, "it is damaged (" + warning + ")", null);
            }
        }
        return new Picture(width, height, bands.length, ((DataBufferByte) pixels.getDataBuffer()).getData());
    }

    private static Picture png(ImageReader reader, byte[] file, String name)
            throws IOException, UnreadableSampleException {
        reader.setInput(new PictureInput(file), true, true);
        BufferedImage image = reader.read(0);
        Raster raster = image.getRaster();
        int w = raster.getWidth();
        int h = raster.getHeight();
        if (image.getColorModel() instanceof IndexColorModel palette) {
            return paletted(raster, palette);
        }
        int bands = raster.getNumBands();
        int shift = raster.getDataBuffer() instanceof DataBufferUShort ? 8 : 0;
        if (shift == 0 && !(raster.getDataBuffer() instanceof DataBufferByte)) {
            throw new UnreadableSampleException(name, "its samples are neither 8 nor 16 bits", null);
        }
        // Bands are gray, gray+alpha, RGB or RGBA, in this order whatever their order in memory.
        int channels = bands < 3 ? 1 : 3;
        byte[] out = new byte[w * h * channels];
        int[] row = new int[w * bands];
        int to = 0;
        for (int y = 0; y < h; y++) {
            raster.getPixels(0, y, w, 1, row);
            for (int at = 0; at < row.length; at += bands) {
                for (int c = 0; c < channels; c++) {
                    out[to++] = (byte) (row[at + c] >> shift);
                }
            }
        }
        return new Picture(w, h, channels, out);
    }

    private static Picture paletted(Raster raster, IndexColorModel palette) {
        int w = raster.getWidth();
        int h = raster.getHeight();
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        byte[] out = new byte[w * h * 3];
        int[] row = new int[w];
        int to = 0;
        for (int y = 0; y < h; y++) {
            raster.getPixels(0, y, w, 1, row);
            for (int index : row) {
                // An index past the palette is black, as in libpng.
                int rgb = index < colours.length ? colours[index] : 0;
                out[to++] = (byte) (rgb >> 16);
                out[to++] = (byte) (rgb >> 8);
                out[to++] = (byte) rgb;
            }
        }
        return new Picture(w, h, 3, out);
    }

    private static ImageReader borrow(Queue<ImageReader> readers, String format) {
        ImageReader waiting = readers.poll();
        return waiting != null
                ? waiting
                : ImageIO.getImageReadersByFormatName(format).next();
    }

    /** A reader that failed may be in any state: it is not used again. */
    private static void giveBack(Queue<ImageReader> readers, ImageReader reader, boolean reusable) {
        if (reusable) {
            reader.setInput(null);
            reader.removeAllIIOReadWarningListeners();
            readers.add(reader);
        } else {
            reader.dispose();
        }
    }

    private static void dispose(Queue<ImageReader> readers) {
        for (ImageReader r = readers.poll(); r != null; r = readers.poll()) {
            r.dispose();
        }
    }
}
