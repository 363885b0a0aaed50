package dev.octavo.cli;

import dev.octavo.core.ModelException;
import dev.octavo.core.RecipeException;
import dev.octavo.tasks.yaml.Nearest;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into a message, a fix and an exit code. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    /** Everything was done. */
    static final int DONE = 0;

    /** A bug of ours. */
    static final int INTERNAL = 1;

    /** The command line was wrong. */
    static final int USAGE = 2;

    /** The model, the recipe or the data was wrong. */
    static final int INPUT = 3;

    /** Ctrl-C, as shells count it. */
    static final int INTERRUPTED = 130;

    /** The accuracy asked for was not reached. */
    static final int TARGET_MISSED = 4;

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        boolean verbose = parsed.expandedArgs().contains("--verbose");
        if (e instanceof ModelException m) {
            print(err, String.valueOf(m.getMessage()), m.fix());
        } else if (e instanceof RecipeException r) {
            print(err, String.valueOf(r.getMessage()), r.fix());
        } else if (e instanceof CancellationException c) {
            print(err, String.valueOf(c.getMessage()), "run the same command again, and it goes on from there");
        } else {
            print(err, "internal error: " + e, "run again with --verbose and report what it prints");
        }
        if (verbose) {
            e.printStackTrace(err);
        }
        err.flush();
        if (e instanceof CancellationException) {
            return INTERRUPTED;
        }
        return e instanceof ModelException || e instanceof RecipeException ? INPUT : INTERNAL;
    }

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        PrintWriter err = e.getCommandLine().getErr();
        print(err, String.valueOf(e.getMessage()), fixFor(e));
        err.flush();
        return USAGE;
    }

    private static String fixFor(ParameterException e) {
        CommandLine command = e.getCommandLine();
        if (e instanceof UsageException u) {
            return u.fix();
        }
        if (e instanceof UnmatchedArgumentException u) {
            var near = u.getSuggestions();
            if (!near.isEmpty()) {
                return "did you mean " + String.join(" or ", near) + "?";
            }
            Optional<String> option = Nearest.of(
                    u.getUnmatched().get(0),
                    command.getCommandSpec().optionsMap().keySet());
            if (option.isPresent()) {
                return "did you mean " + option.get() + "?";
            }
        }
        return "see " + command.getCommandSpec().qualifiedName() + " --help";
    }

    private static void print(PrintWriter err, String message, String fix) {
        err.println("octavo: " + message);
        if (!fix.isEmpty()) {
            err.println("  fix: " + fix);
        }
    }
}
