package io.jenkins.plugins.mlops.core.lineage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreeDigest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatementTest {

    @TempDir
    Path directory;

    private static byte[] golden() throws IOException {
        try (InputStream in = StatementTest.class.getResourceAsStream("provenance.json")) {
            return in.readAllBytes();
        }
    }

    /** The record that {@code docs/lineage.md} shows. */
    private Statement documented() throws IOException {
        Files.writeString(directory.resolve("model.npz"), "weights");
        Files.writeString(directory.resolve("labels.json"), "[]");
        Digest content = new TreeDigest().add("1.png", 3, Digest.of("one")).finish();
        return Provenance.training(ModelFiles.of(directory))
                .commit("https://ann:secret@git.example/team/digits.git", "3f786850e387550fdab836ed7e6dc881de23001b")
                .trainingDataset(new DatasetVersion(
                        "digits", content, "s3-prefix:" + Digest.of("listing"), "s3://data/digits", 1, 3))
                .environment("environment.json", Digest.of("env"))
                .external("seed", 7)
                .external("params", Map.of("epochs", 12))
                .external("command", List.of("python3", "train.py"))
                .internal("backend", "process")
                .internal("attempts", 1)
                .gap("the work tree differed from the commit in 1 file: train.py")
                .builder("https://plugins.jenkins.io/mlops-pipeline/cli", Map.of("mlops", "0.1.0"))
                .run(
                        "0d9f0a52-7a3c-4f0e-9a27-5f6f3b8f7a11",
                        Instant.parse("2026-11-02T10:00:00.4Z"),
                        Instant.parse("2026-11-02T10:01:00.9Z"))
                .mlflowRun("http://127.0.0.1:5000/#/experiments/1/runs/4f1c", "digits", "4f1c")
                .byproduct("evaluation.json", Digest.of("e"))
                .statement();
    }

    @Test
    void aTrainingIsWrittenByteForByteAsDocumented() throws IOException {
        assertThat(new String(documented().toBytes(), StandardCharsets.UTF_8))
                .isEqualTo(new String(golden(), StandardCharsets.UTF_8));
        assertThat(documented().digest()).isEqualTo(Digest.of(golden()));
    }

    @Test
    void whatIsReadIsWrittenAsItWas() throws IOException {
        Statement read = Statement.parse(golden(), "golden");
        assertThat(read.toBytes()).isEqualTo(golden());
        Provenance provenance = (Provenance) Predicate.of(read).orElseThrow();
        assertThat(provenance.mlflowRun()).contains("4f1c");
        assertThat(provenance.gaps()).containsExactly("the work tree differed from the commit in 1 file: train.py");
        assertThat(ModelFiles.of(read).orElseThrow().digest())
                .isEqualTo(read.model().orElseThrow());
    }

    @Test
    void keysFromElsewhereAreSkippedAsInTotoWants() throws IOException {
        String text = new String(golden(), StandardCharsets.UTF_8)
                .replaceFirst("\\{", "{ \"x\": {},")
                .replace("\"buildType\"", "\"ext_y\": 1, \"buildType\"");
        assertThat(Predicate.of(Statement.parse(text.getBytes(StandardCharsets.UTF_8), "it")))
                .isPresent();
    }

    @Test
    void everyPredicateIsReadAsItWasWritten() {
        Digest model = Digest.of("model");
        Instant now = Instant.parse("2026-11-02T10:01:00.123456789Z");
        DatasetVersion set = Trainings.dataset("held-out", "a");
        List<Predicate> predicates = List.of(
                Evaluation.of(set, Digest.of("e"), Map.of("accuracy", 0.61), Map.of("image", "x"), now),
                Evaluation.of(null, Digest.of("e"), Map.of(), Map.of(), now),
                GateVerdict.of("pass", Digest.of("g"), Digest.of("r"), Digest.of("e"), null, "2 rules hold", now),
                new Registration("digits", 3, "s3://m", "run", "http://mlflow", "ann", now),
                new Promotion("digits", 3, "champion", 2, false, true, "ann", "why", Digest.of("g"), now));
        assertThat(predicates).allSatisfy(predicate -> {
            Statement written = Statement.about(model, predicate);
            Statement read = Statement.parse(written.toBytes(), "it");
            assertThat(Predicate.of(read).map(Documents::toJson)).contains(Documents.toJson(predicate));
            assertThat(read.model()).contains(model);
            assertThat(read.toBytes()).isEqualTo(written.toBytes());
        });
    }

    @Test
    void aTrainingWithoutEvidenceNamesItsGaps() {
        Provenance provenance = Trainings.training(Trainings.model("m")).provenance();
        assertThat(provenance.gaps())
                .containsExactly(
                        "the commit is not known",
                        "the training dataset is not known",
                        "neither image nor environment is known");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"subject\":[{\"digest\":{\"a\":\"b\"}}],\"predicateType\":\"x\"}",
                "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[],\"predicateType\":\"x\"}",
                "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"a\"}],\"predicateType\":\"x\"}",
                "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[null],\"predicateType\":\"x\"}",
                "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"digest\":{\"a\":\"b\"}}]}"
            })
    void whatIsNoStatementIsRefusedInOneSentence(String json) {
        assertThatThrownBy(() -> Statement.parse(json.getBytes(StandardCharsets.UTF_8), "the file"))
                .isInstanceOf(MlopsException.class)
                .hasMessageStartingWith("the file")
                .message()
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource({
        "https://git.example/a/b.git, git+https://git.example/a/b.git",
        "https://token@git.example/a, git+https://git.example/a",
        "https://ann:secret@git.example/a, git+https://git.example/a",
        "https://ann:se@cret@git.example/a, git+https://git.example/a",
        "git+https://token@git.example/a, git+https://git.example/a",
        "ssh://git@git.example:7999/a/b, git+ssh://git.example:7999/a/b",
        "git@git.example:a/b.git, git+ssh://git.example/a/b.git",
        "git.example:a/b@1.git, git+ssh://git.example/a/b@1.git",
        "C:\\a\\b, git+file:///C:/a/b",
        "/srv/repositories/a b, git+file:///srv/repositories/a%20b",
        "file:///srv/a, git+file:///srv/a",
    })
    void aRepositoryIsAUriWithoutCredentials(String remote, String uri) {
        assertThat(GitUri.of(remote)).isEqualTo(uri);
    }
}
