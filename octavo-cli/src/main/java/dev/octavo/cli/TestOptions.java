package dev.octavo.cli;

import dev.octavo.core.data.Dataset;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What to measure the accuracy on. */
final class TestOptions {
    @Option(
            names = "--test-data",
            paramLabel = "DATA",
            description = "What to measure the accuracy on; needs what the task asks for, such as labels "
                    + "(default: all of --data).")
    private Optional<Path> data = Optional.empty();

    @Option(
            names = "--test-samples",
            paramLabel = "N",
            description = "Measure on N examples, evenly spread (default: all).")
    private Optional<Integer> samples = Optional.empty();

    Optional<Path> data() {
        return data;
    }

    Optional<Integer> samples() {
        return samples;
    }

    boolean isAnyGiven() {
        return data.isPresent() || samples.isPresent();
    }

    /** Test data without a task, so without labels; without a word of their own, those that the command works on. */
    Dataset open(DataOptions unlessSaid, CommonOptions common, Console console) {
        Path path = data.orElseGet(() -> unlessSaid.required(common));
        return unlessSaid.openOther(path, samples, common, console);
    }

    /** The test data of a task; without a word of their own, those that the command works on. */
    TestData open(Task task, DataOptions unlessSaid, CommonOptions common, Console console) {
        Path path = data.orElseGet(() -> unlessSaid.required(common));
        return unlessSaid.openFor(task, path, samples, common, console);
    }
}
