package dev.octavo.cli;

import dev.octavo.core.ModelException;
import dev.octavo.core.data.Engine;
import dev.octavo.core.data.Sample;
import dev.octavo.core.data.UnreadableSampleException;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.ort.evaluate.AllOutputs;
import dev.octavo.ort.evaluate.Evaluation;
import dev.octavo.tasks.data.LabeledDataset;
import dev.octavo.tasks.data.Measure;
import dev.octavo.tasks.draw.ResultPicture;
import dev.octavo.tasks.image.Picture;
import dev.octavo.tasks.metric.Both;
import dev.octavo.tasks.metric.Changes;
import dev.octavo.tasks.metric.Compared;
import dev.octavo.tasks.metric.ComparisonMetric;
import dev.octavo.tasks.metric.TaskMetric;
import dev.octavo.tasks.truth.PictureTruth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A model beside another on the same examples: which scores better and how sure that is, which examples changed most, and
 * pictures of those.
 *
 * @param data what to measure on
 * @param networks both, open, by {@link #MODEL} and {@link #OTHER}
 * @param inputs the names of their required inputs
 */
record Against(TestData data, AllOutputs networks, List<String> inputs) {
    static final String MODEL = "model";
    static final String OTHER = "against";

    /** Detections that score less are neither drawn nor compared. */
    private static final double LEAST_SHOWN = 0.3;

    /**
     * What came of it.
     *
     * @param changed the examples that changed most, most first, and how much; empty for classification
     */
    record Result(Map<String, Object> facts, List<String> lines, Map<String, Double> changed, List<String> skipped) {}

    /** Opens nothing: {@code first} and {@code second} are open, and are closed with the result's networks. */
    static AllOutputs networks(Engine.Session first, Engine.Session second) {
        Map<String, Engine.Session> both = new LinkedHashMap<>();
        both.put(MODEL, first);
        both.put(OTHER, second);
        return new AllOutputs(both);
    }

    /** Runs both over the data. */
    Result compare(int threads, int worst, Console console) {
        List<String> names = List.of(MODEL, OTHER);
        if (data.task() == Task.CLASSIFICATION) {
            var none = ComparisonMetric.none(MODEL, names);
            var done = Evaluation.run("evaluate both", networks, inputs, data.examples(), none, threads, console);
            ClassificationText text = new ClassificationText(done.metric(), names);
            return new Result(text.facts(done.skipped()), text.lines(), Map.of(), done.skipped());
        }
        if (data.task() == Task.NUSCENES) {
            return scores(data.metric(), names, threads, console);
        }
        return compare(data.metric(), names, threads, worst, console);
    }

    /* Boxes in space: scores alone, and nothing to draw. */
    private <M extends TaskMetric<M>> Result scores(
            TaskMetric<M> none, List<String> names, int threads, Console console) {
        @SuppressWarnings("unchecked") // A TaskMetric<M> is an M: its declaration says so.
        Compared<M> empty = Compared.none(MODEL, names, (M) none);
        var done = Evaluation.run("evaluate both", networks, inputs, data.examples(), empty, threads, console);
        ComparisonText text = new ComparisonText(done.metric(), names);
        return new Result(text.facts(done.skipped()), text.lines(), Map.of(), done.skipped());
    }

    private <M extends TaskMetric<M>> Result compare(
            TaskMetric<M> none, List<String> names, int threads, int worst, Console console) {
        @SuppressWarnings("unchecked") // A TaskMetric<M> is an M: its declaration says so.
        Compared<M> empty = Compared.none(MODEL, names, (M) none);
        var done = Evaluation.run(
                "evaluate both",
                networks,
                inputs,
                data.examples(),
                new Both<>(empty, Changes.none(MODEL, OTHER, how())),
                threads,
                console);
        ComparisonText text = new ComparisonText(done.metric().first(), names);
        Map<String, Double> changed = done.metric().second().most(worst);
        Map<String, Object> facts = text.facts(done.skipped());
        facts.put("change", done.metric().second().scores().get("change"));
        facts.put("changedMost", changed);
        List<String> lines = new ArrayList<>(text.lines());
        lines.add("changed most:");
        changed.forEach((name, change) -> lines.add(String.format(Locale.ROOT, "  %.4f  %s", change, name)));
        return new Result(facts, lines, changed, done.skipped());
    }

    /** The examples that changed most, most first, and how much; not for classification. */
    Map<String, Double> changed(int most, int threads, Console console) {
        return Evaluation.run(
                        "look for changes",
                        networks,
                        inputs,
                        data.examples(),
                        Changes.none(MODEL, OTHER, how()),
                        threads,
                        console)
                .metric()
                .most(most);
    }

    private Measure measure() {
        return examples().measure();
    }

    private LabeledDataset examples() {
        if (data.examples() instanceof LabeledDataset l) {
            return l;
        }
        throw new IllegalStateException("the command line opens labelled data only");
    }

    private Changes.How how() {
        return data.task() == Task.DETECTION
                ? new Changes.Found(measure().detectionMetric().parts(), LEAST_SHOWN)
                : new Changes.Labelled(measure().labels());
    }

    /** Draws the examples that changed, the first as {@code 001-NAME.png}; gives the files. */
    List<Path> draw(Map<String, Double> changed, Path folder) {
        Map<String, Integer> places = new LinkedHashMap<>();
        for (int i = 0; i < examples().size(); i++) {
            places.put(examples().name(i), i);
        }
        List<Path> files = new ArrayList<>();
        try {
            Files.createDirectories(folder);
            for (String name : changed.keySet()) {
                String flat = name.replaceAll("[^A-Za-z0-9._-]", "_").replaceAll("\\.[A-Za-z]+$", "");
                Path file = folder.resolve(String.format(Locale.ROOT, "%03d-%s.png", files.size() + 1, flat));
                Files.write(file, picture(places.getOrDefault(name, 0), List.of(MODEL, OTHER), false));
                files.add(file);
            }
        } catch (IOException e) {
            throw new ModelException(
                    "cannot write pictures to " + folder + ": " + e.getMessage(), "give another folder", e);
        }
        return files;
    }

    /** A PNG of one example with what both say of it, under these titles; as large as the example if it is to be small. */
    byte[] picture(int index, List<String> titles, boolean small) {
        try {
            Sample sample = examples().read(index);
            Map<String, Tensor> outputs = networks.run(sample.inputsFor(inputs));
            Picture photo = examples().picture(index);
            List<String> classes = measure().classes();
            ResultPicture picture = small ? new ResultPicture(photo, classes, 1) : new ResultPicture(photo, classes);
            if (sample.truth().orElse(null) instanceof PictureTruth truth) {
                truth.boxes().ifPresent(b -> picture.objects("annotated", b));
                truth.mask().ifPresent(m -> picture.labels("annotated", m));
                for (int k = 0; k < titles.size(); k++) {
                    Map<String, Tensor> own =
                            Compared.outputsOf(List.of(MODEL, OTHER).get(k), outputs);
                    if (data.task() == Task.DETECTION) {
                        picture.detections(
                                titles.get(k),
                                measure().detectionMetric().parts().detections(own, truth.placement()),
                                LEAST_SHOWN);
                    } else {
                        picture.labels(titles.get(k), measure().labels().labels(own, truth.placement()));
                    }
                }
            }
            return picture.png();
        } catch (UnreadableSampleException e) {
            throw new ModelException(String.valueOf(e.getMessage()), "it could be read before: run again", e);
        }
    }
}
