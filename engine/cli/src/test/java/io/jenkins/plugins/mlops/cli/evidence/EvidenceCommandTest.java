package io.jenkins.plugins.mlops.cli.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.MlopsCommand;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.evidence.EvidenceReceiver;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.Registration;
import io.jenkins.plugins.mlops.core.signature.Keyring;
import io.jenkins.plugins.mlops.core.signature.SigningKey;
import io.jenkins.plugins.mlops.core.signature.TrustedKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a team does: keys by openssl, a store, records of one machine that another one fetches and checks. */
class EvidenceCommandTest {

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String lineage, String... arguments) {
        out.reset();
        err.reset();
        Host host = new Host(
                Map.of("MLOPS_LINEAGE_DIR", directory.resolve(lineage).toString(), "MLOPS_EVIDENCE", "evidence"),
                directory,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        return MlopsCommand.commandLine(host).execute(arguments);
    }

    private String text() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private JsonNode json() {
        return Documents.readJson(text(), "output", JsonNode.class);
    }

    private void openssl(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "openssl";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        assertThat(new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    private Digest record(int version) {
        SigningKey key = SigningKey.read(directory.resolve("key.pem"));
        EvidenceStore store =
                EvidenceStore.inDirectory(directory.resolve("evidence"), new Keyring(key, TrustedKeys.none()));
        LineageStore lineage = LineageStore.open(
                directory.resolve("writer"),
                List.of(new EvidenceReceiver(store, LineageStore.open(directory.resolve("writer")))));
        Digest record =
                lineage.append(new Registration("digits", version, "s3://models/1", "run-1", null, "ann", Instant.EPOCH)
                        .statement(Digest.of("model")));
        assertThat(lineage.outbox().deliverNow())
                .allSatisfy(delivery -> assertThat(delivery.waiting()).isZero());
        return record;
    }

    @Test
    void whatOneMachineRecordsAnotherOneFetchesAndChecks() throws Exception {
        openssl("genpkey", "-algorithm", "ed25519", "-out", "key.pem");
        openssl("pkey", "-in", "key.pem", "-pubout", "-out", "key.pub");

        assertThat(run("reader", "evidence", "status")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("mlops evidence init");
        assertThat(run("writer", "evidence", "init", "--signing-key", "key.pem", "--json"))
                .isZero();
        String id = json().get("id").asText();
        assertThat(run("writer", "evidence", "init")).isZero();
        assertThat(text()).contains(id);
        Digest record = record(1);

        assertThat(run("reader", "lineage", "sync")).isZero();
        assertThat(text()).contains("Fetched 1 record and 0 manifests");
        assertThat(run("reader", "evidence", "status", "--json", "--trusted-keys", "key.pub"))
                .isZero();
        assertThat(json().get("entries").asInt()).isEqualTo(2);
        assertThat(json().get("trustedKeys")).hasSize(1);

        assertThat(run("reader", "lineage", "verify", "--all", "--trusted-keys", "key.pub", "--require-signature"))
                .isZero();
        assertThat(text()).contains("Checked 1 records (1 signed by trusted keys)", "No check failed");
        run("reader", "lineage", "verify", "digits/1", "--trusted-keys", "key.pub");
        assertThat(text())
                .contains("evidence " + record + ": the evidence store has it, byte for byte")
                .contains("signature " + record + ": signed by key.pub");

        Path file = directory
                .resolve("evidence/records")
                .resolve(record.hex().substring(0, 2))
                .resolve(record.hex() + ".json");
        Files.writeString(file, Files.readString(file).replace("ann", "eve"));
        assertThat(run("reader", "lineage", "verify", "--all", "--trusted-keys", "key.pub", "--json"))
                .isEqualTo(1);
        assertThat(json().get("verdict").asText()).isEqualTo("failed");
        assertThat(json().at("/evidence/findings/0/subject").asText()).contains(record.hex());
        assertThat(run("third", "lineage", "rebuild")).isEqualTo(1);
        assertThat(text()).contains("failed  records/", "not the one that names it");
    }

    @Test
    void signaturesThatAreDemandedNeedKeys() {
        run("writer", "evidence", "init");
        assertThat(run("writer", "lineage", "verify", "--all", "--require-signature"))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("--trusted-keys");
        assertThat(run("writer", "lineage", "verify")).isEqualTo(2);
    }
}
