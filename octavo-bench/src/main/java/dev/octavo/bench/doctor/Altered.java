package dev.octavo.bench.doctor;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import java.util.TreeMap;

/**
 * A data set of which some samples have other inputs: each number times a factor, plus an addend.
 *
 * @param whole the data set, which is not closed with this
 * @param altered how many samples, from the first on
 */
record Altered(Dataset whole, double factor, double addend, int altered) implements Dataset {
    @Override
    public int size() {
        return whole.size();
    }

    @Override
    public Sample read(int index) throws UnreadableSampleException {
        Sample s = whole.read(index);
        if (index >= altered) {
            return s;
        }
        TreeMap<String, Tensor> inputs = new TreeMap<>();
        s.inputs().forEach((name, t) -> inputs.put(name, t.dtype() == DType.FLOAT ? changed(t) : t));
        return new Sample(s.name(), inputs, s.label());
    }

    private Tensor changed(Tensor t) {
        float[] v = t.floats().clone();
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) (v[i] * factor + addend);
        }
        return Tensor.ofFloats(t.shape(), v);
    }

    @Override
    public String name(int index) {
        return whole.name(index);
    }

    @Override
    public String fingerprint() {
        return whole.fingerprint() + " ×" + factor + " +" + addend + " of " + altered;
    }
}
