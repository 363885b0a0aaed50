package dev.octavo.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The command line itself asks for something that does not exist or cannot be. */
final class UsageException extends ParameterException {
    private static final long serialVersionUID = 1L;
    private final String fix;

    UsageException(CommandSpec command, String message, String fix) {
        this(command.commandLine(), message, fix);
    }

    UsageException(CommandLine command, String message, String fix) {
        super(command, message);
        this.fix = fix;
    }

    /** What the user can do about it, one line. */
    String fix() {
        return fix;
    }
}
