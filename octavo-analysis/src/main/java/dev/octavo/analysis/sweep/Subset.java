package dev.octavo.analysis.sweep;

import dev.octavo.core.data.Dataset;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Some samples of a data set, perhaps with their inputs scaled. The data set itself is not closed with this.
 *
 * @param whole all samples
 * @param chosen places in {@code whole}
 * @param factor on every float input
 */
record Subset(Dataset whole, List<Integer> chosen, double factor) implements Dataset {
    private static final long SEED = 20_240_229;

    Subset {
        chosen = List.copyOf(chosen);
    }

    /** Places {@code from} to {@code to} of a shuffle that is the same every time: smaller sets lie in larger ones. */
    static Subset shuffled(Dataset whole, int from, int to, double factor) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < whole.size(); i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(SEED));
        return new Subset(whole, order.subList(Math.min(from, order.size()), Math.min(to, order.size())), factor);
    }

    @Override
    public int size() {
        return chosen.size();
    }

    @Override
    public Sample read(int index) throws UnreadableSampleException {
        Sample s = whole.read(chosen.get(index));
        if (factor == 1) {
            return s;
        }
        Map<String, Tensor> scaled = new TreeMap<>();
        s.inputs().forEach((name, t) -> scaled.put(name, t.dtype() == DType.FLOAT ? times(t) : t));
        return new Sample(s.name(), scaled, s.label());
    }

    private Tensor times(Tensor t) {
        float[] v = t.floats();
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) (v[i] * factor);
        }
        return Tensor.ofFloats(t.shape(), v);
    }

    @Override
    public String name(int index) {
        return whole.name(chosen.get(index));
    }

    @Override
    public String fingerprint() {
        return whole.fingerprint() + " " + chosen.hashCode() + " ×" + factor;
    }
}
