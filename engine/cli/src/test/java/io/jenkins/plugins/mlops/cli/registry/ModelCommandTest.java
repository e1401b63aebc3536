package io.jenkins.plugins.mlops.cli.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.MlopsCommand;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code mlops model} says of wrong input, before it asks a server: the one that is named here answers nothing. */
class ModelCommandTest {

    private static final String AWAY = "http://127.0.0.1:9";

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Map<String, String> environment, String... arguments) {
        PrintStream outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8);
        return MlopsCommand.commandLine(new Host(environment, directory, outStream, errStream, false))
                .execute(arguments);
    }

    private int run(String... arguments) {
        return run(
                Map.of(
                        "MLFLOW_TRACKING_URI",
                        AWAY,
                        "MLOPS_LINEAGE_DIR",
                        directory.resolve("lineage").toString()),
                arguments);
    }

    private String told() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"latest", "v3", "a b", "a/b"})
    void anAliasThatMlflowRefusesIsWrongUsage(String alias) {
        assertThat(run("model", "promote", "m", "--version", "1", "--alias", alias))
                .isEqualTo(2);
        assertThat(told()).contains("is no alias");
        assertThat(run("model", "rollback", "m", "--alias", alias)).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "a:b", " "})
    void aModelNameThatMlflowRefusesIsWrongUsage(String name) {
        assertThat(run("model", "register", name, "--run", "r1")).isEqualTo(2);
        assertThat(told()).contains("is no name for a model");
    }

    @Test
    void aGateReportThatIsNoneIsWrongInput() throws IOException {
        assertThat(run("model", "promote", "m", "--version", "1", "--gate-report", "gate.json"))
                .isEqualTo(2);
        assertThat(told()).contains("does not exist");
        Files.writeString(directory.resolve("gate.json"), "{\"verdict\":\"pass\"}");
        assertThat(run("model", "promote", "m", "--version", "1", "--gate-report", "gate.json"))
                .isEqualTo(2);
        assertThat(told()).contains("no gate report");
    }

    @Test
    void anExpectationIsAVersionOrNone() {
        assertThat(run("model", "promote", "m", "--version", "1", "--expect", "0"))
                .isEqualTo(2);
        assertThat(told()).contains("--expect");
    }

    @Test
    void anOverrideWantsAReason() {
        assertThat(run("model", "promote", "m", "--version", "1", "--override")).isEqualTo(2);
        assertThat(told()).contains("An override wants a reason");
    }

    @Test
    void aServerMustBeNamed() {
        assertThat(run(Map.of(), "model", "show", "m")).isEqualTo(2);
        assertThat(told()).contains("MLFLOW_TRACKING_URI");
    }

    @Test
    void aServerThatIsAwayIsOutOfReach() {
        assertThat(run("model", "show", "m")).isEqualTo(5);
        assertThat(told()).contains(AWAY).doesNotContain("Exception", "\tat ");
    }
}
