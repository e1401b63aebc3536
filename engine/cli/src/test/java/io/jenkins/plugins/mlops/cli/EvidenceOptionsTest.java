package io.jenkins.plugins.mlops.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class EvidenceOptionsTest {

    private static final Map<String, String> STORE =
            Map.of("AWS_ENDPOINT_URL", "http://store:1", "AWS_ACCESS_KEY_ID", "id", "AWS_SECRET_ACCESS_KEY", "secret");
    private static final Map<String, String> OWN =
            Map.of("MLOPS_EVIDENCE_ACCESS_KEY_ID", "own", "MLOPS_EVIDENCE_SECRET_ACCESS_KEY", "own-secret");
    private static final Map<String, String> ENDPOINT = Map.of("MLOPS_EVIDENCE_ENDPOINT_URL", "http://evidence:1");

    @TempDir
    private Path directory;

    @Command
    private static final class Probe {
        @Mixin
        private ServerOptions servers;

        @Mixin
        private EvidenceOptions evidence;
    }

    @SafeVarargs
    private Host host(Map<String, String>... variables) {
        Map<String, String> environment = new HashMap<>();
        for (Map<String, String> some : variables) {
            environment.putAll(some);
        }
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        return new Host(environment, directory, nowhere, nowhere, false);
    }

    private static Probe parse(String... arguments) {
        Probe probe = new Probe();
        new CommandLine(probe).parseArgs(arguments);
        return probe;
    }

    private static String location(Host host, String... arguments) {
        Probe probe = parse(arguments);
        return probe.evidence.require(host, probe.servers).location();
    }

    private void file(String yaml) throws IOException {
        Files.writeString(directory.resolve("mlops.yaml"), yaml);
    }

    private static void refused(Kind kind, ThrowingCallable call, String says) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(says)
                .hasMessageNotContaining("secret");
    }

    @Test
    void optionsWinOverTheEnvironmentAndThatOverTheFile() throws IOException {
        assertThat(parse().evidence.isGiven(host())).isFalse();
        assertThat(parse().evidence.open(host(), parse().servers)).isEmpty();
        refused(Kind.USAGE, () -> location(host()), "MLOPS_EVIDENCE");
        file("evidence: {uri: 's3://file/e'}\ns3: {endpoint: 'http://file:1'}\n");
        assertThat(location(host())).isEqualTo("http://file:1 s3://file/e");
        Host named = host(STORE, Map.of("MLOPS_EVIDENCE", "s3://environment/e"));
        assertThat(location(named)).isEqualTo("http://store:1 s3://environment/e");
        assertThat(location(named, "--evidence", "there"))
                .isEqualTo(directory.resolve("there").toString());
        assertThat(location(named, "--evidence", "s3://option/", "--endpoint", "http://option:1"))
                .isEqualTo("http://option:1 s3://option/");
    }

    @Test
    void itsServerIsTheObjectStoreUnlessItHasItsOwn() {
        ObjectStoreSettings store = EvidenceOptions.settings(host(STORE), parse().servers, null);
        assertThat(store.endpoint()).isEqualTo(URI.create("http://store:1"));
        assertThat(store.credentials().accessKeyId()).isEqualTo("id");
        ObjectStoreSettings ownKeys = EvidenceOptions.settings(host(STORE, OWN), parse().servers, null);
        assertThat(ownKeys.endpoint()).isEqualTo(URI.create("http://store:1"));
        assertThat(ownKeys.credentials().accessKeyId()).isEqualTo("own");
        ObjectStoreSettings own = EvidenceOptions.settings(host(STORE, OWN, ENDPOINT), parse().servers, null);
        assertThat(own.endpoint()).isEqualTo(URI.create("http://evidence:1"));
        assertThat(own.credentials().accessKeyId()).isEqualTo("own");
        assertThat(EvidenceOptions.settings(host(ENDPOINT), parse().servers, null)
                        .credentials())
                .isNull();
    }

    @Test
    void credentialsGoWhereTheyWereGivenForAlone() throws IOException {
        refused(
                Kind.REFUSED,
                () -> EvidenceOptions.settings(host(STORE, ENDPOINT), parse().servers, null),
                "were given for http://store:1");
        URI inFile = URI.create("http://elsewhere:1");
        refused(
                Kind.REFUSED,
                () -> EvidenceOptions.settings(host(STORE), parse().servers, inFile),
                "mlops.yaml names the evidence store's endpoint");
        refused(
                Kind.REFUSED,
                () -> EvidenceOptions.settings(host(OWN), parse().servers, inFile),
                "MLOPS_EVIDENCE_ENDPOINT_URL");
        file("s3: {endpoint: 'http://elsewhere:1'}\n");
        refused(
                Kind.REFUSED,
                () -> EvidenceOptions.settings(host(OWN), parse().servers, null),
                "MLOPS_EVIDENCE_ENDPOINT_URL");
    }

    @Test
    void halfACredentialIsRefused() {
        refused(
                Kind.USAGE,
                () -> EvidenceOptions.settings(
                        host(STORE, Map.of("MLOPS_EVIDENCE_ACCESS_KEY_ID", "own")), parse().servers, null),
                "set both or none");
    }

    @Test
    void theFileNamesABucketAlone() throws IOException {
        file("evidence: {uri: '/etc'}\n");
        refused(Kind.REFUSED, () -> location(host()), "may name a bucket alone");
        file("evidence: {endpoint: 'http://elsewhere:1'}\n");
        refused(Kind.USAGE, () -> location(host()), "no uri");
        file("evidence: {uri: 's3://bucket/e', signingKey: 'key.pem'}\n");
        refused(Kind.USAGE, () -> location(host()), "mlops.yaml, line 1");
    }

    @Test
    void keysComeFromFiles() {
        refused(Kind.USAGE, () -> parse("--signing-key", "absent.pem").evidence.keys(host()), "absent.pem");
        refused(
                Kind.USAGE,
                () -> parse().evidence.keys(host(Map.of("MLOPS_TRUSTED_KEYS", "absent"))),
                "absent does not exist");
        assertThat(parse().evidence.keys(host()).signing()).isNull();
    }
}
