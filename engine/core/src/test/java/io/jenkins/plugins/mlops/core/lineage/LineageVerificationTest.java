package io.jenkins.plugins.mlops.core.lineage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Check;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Outcome;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineageVerificationTest {

    private static final ModelFiles MODEL = Trainings.model("model");
    private static final ModelFiles PARENT = Trainings.model("parent");
    private static final Statement STATEMENT = Trainings.training(MODEL)
            .parent("models:/digits/1", PARENT.digest())
            .statement();
    private static final Statement OF_PARENT = Trainings.training(PARENT).statement();

    @TempDir
    Path directory;

    private final FakeMlflow mlflow = new FakeMlflow();
    private LineageStore store;

    @BeforeEach
    void open() {
        store = LineageStore.open(directory);
    }

    private static Map<String, String> tags(ModelFiles model, Statement record) {
        return Map.of(
                RunTags.MODEL_DIGEST, model.digest().toString(),
                RunTags.LINEAGE, record.digest().toString());
    }

    private ModelVersion register() {
        mlflow.register("digits", 1, tags(PARENT, OF_PARENT), Map.of(), OF_PARENT.toBytes());
        return mlflow.register("digits", 2, tags(MODEL, STATEMENT), tags(MODEL, STATEMENT), STATEMENT.toBytes());
    }

    private List<Check> verify() {
        RegisteredModels registered = mlflow.over(store);
        ModelLocator.Located located =
                new ModelLocator(store, registered).locate(ModelName.parse("digits/2", directory));
        return new LineageVerification(store, registered).verify(located);
    }

    private static Outcome outcome(List<Check> checks, String check) {
        return checks.stream()
                .filter(c -> c.check().equals(check))
                .findFirst()
                .orElseThrow()
                .outcome();
    }

    @Test
    void recordsAreFetchedAndEverythingAgrees() {
        register();
        assertThat(verify()).extracting(Check::outcome).containsOnly(Outcome.OK);
        assertThat(store.knows(MODEL.digest())).isTrue();
        assertThat(store.knows(PARENT.digest())).isTrue();
        assertThat(Digest.of(store.bytes(store.record(STATEMENT.digest())).bytes()))
                .isEqualTo(STATEMENT.digest());
    }

    @Test
    void anArtifactThatWasChangedFails() {
        ModelVersion version = register();
        store.append(STATEMENT);
        mlflow.changeArtifact(version, OF_PARENT.toBytes());
        assertThat(outcome(verify(), "artifact")).isEqualTo(Outcome.FAILED);
    }

    @Test
    void anArtifactThatIsNotWhatTheTagNamesIsNeverTaken() {
        ModelVersion version = register();
        mlflow.changeArtifact(version, OF_PARENT.toBytes());
        assertThatThrownBy(this::verify)
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.FAILED))
                .hasMessageContaining("was changed");
        assertThat(store.knows(MODEL.digest())).isFalse();
    }

    @Test
    void aTagOfAnotherModelFails() {
        mlflow.register("digits", 1, tags(PARENT, OF_PARENT), Map.of(), OF_PARENT.toBytes());
        mlflow.register("digits", 2, tags(MODEL, STATEMENT), tags(PARENT, STATEMENT), STATEMENT.toBytes());
        List<Check> checks = verify();
        assertThat(outcome(checks, "version tag mlops.model.digest")).isEqualTo(Outcome.OK);
        assertThat(outcome(checks, "run tag mlops.model.digest")).isEqualTo(Outcome.FAILED);
    }

    @Test
    void aParentThatNobodyRecordedFails() {
        mlflow.register("digits", 2, tags(MODEL, STATEMENT), Map.of(), STATEMENT.toBytes());
        assertThat(outcome(verify(), "parent")).isEqualTo(Outcome.FAILED);
    }

    @Test
    void aRecordThatIsDamagedInTheStoreFails() throws Exception {
        register();
        store.append(STATEMENT);
        Files.writeString(store.record(STATEMENT.digest()), "{}");
        List<Check> checks = verify();
        assertThat(outcome(checks, "record")).isEqualTo(Outcome.FAILED);
        assertThat(outcome(checks, "statement")).isEqualTo(Outcome.FAILED);
    }

    @Test
    void aPromotionAgainstItsGateFails() {
        register();
        Digest report = Digest.of("report");
        store.append(GateVerdict.of("fail", report, null, null, null, null, Trainings.START)
                .statement(MODEL.digest()));
        store.append(new Promotion(
                        "digits", 2, "champion", 1, false, false, "ann", null, report, Trainings.START.plusSeconds(1))
                .statement(MODEL.digest()));
        assertThat(outcome(verify(), "promotion")).isEqualTo(Outcome.FAILED);
    }

    @Test
    void versionsWithoutARecordAreListedNotLeftOut() {
        register();
        mlflow.register("byhand", 1, Map.of(), Map.of(), null);
        mlflow.register(
                "lost", 1, tags(MODEL, Trainings.training(MODEL).gap("other").statement()), Map.of(), null);
        mlflow.register(
                "lost",
                2,
                tags(
                        Trainings.model("x"),
                        Trainings.training(Trainings.model("x")).statement()),
                Map.of(),
                null);
        List<RegisteredModels.Unknown> unknown = mlflow.over(store).fetchAll();
        assertThat(unknown)
                .extracting(version -> version.name() + "/" + version.version())
                .containsExactly("byhand/1", "lost/2");
        assertThat(unknown.get(0).reason()).contains("no tag mlops.lineage");
        assertThat(unknown.get(1).reason()).contains("neither in the lineage store nor among the artifacts");
    }
}
