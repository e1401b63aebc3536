package io.jenkins.plugins.mlops.model;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The MLflow runs of versions: their metrics and parameters. Those of ended runs are kept for some minutes. */
final class RunNumbers {

    private static final Duration KEPT = Duration.ofMinutes(5);
    private static final int MOST = 2000;

    private record Key(String url, String runId) {}

    private static final Cache<Key, TrackedRun> ENDED =
            CacheBuilder.newBuilder().expireAfterWrite(KEPT).maximumSize(MOST).build();

    private RunNumbers() {}

    /** By run id; runs that are gone are missing. */
    static RegistryCache.Answer<Map<String, TrackedRun>> of(MlflowProfile profile, Collection<ModelVersion> versions) {
        List<String> ids = versions.stream()
                .map(ModelVersion::runId)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        if (ids.isEmpty()) {
            return new RegistryCache.Answer<>(Map.of(), null, null, false);
        }
        return RegistryCache.get()
                .ask(profile, "runs " + String.join(" ", ids), server -> read(server, profile.getUrl(), ids));
    }

    private static Map<String, TrackedRun> read(MlflowServer server, String url, List<String> ids) {
        Map<String, TrackedRun> runs = new HashMap<>();
        for (String id : ids) {
            Key key = new Key(url, id);
            TrackedRun kept = ENDED.getIfPresent(key);
            if (kept != null) {
                runs.put(id, kept);
                continue;
            }
            server.run(id).ifPresent(run -> {
                runs.put(id, run);
                if (run.status() != RunStatus.RUNNING && run.status() != RunStatus.SCHEDULED) {
                    ENDED.put(key, run);
                }
            });
        }
        return runs;
    }
}
