package dev.octavo.cli;

import picocli.CommandLine.Option;

/** How much to do at a time. */
final class Threads {
    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Examples to work on at a time; the result does not depend on it "
                    + "(default: the number of processors).")
    private int threads = Runtime.getRuntime().availableProcessors();

    int count(CommonOptions common) {
        if (threads < 1) {
            throw common.wrong("--threads is " + threads, "give 1 or more");
        }
        return threads;
    }
}
