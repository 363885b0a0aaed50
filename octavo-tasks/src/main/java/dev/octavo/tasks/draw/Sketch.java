package dev.octavo.tasks.draw;

import dev.octavo.tasks.image.Picture;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.IOException;
import java.io.OutputStream;
import javax.imageio.ImageIO;

/** A picture to draw on. Colours are 0xRRGGBB; what lies outside is not drawn. */
final class Sketch {
    private final int width;
    private final int height;
    private final int[] rgb;
    private final BufferedImage image;

    /** All white. */
    Sketch(int width, int height) {
        this.width = width;
        this.height = height;
        image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        rgb = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
        fill(0, 0, width, height, 0xffffff);
    }

    void dot(int x, int y, int colour) {
        if (x >= 0 && x < width && y >= 0 && y < height) {
            rgb[y * width + x] = colour;
        }
    }

    /** Mixes {@code share} of a colour, 0 to 1, into what is there. */
    void tint(int x, int y, int colour, double share) {
        int old = rgb[y * width + x];
        int mixed = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            double v = ((old >> shift) & 0xff) * (1 - share) + ((colour >> shift) & 0xff) * share;
            mixed |= (int) Math.round(v) << shift;
        }
        rgb[y * width + x] = mixed;
    }

    void fill(int left, int top, int w, int h, int colour) {
        for (int y = top; y < top + h; y++) {
            for (int x = left; x < left + w; x++) {
                dot(x, y, colour);
            }
        }
    }

    /** The four sides of a rectangle, {@code thick} pixels wide, inwards. */
    void frame(int left, int top, int right, int bottom, int thick, int colour) {
        fill(left, top, right - left, thick, colour);
        fill(left, bottom - thick, right - left, thick, colour);
        fill(left, top, thick, bottom - top, colour);
        fill(right - thick, top, thick, bottom - top, colour);
    }

    /** Letters on a ground of their own; returns their width in pixels. */
    int text(String text, int left, int top, int size, int colour, int ground) {
        int w = width(text, size);
        fill(left, top, w, height(size), ground);
        for (int i = 0; i < text.length(); i++) {
            for (int y = 0; y < Glyphs.HEIGHT; y++) {
                for (int x = 0; x < Glyphs.WIDTH; x++) {
                    if (Glyphs.dot(text.charAt(i), x, y)) {
                        int at = left + size * (1 + i * (Glyphs.WIDTH + 1) + x);
                        fill(at, top + size * (1 + y), size, size, colour);
                    }
                }
            }
        }
        return w;
    }

    static int width(String text, int size) {
        return size * (text.length() * (Glyphs.WIDTH + 1) + 1);
    }

    static int height(int size) {
        return size * (Glyphs.HEIGHT + 2);
    }

    /** Puts a picture there, each of its pixels {@code zoom} wide and high. */
    void put(Picture p, int left, int top, int zoom) {
        byte[] s = p.samples();
        for (int y = 0; y < p.height(); y++) {
            for (int x = 0; x < p.width(); x++) {
                int at = (y * p.width() + x) * p.channels();
                int r = s[at] & 0xff;
                int g = p.channels() == 3 ? s[at + 1] & 0xff : r;
                int b = p.channels() == 3 ? s[at + 2] & 0xff : r;
                fill(left + x * zoom, top + y * zoom, zoom, zoom, (r << 16) | (g << 8) | b);
            }
        }
    }

    void png(OutputStream out) throws IOException {
        if (!ImageIO.write(image, "png", out)) {
            throw new IOException("this Java writes no PNG");
        }
    }
}
