package io.jenkins.plugins.mlops.core.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.PublishOptions;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.image.ImageResolver;
import io.jenkins.plugins.mlops.core.image.RegistrySettings;
import io.jenkins.plugins.mlops.core.lineage.Evaluation;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Check;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Outcome;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.lineage.ModelLocator;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.TestBuckets;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the MLflow and the S3 server that {@code MLOPS_TEST_MLFLOW} and {@code MLOPS_TEST_S3} name. */
class DeepVerificationIT {

    private static final Instant TRAINED = Instant.parse("2026-11-02T10:01:00Z");

    @TempDir
    private Path directory;

    private final String name = "deep-it-" + UUID.randomUUID();
    private ObjectStoreSettings settings;
    private ObjectStore store;
    private MlflowServer server;
    private ImageResolver images;
    private LineageStore lineage;
    private Datasets datasets;
    private S3Uri bucket;
    private Manifest published;
    private S3Uri prefix;
    private ModelLocator.Located model;
    private TrackedRun run;

    @BeforeEach
    void train() throws IOException {
        String s3 = System.getenv("MLOPS_TEST_S3");
        String mlflow = System.getenv("MLOPS_TEST_MLFLOW");
        assumeTrue(s3 != null && mlflow != null, "MLOPS_TEST_MLFLOW and MLOPS_TEST_S3 name no servers");
        settings = new ObjectStoreSettings(
                URI.create(s3),
                "us-east-1",
                new ObjectStoreSettings.Credentials(
                        System.getenv("MLOPS_TEST_S3_ACCESS_KEY"), System.getenv("MLOPS_TEST_S3_SECRET_KEY"), null));
        bucket = new S3Uri(name, "");
        TestBuckets.make(settings, name);
        store = ObjectStore.connect(settings);
        server = MlflowServer.connect(new MlflowSettings(URI.create(mlflow), null), null);
        images = new ImageResolver(RegistrySettings.anonymous());
        lineage = LineageStore.open(directory.resolve("lineage"));
        datasets = new Datasets(store, DatasetCache.at(directory.resolve("cache")));

        Path data = Files.createDirectories(directory.resolve("data"));
        for (int i = 0; i < 3; i++) {
            Files.writeString(data.resolve(i + ".txt"), "file " + i);
        }
        published = datasets.publish(
                        data, "digits", bucket.resolve("published"), PublishOptions.DEFAULT, ProgressListener.NONE)
                .manifest();
        lineage.keepManifest(published);
        prefix = bucket.resolve("raw/");
        put(prefix.resolve("a.txt"), "a");
        put(prefix.resolve("b.txt"), "b");

        Path files = Files.createDirectories(directory.resolve("model"));
        Files.writeString(files.resolve("model.npz"), "weights");
        ModelFiles trained = ModelFiles.of(files);
        run = server.createRun(name, "training", Map.of());
        server.logParams(run.runId(), Map.of("lr", "0.1", "epochs", "3", "seed", "7"));
        server.logMetrics(run.runId(), Map.of("eval/accuracy", 0.97));
        server.uploadArtifacts(run.runId(), files, "model");
        server.endRun(run.runId(), RunStatus.FINISHED);
        ModelVersion version = server.createVersion(
                name,
                run.artifactUri() + "/model",
                run.runId(),
                Map.of("mlops.model.digest", trained.digest().toString()));
        lineage.append(Provenance.training(trained)
                .builder("https://plugins.jenkins.io/mlops-pipeline/cli", Map.of("mlops", "0.1.0"))
                .run("1", TRAINED.minusSeconds(60), TRAINED)
                .external("params", Map.of("lr", 0.1, "epochs", 3))
                .external("seed", 7)
                .trainingDataset(published.version())
                .evaluationDataset(datasets.resolve(DatasetReference.ofPrefix(prefix.toString())))
                .image("localhost:1/train", Digest.of("image"))
                .mlflowRun(server.runUrl(run), name, run.runId())
                .statement());
        lineage.append(Evaluation.of(null, Digest.of("e"), Map.of("accuracy", 0.97), Map.of(), TRAINED)
                .statement(trained.digest()));
        model = new ModelLocator.Located(trained.digest(), List.of(version), null);
    }

    @AfterEach
    void close() {
        if (server != null) {
            images.close();
            server.close();
            store.close();
        }
    }

    private void put(S3Uri object, String content) throws IOException {
        Path file = Files.writeString(directory.resolve("sent"), content);
        store.put(object, LocalFile.read(file));
    }

    private List<Check> verify(boolean read) {
        return new DeepVerification(
                        lineage,
                        new DatasetAudit(datasets, lineage, read, ProgressListener.NONE),
                        new ImageAudit(images),
                        new MlflowAudit(server))
                .verify(model);
    }

    private static void found(List<Check> checks, String check, Outcome outcome, String detail) {
        assertThat(checks).anySatisfy(found -> {
            assertThat(found.check()).isEqualTo(check);
            assertThat(found.outcome()).isEqualTo(outcome);
            assertThat(found.detail()).contains(detail);
        });
    }

    @Test
    void whatIsStillThereIsSaid() {
        List<Check> checks = verify(false);
        assertThat(checks).noneMatch(check -> check.outcome() == Outcome.FAILED).hasSize(5);
        found(checks, "dataset", Outcome.OK, "3 files, 18 B are in the store as they were, by size");
        found(checks, "dataset", Outcome.OK, "what lay there");
        found(checks, "image", Outcome.UNKNOWN, "localhost:1");
        found(checks, "run", Outcome.OK, "with the recorded parameters and metrics");
        found(checks, "files", Outcome.OK, "1 files in MLflow make the model's content id");
        found(verify(true), "dataset", Outcome.OK, "by their bytes");
    }

    @Test
    void datasetsThatAreGoneOrChangedAreFound() throws IOException {
        S3Uri blob = new S3Uri(published.bucket(), published.entries().get(0).key());
        put(blob, "eve  0");
        found(verify(false), "dataset", Outcome.OK, "by size");
        found(verify(true), "dataset", Outcome.FAILED, "0.txt has other bytes in the store");
        put(blob, "longer");
        put(prefix.resolve("a.txt"), "A");
        TestBuckets.delete(
                settings,
                new S3Uri(published.bucket(), published.entries().get(1).key()));
        List<Check> checks = verify(false);
        found(checks, "dataset", Outcome.FAILED, "1.txt is gone");
        found(checks, "dataset", Outcome.FAILED, "another state now");
    }

    @Test
    void aPrefixsManifestPinsItsObjects() throws IOException {
        Manifest snapshot = datasets.snapshot(prefix, 2, ProgressListener.NONE);
        assertThat(datasets.checkStored(snapshot, false, 2, ProgressListener.NONE)
                        .intact())
                .isTrue();
        put(prefix.resolve("a.txt"), "A");
        assertThat(datasets.checkStored(snapshot, false, 2, ProgressListener.NONE)
                        .problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.problem()).contains("was replaced in the store"));
    }

    @Test
    void runsAndFilesThatChangedAreFound() throws IOException {
        server.logMetrics(run.runId(), Map.of("eval/accuracy", 0.99));
        Path forged = Files.writeString(directory.resolve("model.npz"), "forged");
        server.uploadArtifacts(run.runId(), forged, "model/model.npz");
        List<Check> checks = verify(false);
        found(checks, "run", Outcome.FAILED, "its metric eval/accuracy is 0.99, recorded is [0.97]");
        found(checks, "files", Outcome.FAILED, "the files in MLflow make sha256:");
    }
}
