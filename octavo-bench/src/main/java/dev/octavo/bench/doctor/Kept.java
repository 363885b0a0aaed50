package dev.octavo.bench.doctor;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import java.util.ArrayList;
import java.util.List;

/** A data set in memory. */
record Kept(List<Sample> samples, String fingerprint) implements Dataset {
    Kept {
        samples = List.copyOf(samples);
    }

    /** All of a data set, which is closed. */
    static Kept of(Dataset whole) {
        try (whole) {
            List<Sample> samples = new ArrayList<>();
            for (int i = 0; i < whole.size(); i++) {
                samples.add(whole.read(i));
            }
            return new Kept(samples, whole.fingerprint());
        } catch (UnreadableSampleException e) {
            throw new IllegalStateException("the suite's pictures are damaged: " + e.getMessage(), e);
        }
    }

    @Override
    public int size() {
        return samples.size();
    }

    @Override
    public Sample read(int index) {
        return samples.get(index);
    }

    @Override
    public String name(int index) {
        return samples.get(index).name();
    }
}
