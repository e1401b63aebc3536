package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.registry.ModelRegistry;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An MLflow server in memory, as far as lineage asks one. */
final class FakeMlflow {

    private final Map<String, ModelVersion> versions = new TreeMap<>();
    private final Map<String, TrackedRun> runs = new HashMap<>();
    private final Map<String, byte[]> artifacts = new HashMap<>();

    /** Registers a version with a run of its own. @param artifact null for none */
    ModelVersion register(
            String name, int version, Map<String, String> tags, Map<String, String> runTags, byte[] artifact) {
        String runId = name + "-run-" + version;
        runs.put(
                runId,
                new TrackedRun(
                        runId, "1", runId, RunStatus.FINISHED, "mlflow-artifacts:/1", Map.of(), Map.of(), runTags));
        if (artifact != null) {
            artifacts.put(runId, artifact);
        }
        ModelVersion made =
                new ModelVersion(name, version, "runs:/" + runId, runId, List.of("champion"), tags, Trainings.START);
        versions.put(name + "/" + version, made);
        return made;
    }

    void changeArtifact(ModelVersion version, byte[] artifact) {
        artifacts.put(version.runId(), artifact);
    }

    RegisteredModels over(LineageStore store) {
        return new RegisteredModels(as(ModelRegistry.class), as(TrackingServer.class), store);
    }

    private <T> T as(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> answer(method, args)));
    }

    private Object answer(Method method, Object[] args) {
        return switch (method.getName()) {
            case "models" ->
                versions.values().stream().map(ModelVersion::name).distinct().toList();
            case "versions" ->
                versions.values().stream()
                        .filter(version -> version.name().equals(args[0]))
                        .toList();
            case "version" -> Optional.ofNullable(versions.get(args[0] + "/" + args[1]));
            case "byAlias" ->
                versions.values().stream()
                        .filter(version -> version.name().equals(args[0])
                                && version.aliases().contains(args[1]))
                        .findFirst();
            case "run" -> Optional.ofNullable(runs.get(args[0]));
            case "listArtifacts" -> artifacts.containsKey(args[0]) ? List.of("provenance.json") : List.of();
            case "readArtifact" -> artifacts.get(args[0]);
            default -> throw new UnsupportedOperationException(method.getName());
        };
    }
}
