package dev.octavo.lidar.detect;

import dev.octavo.core.ModelException;
import dev.octavo.core.tensor.Tensor;

/**
 * The raw outputs of one head on a map of H x W cells, a batch axis of 1 before them or not.
 *
 * @param heat {@code [classes, H, W]}, before the sigmoid
 * @param centre {@code [2, H, W]}, x and y within the cell, in cells
 * @param height {@code [1, H, W]}, z of the centre, metres
 * @param size {@code [3, H, W]}, logarithms of dx, dy, dz
 * @param rotation {@code [2, H, W]}, cosine and sine of the yaw
 * @param velocity {@code [2, H, W]}, metres per second
 */
public record HeadMaps(Tensor heat, Tensor centre, Tensor height, Tensor size, Tensor rotation, Tensor velocity) {
    public HeadMaps {
        heat = unbatched(heat, "heat");
        centre = checked(centre, "centre", 2, heat);
        height = checked(height, "height", 1, heat);
        size = checked(size, "size", 3, heat);
        rotation = checked(rotation, "rotation", 2, heat);
        velocity = checked(velocity, "velocity", 2, heat);
    }

    private static Tensor unbatched(Tensor t, String what) {
        int rank = t.shape().rank();
        if (rank == 4 && t.shape().dim(0) == 1) {
            return t.reshaped(dev.octavo.core.tensor.Shape.of(
                    t.shape().dim(1), t.shape().dim(2), t.shape().dim(3)));
        }
        if (rank != 3) {
            throw new ModelException(
                    "the map '" + what + "' has the shape " + t.shape() + ", expected [C, H, W] or [1, C, H, W]",
                    "decode one frame at a time");
        }
        return t;
    }

    private static Tensor checked(Tensor t, String what, int channels, Tensor heat) {
        Tensor map = unbatched(t, what);
        if (!map.shape().equals(heat.shape().withDim(0, channels))) {
            throw new ModelException(
                    "the map '" + what + "' has the shape " + map.shape() + " beside a heat map of " + heat.shape()
                            + ", expected " + channels + " channels",
                    "check which output is which");
        }
        return map;
    }

    int classes() {
        return Math.toIntExact(heat.shape().dim(0));
    }

    int columns() {
        return Math.toIntExact(heat.shape().dim(2));
    }

    int cells() {
        return Math.toIntExact(heat.shape().dim(1) * heat.shape().dim(2));
    }
}
