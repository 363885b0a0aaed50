package dev.octavo.tasks.data;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.tasks.image.Picture;
import java.util.List;
import java.util.OptionalInt;

/** Some examples of another data set; closes it when closed. */
final class Subset implements LabeledDataset {
    private final Dataset whole;
    private final int[] indices;

    Subset(Dataset whole, int[] indices) {
        this.whole = whole;
        this.indices = indices;
    }

    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public Sample read(int index) throws UnreadableSampleException {
        return whole.read(indices[index]);
    }

    @Override
    public String name(int index) {
        return whole.name(indices[index]);
    }

    @Override
    public OptionalInt label(int index) {
        return whole instanceof LabeledDataset l ? l.label(indices[index]) : OptionalInt.empty();
    }

    @Override
    public List<String> warnings() {
        return whole instanceof LabeledDataset l ? l.warnings() : List.of();
    }

    @Override
    public Measure measure() {
        return whole instanceof LabeledDataset l ? l.measure() : Measure.DEFAULT;
    }

    @Override
    public Picture picture(int index) throws UnreadableSampleException {
        if (whole instanceof LabeledDataset l) {
            return l.picture(indices[index]);
        }
        throw new UnreadableSampleException(name(index), "it is no picture", null);
    }

    @Override
    public String fingerprint() {
        Fingerprint print = new Fingerprint().add(whole.fingerprint());
        for (int i : indices) {
            print.add(i);
        }
        return print.text();
    }

    @Override
    public void close() {
        whole.close();
    }
}
