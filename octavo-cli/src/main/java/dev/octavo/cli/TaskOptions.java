package dev.octavo.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A task to measure the accuracy on, if one is wanted. */
final class TaskOptions {
    @Option(
            names = "--task",
            paramLabel = "TASK",
            description = "Measure the accuracy on this task: classification, detection or segmentation "
                    + "(default: do not).")
    private Optional<Task> task = Optional.empty();

    @Mixin
    private TestOptions test = new TestOptions();

    boolean isAsked() {
        return task.isPresent();
    }

    Optional<Path> testData() {
        return test.data();
    }

    Optional<Integer> testSamples() {
        return test.samples();
    }

    /** Refuses test data for no task. */
    void requireTaskForTestData(CommonOptions common) {
        if (task.isEmpty() && test.isAnyGiven()) {
            throw common.wrong("--test-data and --test-samples need --task", "add --task classification");
        }
    }

    /** The data to measure on; empty without a task. */
    Optional<TestData> open(DataOptions unlessSaid, CommonOptions common, Console console) {
        return task.map(t -> test.open(t, unlessSaid, common, console));
    }
}
