package dev.octavo.cli;

import picocli.CommandLine.Option;

/** Options that every command has. */
final class CommonOptions {
    @Option(names = "--json", description = "Print the result as JSON on standard output.")
    boolean json;

    @Option(names = "--verbose", description = "Print a stack trace when something goes wrong.")
    boolean verbose;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Examples to work on at a time (default: the number of processors).")
    int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--quiet", description = "Show no progress.")
    boolean quiet;

    /** Where progress goes. */
    Console console() {
        return new Console(System.err, quiet);
    }
}
