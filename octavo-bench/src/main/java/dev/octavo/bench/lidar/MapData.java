package dev.octavo.bench.lidar;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Tensor;
import java.util.List;
import java.util.OptionalInt;

/**
 * What sparse parts made of frames, as data for the dense part.
 *
 * @param names of the samples
 * @param maps {@code [1, C, Y, X]} each
 */
record MapData(List<String> names, List<Tensor> maps) implements Dataset {
    MapData {
        names = List.copyOf(names);
        maps = List.copyOf(maps);
    }

    @Override
    public int size() {
        return maps.size();
    }

    @Override
    public Sample read(int index) {
        return Sample.of(names.get(index), maps.get(index), OptionalInt.empty());
    }

    @Override
    public String name(int index) {
        return names.get(index);
    }

    @Override
    public String fingerprint() {
        int hash = 1;
        for (Tensor t : maps) {
            hash = 31 * hash + java.util.Arrays.hashCode(t.floats());
        }
        return "maps-" + names.size() + "-" + Integer.toHexString(hash);
    }
}
