package io.jenkins.plugins.mlops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MlopsCommandTest {

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @ParameterizedTest
    @ValueSource(strings = {"", "dataset", "model", "lineage"})
    void aCommandThatOnlyHasSubcommandsShowsThem(String group) {
        assertThat(run(group.isEmpty() ? new String[0] : new String[] {group})).isEqualTo(2);
        assertThat(text(err)).startsWith("Usage: mlops").contains("Commands:");
    }

    @Test
    void wrongUsageIsOneSentenceThatNamesTheHelp() {
        assertThat(run("dataset", "pull")).isEqualTo(2);
        assertThat(text(err).lines().toList())
                .singleElement()
                .asString()
                .startsWith("mlops: ")
                .contains("--into", "'mlops dataset pull --help'");
        assertThat(text(out)).isEmpty();
    }

    @Test
    void withJsonWrongUsageIsADocumentToo() {
        assertThat(run("frobnicate", "--json")).isEqualTo(2);
        JsonNode error = Documents.readJson(text(out), "out", JsonNode.class).path("error");
        assertThat(error.path("kind").asText()).isEqualTo("usage");
        assertThat(error.path("message").asText()).contains("frobnicate");
    }

    @Test
    void everyCommandHasHelpWithADescriptionOfEachOption() {
        List<CommandLine> commands = new ArrayList<>();
        collect(MlopsCommand.commandLine(host()), commands);
        assertThat(commands).hasSizeGreaterThan(15);
        for (CommandLine command : commands) {
            String name = command.getCommandSpec().qualifiedName();
            assertThat(command.getCommandSpec().usageMessage().description())
                    .as(name)
                    .isNotEmpty();
            command.getCommandSpec()
                    .options()
                    .forEach(option -> assertThat(option.description())
                            .as(name + " " + option.longestName())
                            .isNotEmpty());
            command.getCommandSpec()
                    .positionalParameters()
                    .forEach(parameter -> assertThat(parameter.description())
                            .as(name + " " + parameter.paramLabel())
                            .isNotEmpty());
            assertThat(command.execute("--help")).as(name).isZero();
        }
    }

    @Test
    void aSubcommandIsTheSameWithoutTheOthers() {
        requireSameAlone(MlopsCommand.commandLine(host()), List.of());
        CommandLine pull = MlopsCommand.commandLineFor(host(), "dataset", "pull", "--into", "data");
        assertThat(pull.getSubcommands()).containsOnlyKeys("dataset");
        assertThat(pull.getSubcommands().get("dataset").getSubcommands()).containsOnlyKeys("pull");
        assertThat(MlopsCommand.commandLineFor(host(), "dataset", "pul")
                        .getSubcommands()
                        .get("dataset")
                        .getSubcommands())
                .as("to suggest from")
                .containsKey("pull");
        assertThat(MlopsCommand.commandLineFor(host(), "datset", "pull").getSubcommands())
                .as("to suggest from")
                .containsKey("dataset");
    }

    /** A value on the command line stands in shell histories and process lists. */
    @Test
    void noOptionTakesASecret() {
        List<CommandLine> commands = new ArrayList<>();
        collect(MlopsCommand.commandLine(host()), commands);
        for (CommandLine command : commands) {
            assertThat(command.getCommandSpec().optionsMap().keySet())
                    .as(command.getCommandSpec().qualifiedName())
                    .noneMatch(option -> option.matches("(?i).*(secret|password|token|access-key).*"));
        }
    }

    private void requireSameAlone(CommandLine among, List<String> path) {
        CommandLine alone = MlopsCommand.commandLineFor(host(), path.toArray(String[]::new));
        for (String name : path) {
            alone = alone.getSubcommands().get(name);
        }
        assertThat(usages(alone)).as(String.join(" ", path)).isEqualTo(usages(among));
        among.getSubcommands()
                .forEach((name, child) -> requireSameAlone(
                        child, Stream.concat(path.stream(), Stream.of(name)).toList()));
    }

    private static List<String> usages(CommandLine command) {
        List<CommandLine> commands = new ArrayList<>();
        collect(command, commands);
        return commands.stream().map(CommandLine::getUsageMessage).toList();
    }

    private static void collect(CommandLine command, List<CommandLine> into) {
        into.add(command);
        command.getSubcommands().values().forEach(child -> collect(child, into));
    }

    private int run(String... arguments) {
        return MlopsCommand.commandLine(host()).execute(arguments);
    }

    private Host host() {
        return new Host(
                Map.of(),
                directory,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
