package io.jenkins.plugins.mlops.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.TestBuckets;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Artifacts of runs whose root lies in a bucket: straight to the S3 server of {@code MLOPS_TEST_S3}. */
class S3ArtifactsIT {

    private final String name = "it-" + UUID.randomUUID();
    private MlflowSettings mlflow;
    private ObjectStoreSettings store;

    @TempDir
    private Path directory;

    @BeforeEach
    void anExperimentInABucket() throws Exception {
        String uri = System.getenv("MLOPS_TEST_MLFLOW");
        String s3 = System.getenv("MLOPS_TEST_S3");
        assumeTrue(uri != null && s3 != null, "MLOPS_TEST_MLFLOW and MLOPS_TEST_S3 name no servers");
        String user = System.getenv("MLOPS_TEST_S3_ACCESS_KEY");
        String secret = System.getenv("MLOPS_TEST_S3_SECRET_KEY");
        mlflow = new MlflowSettings(URI.create(uri), null);
        store = new ObjectStoreSettings(
                URI.create(s3), "us-east-1", new ObjectStoreSettings.Credentials(user, secret, null));
        HttpResponse<String> made = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(uri + "/api/2.0/mlflow/experiments/create"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(
                                        "{\"name\":\"" + name + "\",\"artifact_location\":\"s3://" + name + "/ml\"}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
        TestBuckets.make(store, name);
    }

    @Test
    void artifactsGoStraightToTheBucketAndBack() throws Exception {
        Path model = Files.createDirectories(directory.resolve("model/sub dir"));
        Files.writeString(model.resolve("ä + (1).txt"), "weights");
        Files.write(directory.resolve("model/empty"), new byte[0]);
        try (MlflowServer server = MlflowServer.connect(mlflow, store)) {
            TrackedRun run = server.createRun(name, "s3", Map.of());
            assertThat(run.artifactUri()).startsWith("s3://" + name + "/ml/");
            server.uploadArtifacts(run.runId(), directory.resolve("model"), "model");
            server.uploadArtifacts(run.runId(), model.resolve("ä + (1).txt"), "model-card/one.txt");
            assertThat(server.listArtifacts(run.runId(), "model"))
                    .containsExactlyInAnyOrder("empty", "sub dir/ä + (1).txt");
            assertThat(server.listArtifacts(run.runId(), "")).hasSize(3);
            server.downloadArtifacts(run.runId(), "model", directory.resolve("into"));
            server.downloadArtifacts(run.runId(), "model-card/one.txt", directory.resolve("into"));
            assertThat(server.readArtifact(run.runId(), "model-card/one.txt", 7))
                    .asString()
                    .isEqualTo("weights");
            assertThatThrownBy(() -> server.readArtifact(run.runId(), "model-card/one.txt", 6))
                    .hasMessageContaining("larger than 6 bytes");
        }
        assertThat(directory.resolve("into/sub dir/ä + (1).txt")).hasContent("weights");
        assertThat(directory.resolve("into/empty")).isEmptyFile();
        assertThat(directory.resolve("into/one.txt")).hasContent("weights");
    }

    @Test
    void withoutAnObjectStoreTheMissingSettingIsNamed() throws Exception {
        Path file = Files.writeString(directory.resolve("f"), "x");
        try (MlflowServer server = MlflowServer.connect(mlflow, null)) {
            TrackedRun run = server.createRun(name, "s3", Map.of());
            assertThatThrownBy(() -> server.uploadArtifacts(run.runId(), file, "f"))
                    .hasMessageContaining("AWS_ENDPOINT_URL_S3");
        }
    }
}
