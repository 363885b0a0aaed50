package dev.octavo.tasks.image;

/** How new pixels are made from old ones. {@link #support} is the reach in source pixels. */
public enum ResizeFilter {
    /** The pixel under the new pixel's centre. */
    NEAREST(0) {
        @Override
        double weight(double distance) {
            throw new IllegalStateException("nearest takes one pixel and weighs nothing");
        }
    },
    /** Between two neighbours per axis, never widened: OpenCV's {@code INTER_LINEAR}, see {@link LinearResampler}. */
    LINEAR(1) {
        @Override
        double weight(double distance) {
            throw new IllegalStateException("linear has a resampler of its own");
        }
    },
    /** A triangle: {@code 1 - |x|}. */
    BILINEAR(1) {
        @Override
        double weight(double distance) {
            double x = Math.abs(distance);
            return x < 1 ? 1 - x : 0;
        }
    },
    /** Keys' cubic with a = -0.5. */
    BICUBIC(2) {
        @Override
        double weight(double distance) {
            double a = -0.5;
            double x = Math.abs(distance);
            if (x < 1) {
                return ((a + 2) * x - (a + 3)) * x * x + 1;
            }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
        }
    };

    private final double support;

    ResizeFilter(double support) {
        this.support = support;
    }

    double support() {
        return support;
    }

    /** The weight of a source pixel at {@code distance} from the centre, in units of the filter. */
    abstract double weight(double distance);
}
