package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** An MLflow 3 server: its runs and its model registry. Nothing is sent before the first call. Thread-safe; to be closed. */
public final class MlflowServer implements TrackingServer, ModelRegistry, AutoCloseable {

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final RetryPolicy RETRY = new RetryPolicy(4, Duration.ofMillis(250), Duration.ofSeconds(5));

    /** MLflow takes at most 36 characters as a dataset's digest; a SHA-256 is longer, so the whole one stands in the source. */
    private static final int DATASET_DIGEST = 36;

    private final String uri;
    private final MlflowCalls calls;
    private final MlflowRest rest;
    private final MlflowRuns runs;
    private final MlflowModels models;
    private final MlflowArtifacts artifacts;
    private final ObjectStore store;

    private MlflowServer(MlflowSettings settings, ObjectStore store, RetryPolicy retry, Duration answerTimeout) {
        this.uri = settings.trackingUri().toString();
        this.calls = new MlflowCalls(settings.trackingUri(), retry);
        this.rest = new MlflowRest(settings, answerTimeout);
        this.runs = new MlflowRuns(rest, calls);
        this.models = new MlflowModels(rest, calls);
        this.store = store;
        this.artifacts = new MlflowArtifacts(rest, calls, store);
    }

    /** @param store where artifacts lie when their root is {@code s3://}, or null */
    public static MlflowServer connect(MlflowSettings settings, ObjectStoreSettings store) {
        return connect(settings, store, RETRY, ANSWER_TIMEOUT);
    }

    /**
     * As {@link #connect(MlflowSettings, ObjectStoreSettings)}.
     *
     * @param answerTimeout how long the server may be silent
     */
    public static MlflowServer connect(
            MlflowSettings settings, ObjectStoreSettings store, RetryPolicy retry, Duration answerTimeout) {
        return new MlflowServer(settings, store == null ? null : ObjectStore.connect(store), retry, answerTimeout);
    }

    /**
     * As {@link #connect(MlflowSettings, ObjectStoreSettings)}, over a connection to the object store that is there already.
     *
     * @param store closed with this; null for none
     */
    public static MlflowServer over(MlflowSettings settings, ObjectStore store) {
        return new MlflowServer(settings, store, RETRY, ANSWER_TIMEOUT);
    }

    /**
     * Asks the server who it is, and for something that it tells only to those it lets in.
     *
     * @return its version, for example {@code 3.17.2}
     * @throws MlopsException as all calls do, and of kind FAILED when it is no MLflow server
     */
    public String probe() {
        return new MlflowProbe(URI.create(uri), rest, calls).run();
    }

    @Override
    public String uri() {
        return uri;
    }

    @Override
    public String runUrl(TrackedRun run) {
        return uri + "/#/experiments/" + run.experimentId() + "/runs/" + run.runId();
    }

    /** The link to a model version's page. */
    public String versionUrl(String model, int version) {
        return uri + "/#/models/"
                + URLEncoder.encode(model, StandardCharsets.UTF_8).replace("+", "%20") + "/versions/" + version;
    }

    /** Makes an experiment when it is missing; whoever makes it may do everything with it, on a server that knows permissions. */
    public void makeExperiment(String name) {
        runs.experimentId(name);
    }

    @Override
    public TrackedRun createRun(String experiment, String runName, Map<String, String> tags) {
        return runs.create(experiment, runName, tags);
    }

    @Override
    public Optional<TrackedRun> run(String runId) {
        return runs.get(runId);
    }

    @Override
    public List<TrackedRun> runsByTag(String experiment, String key, String value) {
        return runs.byTag(experiment, key, value);
    }

    @Override
    public void logParams(String runId, Map<String, String> params) {
        runs.logParams(runId, params);
    }

    @Override
    public boolean takesName(String name) {
        return MlflowLimits.isKey(name);
    }

    @Override
    public void logMetrics(String runId, Map<String, Double> metrics) {
        runs.logMetrics(runId, metrics);
    }

    @Override
    public void setTags(String runId, Map<String, String> tags) {
        runs.setTags(runId, tags);
    }

    @Override
    public void logDataset(String runId, DatasetVersion dataset, String context) {
        String content = dataset.contentId() == null ? "" : dataset.contentId().hex();
        Map<String, Object> source = new LinkedHashMap<>();
        source.put("uri", dataset.source());
        source.put("sourceId", dataset.sourceId());
        source.put("contentId", content.isEmpty() ? null : dataset.contentId());
        Map<String, Object> input = new LinkedHashMap<>();
        input.put("name", dataset.name());
        input.put("digest", content.isEmpty() ? "unknown" : content.substring(0, DATASET_DIGEST));
        input.put("source_type", "mlops");
        input.put("source", Documents.toJson(source));
        input.put("profile", Documents.toJson(Map.of("files", dataset.files(), "bytes", dataset.bytes())));
        Map<String, Object> body = Map.of(
                "run_id",
                runId,
                "datasets",
                List.of(Map.of(
                        "dataset", input, "tags", List.of(Map.of("key", "mlflow.data.context", "value", context)))));
        calls.require("Logging the dataset " + dataset.name(), () -> rest.post("runs/log-inputs", body));
    }

    @Override
    public void endRun(String runId, RunStatus status) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("run_id", runId);
        body.put("status", status.name());
        if (status != RunStatus.RUNNING && status != RunStatus.SCHEDULED) {
            body.put("end_time", System.currentTimeMillis());
        }
        calls.require("Setting run " + runId + " to " + status, () -> rest.post("runs/update", body));
    }

    @Override
    public void uploadArtifacts(String runId, Path fileOrDirectory, String artifactPath) {
        artifacts.upload(required(runId), fileOrDirectory, artifactPath);
    }

    @Override
    public List<String> listArtifacts(String runId, String artifactPath) {
        return artifacts.list(required(runId), artifactPath);
    }

    @Override
    public byte[] readArtifact(String runId, String artifactPath, int maxBytes) {
        return artifacts.read(required(runId), artifactPath, maxBytes);
    }

    @Override
    public void downloadArtifacts(String runId, String artifactPath, Path into, long maxBytes) {
        artifacts.download(required(runId), artifactPath, into, maxBytes);
    }

    /**
     * Files of a run, those nearest to its root first, found with few requests: for who looks around and needs no whole list.
     *
     * @param most how many at most, 1 to 1000; where files lie in very many directories, fewer may be found
     */
    public List<RunArtifact> someArtifacts(TrackedRun run, int most) {
        return artifacts.some(run, most);
    }

    /**
     * The bytes of a small file of a run whose beginning is wanted; of others no more than that is read.
     *
     * @param head how long the beginning is that is looked at
     * @return empty when the beginning is not wanted, or the file has more than {@code maxBytes}
     */
    public Optional<byte[]> readArtifact(
            TrackedRun run, String path, int maxBytes, int head, Predicate<byte[]> wanted) {
        return artifacts.read(run, path, maxBytes, head, wanted);
    }

    /**
     * What a run logged of a metric, by step and time.
     *
     * @param most the server is not asked for more once there are so many
     */
    public List<MetricPoint> metricHistory(String runId, String metric, int most) {
        return runs.history(runId, metric, most);
    }

    private TrackedRun required(String runId) {
        return run(runId)
                .orElseThrow(() -> MlopsException.failed(
                        "The MLflow server " + uri + " has no run " + runId + ": was it deleted?"));
    }

    @Override
    public List<String> models() {
        return models.models();
    }

    /** All registered models, by name. */
    public List<RegisteredModel> registeredModels() {
        return models.registeredModels();
    }

    /** One of them. */
    public Optional<RegisteredModel> registeredModel(String model) {
        return models.registeredModel(model);
    }

    @Override
    public ModelVersion createVersion(String model, String source, String runId, Map<String, String> tags) {
        return models.createVersion(model, source, runId, tags);
    }

    @Override
    public Optional<ModelVersion> version(String model, int version) {
        return models.version(model, version);
    }

    @Override
    public Optional<ModelVersion> byAlias(String model, String alias) {
        return models.byAlias(model, alias);
    }

    @Override
    public List<ModelVersion> versions(String model) {
        return models.versions(model);
    }

    @Override
    public void setAlias(String model, String alias, int version) {
        models.setAlias(model, alias, version);
    }

    @Override
    public void deleteAlias(String model, String alias) {
        models.deleteAlias(model, alias);
    }

    @Override
    public void setVersionTags(String model, int version, Map<String, String> tags) {
        models.setVersionTags(model, version, tags);
    }

    @Override
    public Map<String, String> modelTags(String model) {
        return models.modelTags(model);
    }

    @Override
    public void setModelTags(String model, Map<String, String> tags) {
        models.setModelTags(model, tags);
    }

    @Override
    public void close() {
        rest.close();
        if (store != null) {
            store.close();
        }
    }
}
