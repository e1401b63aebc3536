package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.registry.ModelRegistry;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One run of an MLflow server, in memory. As a real client does, it cannot work on an interrupted thread. */
final class FakeMlflow implements TrackingServer, ModelRegistry {

    static final String RUN = "0123456789abcdef0123456789abcdef";

    final List<RunStatus> statuses = new ArrayList<>();
    final Map<String, String> tags = new TreeMap<>();
    final Map<String, String> params = new TreeMap<>();
    final Map<String, Double> metrics = new TreeMap<>();
    final Map<String, String> datasets = new TreeMap<>();
    final Map<String, byte[]> artifacts = new TreeMap<>();
    /** The metrics that a run has when it is read; null for a run that cannot be. */
    Map<String, Double> known;

    final Map<Integer, ModelVersion> versions = new LinkedHashMap<>();

    /** Hears every call by its name before it does anything. */
    Consumer<String> before = call -> {};

    private void called(String call) {
        before.accept(call);
        if (Thread.currentThread().isInterrupted()) {
            throw MlopsException.interrupted("The request to MLflow");
        }
    }

    RunStatus status() {
        return statuses.isEmpty() ? null : statuses.get(statuses.size() - 1);
    }

    @Override
    public String uri() {
        return "http://mlflow.example.org";
    }

    @Override
    public String runUrl(TrackedRun run) {
        return uri() + "/runs/" + run.runId();
    }

    @Override
    public TrackedRun createRun(String experiment, String runName, Map<String, String> newTags) {
        called("createRun");
        statuses.add(RunStatus.RUNNING);
        tags.putAll(newTags);
        return new TrackedRun(
                RUN, "1", runName, RunStatus.RUNNING, "mlflow-artifacts:/1/" + RUN, Map.of(), Map.of(), newTags);
    }

    @Override
    public Optional<TrackedRun> run(String runId) {
        return Optional.ofNullable(known)
                .map(metrics ->
                        new TrackedRun(runId, "1", "digits", RunStatus.RUNNING, "", Map.of(), metrics, Map.of()));
    }

    @Override
    public List<TrackedRun> runsByTag(String experiment, String key, String value) {
        return List.of();
    }

    @Override
    public void logParams(String runId, Map<String, String> newParams) {
        called("logParams");
        params.putAll(newParams);
    }

    @Override
    public boolean takesName(String name) {
        return !name.contains("%");
    }

    @Override
    public void logMetrics(String runId, Map<String, Double> newMetrics) {
        called("logMetrics");
        metrics.putAll(newMetrics);
    }

    @Override
    public void setTags(String runId, Map<String, String> newTags) {
        called("setTags");
        tags.putAll(newTags);
    }

    @Override
    public void logDataset(String runId, DatasetVersion dataset, String context) {
        called("logDataset");
        datasets.put(context, dataset.name());
    }

    @Override
    public void endRun(String runId, RunStatus status) {
        called("endRun " + status);
        statuses.add(status);
    }

    @Override
    public void uploadArtifacts(String runId, Path fileOrDirectory, String artifactPath) {
        called("upload " + artifactPath);
        try (Stream<Path> below = Files.walk(fileOrDirectory)) {
            for (Path file : (Iterable<Path>) below.filter(Files::isRegularFile)::iterator) {
                artifacts.put(artifactPath + "/" + fileOrDirectory.relativize(file), Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<String> listArtifacts(String runId, String artifactPath) {
        return artifacts.keySet().stream()
                .filter(path -> path.startsWith(artifactPath))
                .toList();
    }

    @Override
    public byte[] readArtifact(String runId, String artifactPath, int maxBytes) {
        called("read");
        return artifacts.get(artifactPath);
    }

    @Override
    public void downloadArtifacts(String runId, String artifactPath, Path into, long maxBytes) {
        called("download");
        try {
            for (Map.Entry<String, byte[]> artifact : artifacts.entrySet()) {
                if (artifact.getKey().startsWith(artifactPath + "/")) {
                    Path file = into.resolve(artifact.getKey().substring(artifactPath.length() + 1));
                    Files.createDirectories(file.getParent());
                    Files.write(file, artifact.getValue());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void register(String name, int version, String alias, Map<String, String> versionTags) {
        versions.put(
                version,
                new ModelVersion(
                        name,
                        version,
                        "mlflow-artifacts:/1/" + RUN + "/artifacts/parent",
                        RUN,
                        List.of(alias),
                        versionTags,
                        Instant.EPOCH));
    }

    @Override
    public ModelVersion createVersion(String model, String source, String runId, Map<String, String> versionTags) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<ModelVersion> version(String model, int version) {
        return Optional.ofNullable(versions.get(version));
    }

    @Override
    public Optional<ModelVersion> byAlias(String model, String alias) {
        return versions.values().stream()
                .filter(version -> version.aliases().contains(alias))
                .findFirst();
    }

    @Override
    public List<String> models() {
        return List.of();
    }

    @Override
    public List<ModelVersion> versions(String model) {
        return List.copyOf(versions.values());
    }

    @Override
    public void setAlias(String model, String alias, int version) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void deleteAlias(String model, String alias) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setVersionTags(String model, int version, Map<String, String> versionTags) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, String> modelTags(String model) {
        return Map.of();
    }

    @Override
    public void setModelTags(String model, Map<String, String> modelTags) {
        throw new UnsupportedOperationException();
    }
}
