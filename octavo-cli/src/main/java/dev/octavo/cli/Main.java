package dev.octavo.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root of the command line: help, the version, and the subcommands. */
@Command(
        name = "octavo",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Quantizes ONNX networks to 8 bits, says what that breaks, and repairs it.",
        subcommands = {
            InspectCommand.class,
            QuantizeCommand.class,
            EvaluateCommand.class,
            CheckCommand.class,
            CompareCommand.class,
            SensitivityCommand.class,
            DoctorCommand.class,
            TuneCommand.class,
            SweepCommand.class,
            ReportCommand.class,
            DemoCommand.class,
            WarmUpCommand.class
        },
        footer = {
            "",
            "octavo COMMAND --help lists the options of a command. docs/ explains the rest.",
            "Exit codes: 0 done, 2 usage, 3 model, recipe or data, 4 accuracy target missed, 130 interrupted."
        })
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    private Main() {}

    /** Runs one command and exits with its code. */
    public static void main(String[] args) {
        Interruption interruption = Interruption.of(Thread.currentThread());
        int code = commandLine().execute(args);
        // Native threads of the runtime may still idle; nothing of ours is left to do.
        Runtime.getRuntime().exit(interruption.codeAfter(code));
    }

    /** The command line, ready to execute. */
    static CommandLine commandLine() {
        Failures failures = new Failures();
        return new CommandLine(new Main())
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures)
                .setUsageHelpWidth(100)
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "octavo needs a command");
    }

    /** The version from the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"octavo " + (version == null ? "(not packaged)" : version)};
        }
    }
}
