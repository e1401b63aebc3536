package io.jenkins.plugins.mlops.core.lineage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageMatch.RegisteredVersion;
import io.jenkins.plugins.mlops.core.lineage.LineageMatch.Relation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineageStoreTest {

    private static final DatasetVersion DIGITS = Trainings.dataset("digits", "a.png", "b.png");
    private static final DatasetVersion HELD_OUT = Trainings.dataset("held-out", "c.png");
    private static final ModelFiles BASE = Trainings.model("base");
    private static final ModelFiles TUNED = Trainings.model("tuned");
    private static final ModelFiles DISTILLED = Trainings.model("distilled");
    private static final Digest IMAGE = Digest.of("image");

    @TempDir
    Path directory;

    private LineageStore store;

    @BeforeEach
    void open() {
        store = LineageStore.open(directory.resolve("lineage"));
    }

    private void keepFamily() {
        store.append(Trainings.training(BASE)
                .commit("https://git.example/team/digits.git", Trainings.COMMIT)
                .trainingDataset(DIGITS)
                .evaluationDataset(HELD_OUT)
                .image("registry.example/train", IMAGE)
                .mlflowRun("http://mlflow/#/runs/1", "digits", "run-1")
                .statement());
        store.append(Trainings.training(TUNED)
                .parent("models:/digits/1", BASE.digest())
                .statement());
        store.append(Trainings.training(DISTILLED)
                .parent("models:/digits/2", TUNED.digest())
                .statement());
        store.append(registration("digits", 1).statement(BASE.digest()));
    }

    private static Registration registration(String name, int version) {
        return new Registration(name, version, "s3://models/1", "run-1", "http://mlflow", "ann", Trainings.START);
    }

    private List<Digest> models(LineageQuery query) {
        return store.find(query).stream().map(LineageMatch::model).toList();
    }

    @Test
    void aDatasetLeadsToItsModelsAndTheirDescendants() {
        keepFamily();
        List<LineageMatch> matches =
                store.find(LineageQuery.dataset(DIGITS.contentId().toString()));
        assertThat(matches)
                .extracting(LineageMatch::model)
                .containsExactly(BASE.digest(), TUNED.digest(), DISTILLED.digest());
        assertThat(matches)
                .extracting(LineageMatch::relation)
                .containsExactly(Relation.DIRECT, Relation.INHERITED, Relation.INHERITED);
        assertThat(matches.get(2).via())
                .extracting(LineageStep::id)
                .containsExactly(BASE.digest().toString(), TUNED.digest().toString());
        assertThat(matches.get(0).roles()).containsExactly("training");
        assertThat(matches.get(0).versions()).containsExactly(new RegisteredVersion("digits", 1));
        assertThat(matches.get(0).runId()).isEqualTo("run-1");
    }

    @Test
    void aDatasetIsFoundByEveryNameItHas() {
        keepFamily();
        List<Digest> all = List.of(BASE.digest(), TUNED.digest(), DISTILLED.digest());
        String hex = DIGITS.contentId().hex();
        assertThat(List.of(
                        hex,
                        "sha256:" + hex,
                        hex.substring(0, 8),
                        "digits",
                        "digits@" + hex,
                        "digits@sha256:" + hex,
                        "digits@" + hex.substring(0, 12),
                        DIGITS.sourceId(),
                        "digits@" + DIGITS.sourceId()))
                .allSatisfy(id -> assertThat(models(LineageQuery.dataset(id))).isEqualTo(all));
    }

    @Test
    void anEvaluationDatasetIsFoundButNotInherited() {
        keepFamily();
        List<LineageMatch> matches = store.find(LineageQuery.dataset("held-out"));
        assertThat(matches).extracting(LineageMatch::model).containsExactly(BASE.digest());
        assertThat(matches.get(0).roles()).containsExactly("evaluation");
    }

    @Test
    void anUnknownWholeIdIsAnAnswerAnUnknownNameAMistake() {
        keepFamily();
        assertThat(store.find(LineageQuery.dataset(Digest.of("?").toString()))).isEmpty();
        assertThat(store.find(LineageQuery.dataset("s3-prefix:" + Digest.of("?"))))
                .isEmpty();
        assertThatThrownBy(() -> store.find(LineageQuery.dataset("digitz")))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE))
                .hasMessageContaining("digitz")
                .hasMessageContaining("digits, held-out");
        assertThatThrownBy(() -> store.find(LineageQuery.dataset("held-out@" + DIGITS.contentId())))
                .hasMessageContaining("not known under the name 'held-out'");
    }

    @Test
    void aNameOfTwoVersionsIsAmbiguous() {
        DatasetVersion second = Trainings.dataset("digits", "z.png");
        store.append(Trainings.training(BASE).trainingDataset(DIGITS).statement());
        store.append(Trainings.training(TUNED).trainingDataset(second).statement());
        assertThatThrownBy(() -> store.find(LineageQuery.dataset("digits")))
                .hasMessageContaining("ambiguous")
                .hasMessageContaining(DIGITS.contentId().toString())
                .hasMessageContaining(second.contentId().toString());
    }

    @Test
    void aFileLeadsToTheModelsWhoseDatasetsHaveIt() throws IOException {
        keepFamily();
        Trainings.keepManifest(store, Map.of(), "a.png", "b.png");
        assertThat(models(LineageQuery.file(Digest.of("b.png"))))
                .containsExactly(BASE.digest(), TUNED.digest(), DISTILLED.digest());
        assertThat(models(LineageQuery.file(Digest.of("z.png")))).isEmpty();
        assertThat(store.datasetsWithoutFiles()).containsExactly("held-out@" + HELD_OUT.contentId());
    }

    @Test
    void aManifestFileIsKeptAsItIsButOnlyForItsOwnContent() throws IOException {
        keepFamily();
        Digest content = DIGITS.contentId();
        Path file = store.directory().resolve("copied.json");
        Manifest.of(
                        "digits",
                        new Manifest.Source("manifest:" + content, "s3://data/digits.json"),
                        null,
                        Stream.of("a.png", "b.png")
                                .map(path -> new Manifest.Entry(path, 1, Digest.of(path), null, null, null, null))
                                .toList())
                .write(file);
        assertThatThrownBy(() -> store.keepManifest(file, Digest.of("another")))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("not of");
        assertThat(store.holdsManifest(content)).isFalse();
        store.keepManifest(file, content);
        assertThat(store.holdsManifest(content)).isTrue();
        assertThat(models(LineageQuery.file(Digest.of("b.png")))).contains(BASE.digest());
        assertThat(store.problems()).isEmpty();
    }

    @Test
    void aFileOfAModelLeadsToTheModel() {
        keepFamily();
        LineageMatch match = store.find(LineageQuery.file(Digest.of("tuned"))).get(0);
        assertThat(match.model()).isEqualTo(TUNED.digest());
        assertThat(match.roles()).containsExactly("model");
    }

    @Test
    void aRecordingLeadsToTheModelsWhoseDatasetsHaveIt() throws IOException {
        keepFamily();
        Trainings.keepManifest(store, Map.of("a.png", "drive-7"), "a.png", "b.png");
        assertThat(models(LineageQuery.group("drive-7"))).contains(BASE.digest());
        assertThat(models(LineageQuery.group("drive-8"))).isEmpty();
    }

    @Test
    void commitImageAndParentLeadToModels() {
        keepFamily();
        assertThat(models(LineageQuery.commit(Trainings.COMMIT.substring(0, 7))))
                .contains(BASE.digest())
                .hasSize(3);
        assertThat(models(LineageQuery.image("registry.example/train"))).contains(BASE.digest());
        assertThat(models(LineageQuery.image(IMAGE.toString()))).contains(BASE.digest());
        assertThat(models(LineageQuery.image("registry.example/train@" + IMAGE)))
                .contains(BASE.digest());
        assertThat(models(LineageQuery.image("registry.example/train@" + Digest.of("?"))))
                .isEmpty();
        List<LineageMatch> children = store.find(LineageQuery.model(BASE.digest()));
        assertThat(children).extracting(LineageMatch::model).containsExactly(TUNED.digest(), DISTILLED.digest());
        assertThat(children.get(1).via())
                .extracting(LineageStep::id)
                .containsExactly(TUNED.digest().toString());
    }

    @Test
    void aCycleOfParentsEnds() {
        store.append(Trainings.training(BASE)
                .trainingDataset(DIGITS)
                .parent("models:/d/2", TUNED.digest())
                .statement());
        store.append(
                Trainings.training(TUNED).parent("models:/d/1", BASE.digest()).statement());
        assertThat(models(LineageQuery.dataset("digits"))).containsExactly(BASE.digest(), TUNED.digest());
    }

    @Test
    void theDossierTellsALifeInOrder() {
        Digest report = Digest.of("report");
        store.append(new Promotion(
                        "digits",
                        1,
                        "champion",
                        null,
                        false,
                        false,
                        "ann",
                        null,
                        report,
                        Trainings.START.plusSeconds(90))
                .statement(BASE.digest()));
        store.append(registration("digits", 1).statement(BASE.digest()));
        store.append(GateVerdict.of("pass", report, null, null, null, "all rules hold", Trainings.START.plusSeconds(80))
                .statement(BASE.digest()));
        store.append(Evaluation.of(
                        HELD_OUT, Digest.of("e"), Map.of("accuracy", 0.97), Map.of(), Trainings.START.plusSeconds(70))
                .statement(BASE.digest()));
        store.append(Trainings.training(BASE).statement());
        store.append(Trainings.training(TUNED).statement());
        Dossier dossier = store.dossier(BASE.digest());
        assertThat(dossier.records())
                .extracting(r -> r.predicate().getClass().getSimpleName())
                .containsExactly("Registration", "Provenance", "Evaluation", "GateVerdict", "Promotion");
        assertThat(dossier.of(Promotion.class).get(0).predicate().gate()).isEqualTo(report);
        assertThat(dossier.of(Evaluation.class).get(0).predicate().metrics()).containsEntry("accuracy", 0.97);
        assertThat(store.knows(BASE.digest())).isTrue();
        assertThat(store.knows(DISTILLED.digest())).isFalse();
    }

    @Test
    void keepingAStatementTwiceKeepsOneRecord() throws IOException {
        Statement statement = Trainings.training(BASE).statement();
        Digest first = store.append(statement);
        assertThat(store.append(statement)).isEqualTo(first);
        assertThat(Digest.of(store.record(first))).isEqualTo(first);
        assertThat(store.dossier(BASE.digest()).records()).hasSize(1);
    }

    @Test
    void whatDoesNotBelongThereIsNamedAndSkipped() throws IOException {
        keepFamily();
        Path records = store.directory().resolve("records");
        Digest damaged =
                store.append(Trainings.training(Trainings.model("damaged")).statement());
        Files.writeString(store.record(damaged), "{", java.nio.file.StandardOpenOption.APPEND);
        Digest changed =
                store.append(Trainings.training(Trainings.model("changed")).statement());
        Files.writeString(
                store.record(changed), Files.readString(store.record(changed)).replace("0.1.0", "0.2.0"));
        Files.writeString(records.resolve("notes.txt"), "hello");
        Files.writeString(records.resolve(Digest.of("{}").hex() + ".json"), "{}");
        Files.createDirectories(store.directory().resolve("manifests"));
        Files.writeString(
                store.directory().resolve("manifests").resolve(Digest.of("m").hex() + ".json"), "{\"entries\":[]}");
        assertThat(models(LineageQuery.dataset("digits"))).hasSize(3);
        Map<String, String> problems = store.problems();
        assertThat(problems).hasSize(5);
        assertThat(problems.get("records/notes.txt")).contains("not the digest");
        assertThat(problems.get("records/" + changed.hex() + ".json")).contains("damaged: its bytes have the digest");
        assertThat(problems.get("records/" + Digest.of("{}").hex() + ".json")).contains("no in-toto statement");
        assertThat(problems.get("manifests/" + Digest.of("m").hex() + ".json")).contains("content id");
        Files.delete(records.resolve("notes.txt"));
        assertThat(store.problems()).hasSize(4);
    }

    @Test
    void aStatementOfAFormFromElsewhereIsKeptAndNoProblem() {
        Statement scan = new Statement(
                List.of(ResourceDescriptor.tree("model", BASE.digest())), "https://example.org/scan/v1", null);
        store.append(scan);
        assertThat(store.problems()).isEmpty();
        assertThat(store.dossier(BASE.digest()).records()).isEmpty();
    }

    @Test
    void aDamagedIndexIsMadeAnew() throws IOException {
        keepFamily();
        assertThat(models(LineageQuery.dataset("digits"))).hasSize(3);
        Path index = store.directory().resolve("index.sqlite");
        byte[] whole = Files.readAllBytes(index);
        Files.writeString(index, "this is no database, though it is long enough to have been one".repeat(100));
        assertThat(models(LineageQuery.dataset("digits"))).hasSize(3);
        Files.write(index, java.util.Arrays.copyOf(whole, 5000));
        assertThat(models(LineageQuery.dataset("digits"))).hasSize(3);
        Files.write(index, new byte[0]);
        assertThat(models(LineageQuery.dataset("digits"))).hasSize(3);
        Files.delete(index);
        assertThat(models(LineageQuery.dataset("digits"))).hasSize(3);
    }

    @Test
    void anIndexOfAnotherSchemaIsMadeAnew() throws Exception {
        keepFamily();
        assertThat(models(LineageQuery.dataset("digits"))).hasSize(3);
        try (var connection = new org.sqlite.SQLiteConfig()
                        .createConnection("jdbc:sqlite:" + store.directory().resolve("index.sqlite"));
                var sql = connection.createStatement()) {
            sql.execute("PRAGMA user_version = 77");
            sql.execute("DELETE FROM use");
        }
        assertThat(models(LineageQuery.dataset("digits"))).hasSize(3);
    }

    @Test
    void aRecordTakenAwayIsForgotten() throws IOException {
        keepFamily();
        Digest extra = store.append(
                Trainings.training(Trainings.model("x")).trainingDataset(DIGITS).statement());
        assertThat(models(LineageQuery.dataset("digits"))).hasSize(4);
        Files.delete(store.record(extra));
        assertThat(models(LineageQuery.dataset("digits"))).hasSize(3);
    }

    @Test
    void recordsOfOtherProcessesAreSeenAtOnce() {
        LineageStore other = LineageStore.open(store.directory());
        assertThat(store.find(LineageQuery.file(Digest.of("base")))).isEmpty();
        other.append(Trainings.training(BASE).statement());
        assertThat(models(LineageQuery.file(Digest.of("base")))).containsExactly(BASE.digest());
    }

    @Test
    void aSettledStoreIsNotListedAgainYetNewRecordsAreSeen() throws Exception {
        keepFamily();
        Path records = store.directory().resolve("records");
        Files.setLastModifiedTime(
                records,
                java.nio.file.attribute.FileTime.from(java.time.Instant.now().minus(Duration.ofMinutes(1))));
        assertThat(models(LineageQuery.dataset("digits"))).hasSize(3);
        assertThat(models(LineageQuery.dataset("digits"))).hasSize(3);
        store.append(
                Trainings.training(Trainings.model("x")).trainingDataset(DIGITS).statement());
        assertThat(models(LineageQuery.dataset("digits"))).hasSize(4);
    }
}
