package dev.octavo.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options that every command has. */
final class CommonOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(names = "--json", description = "Print the result as JSON, and nothing else, on standard output.")
    boolean json;

    @Option(names = "--quiet", description = "Show neither progress nor notes; warnings and errors remain.")
    boolean quiet;

    @Option(names = "--verbose", description = "Print a stack trace when something goes wrong.")
    boolean verbose;

    /** Where results go: standard output. */
    PrintWriter out() {
        return command.commandLine().getOut();
    }

    /** Where progress and warnings go: standard error. */
    Console console() {
        return new Console(command.commandLine().getErr(), quiet);
    }

    /** The error of a command line that cannot be meant. */
    UsageException wrong(String message, String fix) {
        return new UsageException(command, message, fix);
    }
}
