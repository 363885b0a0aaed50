package dev.octavo.bench.lidar;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Sample;
import java.util.List;

/**
 * What a sparse part made of frames, as data for the dense part.
 *
 * @param maps {@code [1, C, Y, X]} each, with what is annotated in the frame
 */
record MapData(List<Sample> maps) implements Dataset {
    MapData {
        maps = List.copyOf(maps);
    }

    @Override
    public int size() {
        return maps.size();
    }

    @Override
    public Sample read(int index) {
        return maps.get(index);
    }

    @Override
    public String name(int index) {
        return maps.get(index).name();
    }

    @Override
    public String fingerprint() {
        return "maps of " + maps.size() + " frames from " + name(0); // nothing here outlives the process
    }
}
