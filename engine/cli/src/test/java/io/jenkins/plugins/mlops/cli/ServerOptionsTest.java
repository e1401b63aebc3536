package io.jenkins.plugins.mlops.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class ServerOptionsTest {

    private static final Map<String, String> KEYS =
            Map.of("AWS_ACCESS_KEY_ID", "id", "AWS_SECRET_ACCESS_KEY", "secret");

    @TempDir
    private Path directory;

    @Command
    private static final class Probe {
        @Mixin
        private ServerOptions servers;
    }

    @Test
    void optionsWinOverTheEnvironmentAndThatOverTheFile() throws IOException {
        file("s3: {endpoint: 'http://file:1', region: file}\nmlflow: {trackingUri: 'http://file:2'}\n");
        Map<String, String> environment = Map.of(
                "AWS_ENDPOINT_URL", "http://environment:1",
                "AWS_REGION", "environment",
                "MLFLOW_TRACKING_URI", "http://environment:2/");
        ServerOptions options = parse("--endpoint", "http://option:1", "--tracking-uri", "https://option:2");
        assertThat(options.objectStore(host(environment)).endpoint()).isEqualTo(URI.create("http://option:1"));
        assertThat(options.mlflow(host(environment)).trackingUri()).isEqualTo(URI.create("https://option:2"));
        assertThat(parse().objectStore(host(environment)).endpoint()).isEqualTo(URI.create("http://environment:1"));
        assertThat(parse().objectStore(host(environment)).region()).isEqualTo("environment");
        assertThat(parse().mlflow(host(environment)).trackingUri()).isEqualTo(URI.create("http://environment:2"));
        assertThat(parse().objectStore(host(Map.of())).endpoint()).isEqualTo(URI.create("http://file:1"));
        assertThat(parse().objectStore(host(Map.of())).region()).isEqualTo("file");
        assertThat(parse().mlflow(host(Map.of())).trackingUri()).isEqualTo(URI.create("http://file:2"));
    }

    @Test
    void theServiceVariableWinsOverTheGeneralOne() {
        Map<String, String> environment =
                Map.of("AWS_ENDPOINT_URL", "http://general:1", "AWS_ENDPOINT_URL_S3", "http://s3:1");
        assertThat(parse().objectStore(host(environment)).endpoint()).isEqualTo(URI.create("http://s3:1"));
    }

    @Test
    void withoutAnEndpointItIsAws() {
        assertThat(parse("--region", "eu-central-1").objectStore(host(KEYS)).endpoint())
                .isEqualTo(URI.create("https://s3.eu-central-1.amazonaws.com"));
    }

    @Test
    void credentialsAreNotSentToAStoreThatOnlyTheFileNames() throws IOException {
        file("s3: {endpoint: 'http://elsewhere:1'}\n");
        refused(Kind.REFUSED, () -> parse().objectStore(host(KEYS)), "AWS_ENDPOINT_URL_S3");
        assertThat(parse("--endpoint", "http://mine:1").objectStore(host(KEYS)).endpoint())
                .isEqualTo(URI.create("http://mine:1"));
    }

    @Test
    void credentialsAreNotSentToAnMlflowServerThatOnlyTheFileNames() throws IOException {
        file("mlflow: {trackingUri: 'http://elsewhere:1'}\n");
        refused(Kind.REFUSED, () -> parse().mlflow(host(Map.of("MLFLOW_TRACKING_TOKEN", "t"))), "MLFLOW_TRACKING_URI");
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3: {secretAccessKey: x}", "mlflow: {password: x}", "credentials: {}"})
    void theFileHasNoKeyForACredential(String yaml) throws IOException {
        file(yaml);
        refused(Kind.USAGE, () -> parse().objectStore(host(Map.of())), "mlops.yaml, line 1, column");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://a", "localhost:9000", "http://", "http://user:pass@host", "http://a b"})
    void anEndpointThatIsNoUrlIsRefusedWithoutRepeatingAPassword(String endpoint) {
        assertThatThrownBy(() -> parse("--endpoint", endpoint).objectStore(host(Map.of())))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.USAGE))
                .hasMessageNotContaining("pass@");
    }

    @Test
    void halfACredentialIsRefused() {
        refused(Kind.USAGE, () -> parse().objectStore(host(Map.of("AWS_ACCESS_KEY_ID", "id"))), "set both or none");
        refused(
                Kind.USAGE,
                () -> parse("--tracking-uri", "http://a").mlflow(host(Map.of("MLFLOW_TRACKING_PASSWORD", "p"))),
                "set both or none");
    }

    @Test
    void noMlflowServerIsSaid() {
        refused(Kind.USAGE, () -> parse().mlflow(host(Map.of())), "MLFLOW_TRACKING_URI");
        assertThat(parse().hasMlflow(host(Map.of()))).isFalse();
    }

    private static void refused(Kind kind, ThrowingCallable call, String says) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(says);
    }

    private static ServerOptions parse(String... arguments) {
        Probe probe = new Probe();
        new CommandLine(probe).parseArgs(arguments);
        return probe.servers;
    }

    private void file(String yaml) throws IOException {
        Files.writeString(directory.resolve("mlops.yaml"), yaml);
    }

    private Host host(Map<String, String> environment) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        return new Host(environment, directory, nowhere, nowhere, false);
    }
}
