package io.jenkins.plugins.mlops.cli.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.MlopsCommand;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.lineage.Evaluation;
import io.jenkins.plugins.mlops.core.lineage.GateVerdict;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.lineage.Promotion;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Registration;
import io.jenkins.plugins.mlops.core.lineage.TrainingProvenance;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineageCommandTest {

    private static final Instant TRAINED = Instant.parse("2026-11-02T10:01:00Z");
    private static final String COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b";

    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private LineageStore store;
    private ModelFiles champion;
    private ModelFiles tuned;
    private DatasetVersion digits;
    private Digest record;

    @BeforeEach
    void keepRecords() throws IOException {
        store = LineageStore.open(directory.resolve("lineage"));
        champion = model("champion");
        tuned = model("tuned");
        Files.writeString(directory.resolve("7.png"), "seven");
        Manifest manifest = Manifest.of(
                "digits",
                new Manifest.Source("s3-prefix:" + Digest.of("listing"), "s3://data/digits"),
                null,
                List.of(new Manifest.Entry("train/7.png", 5, Digest.of("seven"), null, null, null, "scan-1")));
        digits = manifest.version();
        store.keepManifest(manifest);
        record = store.append(training(champion)
                .commit("https://user:secret@git.example/team/digits.git", COMMIT)
                .trainingDataset(digits)
                .environment("environment.json", Digest.of("env"))
                .external("params", Map.of("epochs", 3))
                .statement());
        store.append(
                training(tuned).parent("models:/digits/1", champion.digest()).statement());
        Digest report = Digest.of("gate");
        store.append(Evaluation.of(digits, Digest.of("e"), Map.of("accuracy", 0.9712), Map.of(), TRAINED.plusSeconds(1))
                .statement(champion.digest()));
        store.append(GateVerdict.of("pass", report, null, null, null, "2 rules hold", TRAINED.plusSeconds(2))
                .statement(champion.digest()));
        store.append(new Registration("digits", 1, "s3://models/1", "run-1", null, "ann", TRAINED.plusSeconds(3))
                .statement(champion.digest()));
        store.append(
                new Promotion("digits", 1, "champion", null, false, false, "ben", null, report, TRAINED.plusSeconds(4))
                        .statement(champion.digest()));
    }

    private ModelFiles model(String content) throws IOException {
        Path model = Files.createDirectories(directory.resolve(content));
        Files.writeString(model.resolve("model.npz"), content);
        return ModelFiles.of(model);
    }

    private static TrainingProvenance training(ModelFiles model) {
        return Provenance.training(model)
                .builder("https://plugins.jenkins.io/mlops-pipeline/cli", Map.of("mlops", "0.1.0"))
                .run("1", TRAINED.minusSeconds(60), TRAINED);
    }

    private int run(String... arguments) {
        out.reset();
        err.reset();
        Host host = new Host(
                Map.of("MLOPS_LINEAGE_DIR", directory.resolve("lineage").toString()),
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

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void showTellsEverythingThatIsKnown() {
        assertThat(run("lineage", "show", "digits/1")).isZero();
        assertThat(text())
                .contains(
                        "digits version 1",
                        champion.digest().toString(),
                        COMMIT,
                        "git+https://git.example/team/digits.git")
                .contains("training    digits " + digits.contentId() + ", 1 file, 5 B, from s3://data/digits")
                .contains(
                        "environment environment.json",
                        "parameters  epochs=3\n",
                        "accuracy = 0.9712",
                        "pass: 2 rules hold, report ")
                .contains(
                        "digits@champion to version 1 by ben",
                        "as digits/1 by ann",
                        "model.npz (8 B)",
                        record.toString())
                .doesNotContain("secret")
                .doesNotContain("gap");
    }

    @Test
    void showSaysWhatIsNotKnown() {
        assertThat(run("lineage", "show", tuned.digest().toString())).isZero();
        assertThat(text())
                .contains(
                        "A model that is not registered", "models:/digits/1 " + champion.digest(), "trained on digits")
                .contains(
                        "the commit is not known",
                        "neither image nor environment is known",
                        "no evaluation is recorded");
    }

    @Test
    void showAsJsonIsOneDocument() {
        assertThat(run("lineage", "show", "models:/digits/1", "--json")).isZero();
        JsonNode model = json();
        assertThat(model.at("/model").asText()).isEqualTo(champion.digest().toString());
        assertThat(model.at("/record").asText()).isEqualTo(record.toString());
        assertThat(model.at("/commit").asText()).isEqualTo(COMMIT);
        assertThat(model.at("/datasets/0/version").asText())
                .isEqualTo(digits.contentId().toString());
        assertThat(model.at("/evaluations/0/metrics/accuracy").asDouble()).isEqualTo(0.9712);
        assertThat(model.at("/gates/0/verdict").asText()).isEqualTo("pass");
        assertThat(model.at("/promotions/0/by").asText()).isEqualTo("ben");
        assertThat(model.at("/files/0/path").asText()).isEqualTo("model.npz");
        assertThat(model.at("/gaps")).isEmpty();
        assertThat(model.at("/records")).hasSize(5);
    }

    @Test
    void aRecordFileIsShownToo() {
        assertThat(run("lineage", "show", store.record(record).toString())).isZero();
        assertThat(text()).contains(champion.digest().toString());
        assertThat(run("lineage", "show", record.toString())).isZero();
        assertThat(text()).contains(champion.digest().toString());
    }

    @Test
    void whatIsNoModelIsSaidInOneSentence() {
        assertThat(run("lineage", "show", "digits")).isEqualTo(2);
        assertThat(errors())
                .contains("'digits' names no model: NAME/VERSION, NAME@ALIAS")
                .hasLineCount(1);
        assertThat(run("lineage", "show", "digits@champion")).isEqualTo(2);
        assertThat(errors()).contains("only MLflow knows").hasLineCount(1);
        assertThat(run("lineage", "show", "digits/7")).isEqualTo(2);
        assertThat(errors()).contains("speaks of digits/7").hasLineCount(1);
        assertThat(run("lineage", "show", Digest.of("?").toString())).isEqualTo(2);
        assertThat(errors()).contains("speaks of the model sha256:").hasLineCount(1);
        assertThat(run("lineage", "show", "7.png")).isEqualTo(2);
        assertThat(errors()).contains("7.png, line 1").hasLineCount(1);
    }

    @Test
    void findByDatasetListsDirectThenInherited() {
        assertThat(run("lineage", "find", "--dataset", digits.contentId().toString(), "--json"))
                .isZero();
        JsonNode models = json().get("models");
        assertThat(models).hasSize(2);
        assertThat(models.at("/0/name").asText()).isEqualTo("digits");
        assertThat(models.at("/0/version").asInt()).isEqualTo(1);
        assertThat(models.at("/0/relation").asText()).isEqualTo("direct");
        assertThat(models.at("/0/run").asText()).isEqualTo("run-1");
        assertThat(models.at("/1/name").isNull()).isTrue();
        assertThat(models.at("/1/relation").asText()).isEqualTo("inherited");
        assertThat(models.at("/1/via/0/name").asText()).isEqualTo("digits/1");
        assertThat(models.at("/1/digest").asText()).isEqualTo(tuned.digest().toString());
        assertThat(json().at("/unknown")).isEmpty();
    }

    @Test
    void findByFileTakesADigestOrACopy() {
        for (String file : List.of(
                "7.png", Digest.of("seven").toString(), Digest.of("seven").hex())) {
            assertThat(run("lineage", "find", "--file", file)).isZero();
            assertThat(text())
                    .startsWith("2 models came from file sha256:")
                    .contains("digits/1 ", "direct (evaluation, training)")
                    .contains("(not registered)", "inherited (evaluation, training) via digits/1");
        }
    }

    @Test
    void findByEverythingElse() {
        for (String[] asked :
                new String[][] {{"--commit", COMMIT.substring(0, 7)}, {"--group", "scan-1"}, {"--dataset", "digits"}}) {
            assertThat(run("lineage", "find", asked[0], asked[1])).isZero();
            assertThat(text()).startsWith("2 models came from");
        }
        assertThat(run("lineage", "find", "--model", "digits/1")).isZero();
        assertThat(text()).startsWith("1 model came from model").contains("direct (parent)");
        assertThat(run("lineage", "find", "--image", "registry.example/nothing"))
                .isZero();
        assertThat(text()).startsWith("No recorded model came from image registry.example/nothing");
    }

    @Test
    void aQuestionThatIsNoneIsSaidInOneSentence() {
        assertThat(run("lineage", "find")).isEqualTo(2);
        assertThat(run("lineage", "find", "--dataset", "a", "--commit", COMMIT)).isEqualTo(2);
        assertThat(run("lineage", "find", "--commit", "main")).isEqualTo(2);
        assertThat(errors()).contains("'main' is no commit");
        assertThat(run("lineage", "find", "--file", "absent.png")).isEqualTo(2);
        assertThat(errors()).contains("'absent.png' is neither a digest");
        assertThat(run("lineage", "find", "--dataset", "digitz")).isEqualTo(2);
        assertThat(errors()).contains("No record names a dataset 'digitz'").contains("known names are digits");
    }

    @Test
    void aDatasetWhoseFilesAreNotKnownIsSaid() throws IOException {
        store.append(training(model("other"))
                .trainingDataset(new DatasetVersion("lost", Digest.of("lost"), "s3-prefix:x", "s3://data/lost", 1, 1))
                .statement());
        assertThat(run("lineage", "find", "--file", "7.png")).isZero();
        assertThat(text()).contains("Not searched").contains("lost@" + Digest.of("lost"));
    }

    @Test
    void verifyPassesWhatIsWhole() {
        assertThat(run("lineage", "verify", "digits/1")).isZero();
        assertThat(text())
                .contains("ok      record " + record.hex() + ".json")
                .contains("1 files make the model's content id", "its gate passed", "No check failed");
    }

    @Test
    void verifyFailsWhatWasChanged() throws IOException {
        assertThat(run("lineage", "show", "digits/1")).isZero();
        Path file = store.record(record);
        Files.writeString(file, Files.readString(file).replace(COMMIT, COMMIT.replace('3', '4')));
        assertThat(run("lineage", "verify", "digits/1", "--json")).isEqualTo(1);
        assertThat(json().at("/verdict").asText()).isEqualTo("failed");
        assertThat(json().get("checks")).anySatisfy(check -> {
            assertThat(check.get("check").asText()).isEqualTo("record");
            assertThat(check.get("outcome").asText()).isEqualTo("failed");
        });
    }

    @Test
    void verifyOfACopyOfARecordComputesItsSubject() throws IOException {
        Path copy = directory.resolve("copy.json");
        String good = Files.readString(store.record(record));
        Files.writeString(
                copy,
                good.replace(Digest.of("champion").hex(), Digest.of("forged").hex()));
        assertThat(run("lineage", "verify", "copy.json")).isEqualTo(1);
        assertThat(text()).contains("failed  subject");
    }

    @Test
    void verifySaysThatAParentIsNotHere() throws IOException {
        ModelFiles orphan = model("orphan");
        store.append(
                training(orphan).parent("models:/resnet/3", Digest.of("resnet")).statement());
        assertThat(run("lineage", "verify", orphan.digest().toString())).isZero();
        assertThat(text()).contains("unknown parent models:/resnet/3");
    }
}
