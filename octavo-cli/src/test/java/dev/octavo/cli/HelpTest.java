package dev.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.octavo.cli.Octavo.Ran;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

class HelpTest {
    private static final Set<String> SELF_EVIDENT =
            Set.of("--json", "--quiet", "--verbose", "--help", "--version", "--recipe", "--keep-float");

    static Stream<String> commands() {
        return Main.commandLine().getSubcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(c -> !c.usageMessage().hidden())
                .map(CommandSpec::name);
    }

    @Test
    void theRootNamesEveryCommandAndTheExitCodes() {
        String help = Octavo.run("--help").succeeded().out();
        assertThat(help).contains(commands().toArray(String[]::new)).contains("Exit codes: 0 done, 2 usage");
        assertThat(help.lines())
                .allMatch(l -> l.length() <= 110 && l.stripTrailing().equals(l));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyOptionSaysWhatItDoesAndWhatItIsWithout(String command) {
        Ran ran = Octavo.run(command, "--help").succeeded();
        assertThat(ran.out()).contains("Usage: octavo " + command).doesNotContain("${");
        CommandLine line =
                Objects.requireNonNull(Main.commandLine().getSubcommands().get(command));
        for (OptionSpec o : line.getCommandSpec().options()) {
            String text = String.join(" ", o.description());
            assertThat(text).describedAs(o.longestName()).isNotBlank();
            boolean says = text.contains("default") || text.contains("repeated") || o.required();
            assertThat(says
                            || SELF_EVIDENT.contains(o.longestName())
                            || o.arity().max() == 0)
                    .describedAs(o.longestName() + " says its default")
                    .isTrue();
        }
    }
}
