package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The real MLflow server of the tests, with an experiment of one test's own. */
public final class TestMlflow implements AutoCloseable {

    private final URI uri;
    private final String experiment = "with-mlflow-" + UUID.randomUUID();
    private final MlflowServer server;

    private TestMlflow(URI uri) {
        this.uri = uri;
        this.server = MlflowServer.connect(new MlflowSettings(uri, null), null);
    }

    public static TestMlflow assumed() {
        return new TestMlflow(TestServers.mlflow());
    }

    public URI uri() {
        return uri;
    }

    public String experiment() {
        return experiment;
    }

    public MlflowServer server() {
        return server;
    }

    /** Makes it the server of this JVM's Jenkins. */
    void configure() {
        MlopsConfiguration.get().setMlflowServers(List.of(new MlflowProfile("test", uri.toString())));
    }

    /** All runs of the experiment, whoever made them. */
    public List<TrackedRun> runs() throws IOException, InterruptedException {
        JsonNode found = Documents.json()
                .readTree(answer(HttpRequest.newBuilder(
                        uri.resolve("/api/2.0/mlflow/experiments/get-by-name?experiment_name=" + experiment))));
        String id = found.path("experiment").path("experiment_id").asText();
        JsonNode runs = Documents.json()
                .readTree(answer(HttpRequest.newBuilder(uri.resolve("/api/2.0/mlflow/runs/search"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"experiment_ids\": [\"" + id + "\"]}"))));
        List<TrackedRun> all = new ArrayList<>();
        runs.path("runs")
                .forEach(run -> all.add(
                        server.run(run.path("info").path("run_id").asText()).orElseThrow()));
        return all;
    }

    private static String answer(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(request.build(), BodyHandlers.ofString())
                .body();
    }

    /** The only one of these. */
    TrackedRun only() throws IOException, InterruptedException {
        List<TrackedRun> runs = runs();
        assertThat(runs).hasSize(1);
        return runs.get(0);
    }

    @Override
    public void close() {
        server.close();
    }
}
