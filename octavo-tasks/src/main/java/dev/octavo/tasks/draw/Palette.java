package dev.octavo.tasks.draw;

/**
 * A colour per class, the one that Pascal VOC's masks have: the lowest three bits of the class become the highest bit of
 * red, green and blue, the next three the second highest, and so on. Class 0 is black.
 */
final class Palette {
    private Palette() {}

    /** 0xRRGGBB. */
    static int of(int label) {
        int colour = 0;
        int rest = label;
        for (int bit = 7; bit >= 0; bit--) {
            colour |= ((rest & 1) << (16 + bit)) | (((rest >> 1) & 1) << (8 + bit)) | (((rest >> 2) & 1) << bit);
            rest >>= 3;
        }
        return colour;
    }

    /** Black or white, whichever is better read on that ground. */
    static int inkOn(int ground) {
        int luma = 299 * ((ground >> 16) & 0xff) + 587 * ((ground >> 8) & 0xff) + 114 * (ground & 0xff);
        return luma > 140_000 ? 0x000000 : 0xffffff;
    }
}
