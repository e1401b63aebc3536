package io.jenkins.plugins.mlops.cli.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.S3Commands;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CardCommandTest extends S3Commands {

    @BeforeEach
    void setUp() throws IOException {
        environment.put("USER", "ada");
        Files.createDirectories(directory.resolve("source"));
        Files.writeString(directory.resolve("source/a.png"), "a");
        Files.writeString(directory.resolve("report.pdf"), "all faces are blurred");
        Files.writeString(directory.resolve("card.yaml"), """
                owner: Perception
                licence: CC-BY-4.0
                created: 2026-11-02
                description: |
                  Two cameras,
                  by night.
                anonymised: yes
                evidence: report.pdf
                fields: {camera: front}
                """);
    }

    private JsonNode publish(String... card) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("dataset", "publish", "source", "--name", "demo", "--to", "s3://data/sets", "--json"));
        arguments.addAll(List.of(card));
        assertThat(run(arguments.toArray(String[]::new))).as(errors()).isZero();
        return json();
    }

    @Test
    void aCardIsGivenAtPublicationAndReadAgain() throws IOException {
        JsonNode published = publish("--card", "card.yaml", "--owner", "Night team");
        String manifest = published.get("manifest").asText();
        assertThat(run("dataset", "card", "show", manifest, "--json"))
                .as(errors())
                .isZero();
        JsonNode shown = json();
        assertThat(shown).isEqualTo(published.get("card"));
        assertThat(shown.get("version")).isEqualTo(published.get("version"));
        assertThat(shown.at("/card/owner").asText()).isEqualTo("Night team");
        assertThat(shown.at("/card/licence").asText()).isEqualTo("CC-BY-4.0");
        assertThat(shown.at("/card/created").asText()).isEqualTo("2026-11-02");
        assertThat(shown.at("/card/anonymised").asBoolean()).isTrue();
        assertThat(shown.at("/card/fields/camera").asText()).isEqualTo("front");
        assertThat(shown.at("/card/evidence/name").asText()).isEqualTo("report.pdf");
        assertThat(s3.get(shown.get("evidence").asText().substring("s3://".length())))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("all faces are blurred");
        assertThat(run("dataset", "resolve", "--manifest", manifest, "--json")).isZero();
        assertThat(json().get("card")).isEqualTo(shown);
        assertThat(run("dataset", "card", "show", manifest)).isZero();
        assertThat(text()).contains("owner: Night team", "anonymised: yes", "by night.", "revision 1");
    }

    @Test
    void evidenceIsFetchedAndComparedWithItsDigest() throws IOException {
        JsonNode published = publish("--card", "card.yaml");
        String manifest = published.get("manifest").asText();
        String[] show = {"dataset", "card", "show", manifest, "--evidence-into", "fetched.pdf"};
        assertThat(run(show)).as(errors()).isZero();
        assertThat(directory.resolve("fetched.pdf")).hasContent("all faces are blurred");
        Files.delete(directory.resolve("fetched.pdf"));
        String object = published.at("/card/evidence").asText().substring("s3://".length());
        s3.put(object, "something else".getBytes(StandardCharsets.UTF_8));
        assertThat(run(show)).isEqualTo(1);
        assertThat(errors()).contains("other bytes");
        s3.remove(object);
        assertThat(run(show)).isEqualTo(1);
        assertThat(directory.resolve("fetched.pdf")).doesNotExist();
        assertThat(directory.resolve("fetched.pdf.part")).doesNotExist();
    }

    @Test
    void aCardIsNotPartOfTheContentIdAndPublishingTwiceAddsNothing() throws IOException {
        JsonNode bare = publish();
        JsonNode first = publish("--card", "card.yaml");
        JsonNode again = publish("--card", "card.yaml");
        assertThat(first.get("version")).isEqualTo(bare.get("version"));
        assertThat(bare.has("card")).isFalse();
        assertThat(again.get("card")).isEqualTo(first.get("card"));
    }

    @Test
    void revisionsAreAddedAndNothingIsLost() throws IOException {
        String manifest = publish("--card", "card.yaml").get("manifest").asText();
        assertThat(run("dataset", "card", "set", manifest, "--licence", "proprietary, see contract 17", "--json"))
                .isEqualTo(2);
        assertThat(run(
                        "dataset",
                        "card",
                        "set",
                        manifest,
                        "--licence",
                        "proprietary, see contract 17",
                        "--anonymised",
                        "no",
                        "--field",
                        "camera=",
                        "--field",
                        "city=Kiel",
                        "--reason",
                        "plates are legible",
                        "--by",
                        "grace"))
                .as(errors())
                .isZero();
        assertThat(run("dataset", "card", "history", manifest, "--json")).isZero();
        JsonNode revisions = json().get("revisions");
        assertThat(revisions).hasSize(2);
        assertThat(revisions.at("/0/card/anonymised").asBoolean()).isTrue();
        assertThat(revisions.at("/1/card/anonymised").asBoolean(true)).isFalse();
        assertThat(revisions.at("/1/card").has("evidence")).isFalse();
        assertThat(revisions.at("/1/card/fields").toString()).isEqualTo("{\"city\":\"Kiel\"}");
        assertThat(revisions.at("/1/card/owner").asText()).isEqualTo("Perception");
        assertThat(revisions.at("/1/by").asText()).isEqualTo("grace");
        assertThat(revisions.at("/1/reason").asText()).isEqualTo("plates are legible");
    }

    @Test
    void whoReviseACardAtOnceEachAddOneRevision() throws IOException {
        String manifest = publish().get("manifest").asText();
        List<CompletableFuture<String>> writers = IntStream.range(0, 6)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> {
                    ByteArrayOutputStream told = new ByteArrayOutputStream();
                    int code = run(
                            new ByteArrayOutputStream(),
                            told,
                            "dataset",
                            "card",
                            "set",
                            manifest,
                            "--field",
                            "writer" + i + "=was here",
                            "--reason",
                            "test");
                    return code + told.toString(StandardCharsets.UTF_8);
                }))
                .toList();
        assertThat(writers).extracting(CompletableFuture::join).containsOnly("0");
        assertThat(run("dataset", "card", "history", manifest, "--json")).isZero();
        assertThat(json().get("revisions")).hasSize(6);
        assertThat(json().at("/revisions/5/card/fields")).hasSize(6);
    }

    @Test
    void anonymisedWithoutEvidenceIsRefusedBeforeAnythingIsSent() {
        assertThat(run(
                        "dataset",
                        "publish",
                        "source",
                        "--name",
                        "demo",
                        "--to",
                        "s3://data/sets",
                        "--anonymised",
                        "yes"))
                .isEqualTo(2);
        assertThat(errors()).contains("evidence");
        assertThat(s3.keys()).isEmpty();
    }

    @Test
    void onlyPublishedVersionsHaveCards() throws IOException {
        s3.put("data/raw/x", new byte[] {1});
        assertThat(run("dataset", "snapshot", "--from", "s3://data/raw", "--out", "m.json"))
                .isZero();
        assertThat(run("dataset", "card", "set", "m.json", "--owner", "x", "--reason", "y"))
                .isEqualTo(2);
        assertThat(errors()).contains("no published version");
        String manifest = publish().get("manifest").asText();
        assertThat(run("dataset", "card", "show", manifest)).isEqualTo(1);
        assertThat(errors()).contains("has no card").contains("card set");
    }

    @Test
    void whereKeysAreTrustedOnlySignedClaimsCount() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        pem("signing.key", "PRIVATE KEY", keys.getPrivate().getEncoded());
        pem("trusted.pub", "PUBLIC KEY", keys.getPublic().getEncoded());
        String manifest = publish("--card", "card.yaml").get("manifest").asText();
        assertThat(run("dataset", "card", "show", manifest, "--trusted-keys", "trusted.pub", "--json"))
                .isZero();
        assertThat(json().get("believed").asBoolean(true)).isFalse();
        assertThat(run(
                        "dataset",
                        "card",
                        "set",
                        manifest,
                        "--card",
                        "card.yaml",
                        "--signing-key",
                        "signing.key",
                        "--reason",
                        "looked at it",
                        "--json"))
                .as(errors())
                .isZero();
        assertThat(json().get("revision").asInt()).isEqualTo(2);
        assertThat(run("dataset", "card", "show", manifest, "--trusted-keys", "trusted.pub", "--json"))
                .isZero();
        assertThat(json().get("believed").asBoolean()).isTrue();
        assertThat(json().get("signers")).hasSize(1);
    }

    @Test
    void aTrainingOnDataThatIsNotMarkedIsRefusedWhoeverRequiresIt() throws IOException {
        String manifest = publish().get("manifest").asText();
        environment.put("MLFLOW_TRACKING_URI", "http://127.0.0.1:1");
        environment.put("MLOPS_LINEAGE_DIR", "lineage");
        Files.writeString(
                directory.resolve("train.yaml"),
                "name: x\ncommand: [sh]\ndatasets: {training: {manifest: \"" + manifest + "\"}}\n");
        environment.put("MLOPS_REQUIRE_ANONYMISED", "true");
        assertThat(run("train", "train.yaml")).as(errors()).isEqualTo(4);
        assertThat(errors()).contains("demo", "has no card", "--anonymised yes");
        environment.remove("MLOPS_REQUIRE_ANONYMISED");
        Files.writeString(directory.resolve("mlops.yaml"), "require: {anonymised: true}\n");
        assertThat(run("train", "train.yaml")).as(errors()).isEqualTo(4);
        publish("--card", "card.yaml");
        assertThat(run("train", "train.yaml"))
                .as("it is MLflow that is missing now")
                .isEqualTo(5);
    }

    private void pem(String file, String label, byte[] der) throws IOException {
        Files.writeString(
                directory.resolve(file),
                "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                        + "-----\n");
    }
}
