package io.jenkins.plugins.mlops.core.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy.Attempt;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.mlflow.api.proto.Service;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowClientException;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;

/**
 * Runs: the search for them by MLflow's Java client, the rest by REST. The client (seen in 2.17.2) repeats a request three times
 * by itself, whatever error was answered; takes its credentials along when a GET is redirected to another server; and takes the
 * redirect of a POST, to a login page for example, for success. So it neither creates, reads nor changes a run. It sets no time
 * limit on an answer either, so each of its calls runs on a thread of its own and is abandoned when it takes too long or the
 * caller is interrupted. Thread-safe.
 */
final class MlflowRuns implements AutoCloseable {

    /** By this tag a run is found again when the answer to its creation was lost. */
    private static final String IDENTITY_TAG = RunTags.RUN;

    private final MlflowClient client;
    private final MlflowRest rest;
    private final MlflowCalls calls;
    private final Duration answerTimeout;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "mlflow-client");
        thread.setDaemon(true);
        return thread;
    });

    MlflowRuns(MlflowSettings settings, MlflowRest rest, MlflowCalls calls, Duration answerTimeout) {
        this.client = new MlflowClient(credentials(settings));
        this.rest = rest;
        this.calls = calls;
        this.answerTimeout = answerTimeout;
    }

    private static BasicMlflowHostCreds credentials(MlflowSettings settings) {
        String host = settings.trackingUri().toString();
        MlflowSettings.Credentials given = settings.credentials();
        if (given == null) {
            return new BasicMlflowHostCreds(host);
        }
        return given.token() == null
                ? new BasicMlflowHostCreds(host, given.username(), given.password())
                : new BasicMlflowHostCreds(host, given.token());
    }

    TrackedRun create(String experiment, String name, Map<String, String> tags) {
        Map<String, String> all = new LinkedHashMap<>(tags);
        String identity =
                all.computeIfAbsent(IDENTITY_TAG, key -> UUID.randomUUID().toString());
        MlflowLimits.tags(all);
        String what = "Starting a run in the experiment '" + experiment + "'";
        String experimentId = experimentId(experiment);
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("experiment_id", experimentId);
        request.put("run_name", name);
        request.put("start_time", System.currentTimeMillis());
        request.put("tags", entries(all));
        boolean[] sent = {false};
        String runId = calls.require(what, () -> {
            if (sent[0]) {
                Optional<String> lost = find(experimentId, identity);
                if (lost.isPresent()) {
                    return lost.get();
                }
            }
            sent[0] = true;
            return rest.post("runs/create", request)
                    .path("run")
                    .path("info")
                    .path("run_id")
                    .asText();
        });
        return get(runId).orElseThrow(() -> MlopsException.failed(what + " failed: the run is gone again"));
    }

    private Optional<String> find(String experimentId, String identity) throws IOException {
        String filter = "tags.`" + IDENTITY_TAG + "` = '" + identity.replace("'", "") + "'";
        return bounded(() ->
                client.searchRuns(List.of(experimentId), filter, Service.ViewType.ACTIVE_ONLY, 1).getItems().stream()
                        .map(run -> run.getInfo().getRunId())
                        .findFirst());
    }

    private String experimentId(String name) {
        String what = "Finding the experiment '" + name + "'";
        return calls.require(what, () -> {
            try {
                return lookUp(name);
            } catch (MlflowErrorAnswer e) {
                if (!e.isMissing()) {
                    throw e;
                }
            }
            try {
                return rest.post("experiments/create", Map.of("name", name))
                        .path("experiment_id")
                        .asText();
            } catch (MlflowErrorAnswer e) {
                if (!e.isTaken()) {
                    throw e;
                }
                return lookUp(name);
            }
        });
    }

    private String lookUp(String experiment) throws IOException {
        return rest.get("experiments/get-by-name", Map.of("experiment_name", experiment))
                .path("experiment")
                .path("experiment_id")
                .asText();
    }

    Optional<TrackedRun> get(String runId) {
        String what = "Reading the run " + runId;
        try {
            return Optional.of(tracked(calls.repeat(
                    what, () -> rest.get("runs/get", Map.of("run_id", runId)).path("run"))));
        } catch (MlflowErrorAnswer e) {
            if (e.isMissing()) {
                return Optional.empty();
            }
            throw calls.refused(what, e);
        }
    }

    void logParams(String runId, Map<String, String> params) {
        MlflowLimits.params(params);
        log("Logging parameters", runId, "params", entries(params), MlflowLimits.BATCH);
    }

    /** The same point sent twice is one point to MLflow, so a batch may be repeated. */
    void logMetrics(String runId, Map<String, Double> metrics) {
        MlflowLimits.metrics(metrics);
        long now = System.currentTimeMillis();
        List<Map<String, Object>> points = metrics.entrySet().stream()
                .map(e -> Map.<String, Object>of("key", e.getKey(), "value", e.getValue(), "timestamp", now, "step", 0))
                .toList();
        log("Logging metrics", runId, "metrics", points, MlflowLimits.METRIC_BATCH);
    }

    void setTags(String runId, Map<String, String> tags) {
        MlflowLimits.tags(tags);
        log("Setting tags", runId, "tags", entries(tags), MlflowLimits.BATCH);
    }

    private void log(String what, String runId, String field, List<Map<String, Object>> all, int size) {
        for (int from = 0; from < all.size(); from += size) {
            List<Map<String, Object>> batch = all.subList(from, Math.min(all.size(), from + size));
            calls.require(what, () -> rest.post("runs/log-batch", Map.of("run_id", runId, field, batch)));
        }
    }

    private static List<Map<String, Object>> entries(Map<String, String> values) {
        return values.entrySet().stream()
                .map(e -> Map.<String, Object>of("key", e.getKey(), "value", e.getValue()))
                .toList();
    }

    private static TrackedRun tracked(JsonNode run) {
        JsonNode info = run.path("info");
        Map<String, Double> metrics = new LinkedHashMap<>();
        // Not every number of MLflow is one of JSON: "NaN" comes as text.
        texts(run, "metrics").forEach((key, value) -> metrics.put(key, Double.valueOf(value)));
        return new TrackedRun(
                info.path("run_id").asText(),
                info.path("experiment_id").asText(),
                info.path("run_name").asText(),
                RunStatus.valueOf(info.path("status").asText()),
                info.path("artifact_uri").asText(),
                Map.copyOf(texts(run, "params")),
                Map.copyOf(metrics),
                Map.copyOf(texts(run, "tags")));
    }

    private static Map<String, String> texts(JsonNode run, String field) {
        Map<String, String> texts = new LinkedHashMap<>();
        run.path("data")
                .path(field)
                .forEach(e -> texts.put(e.path("key").asText(), e.path("value").asText()));
        return texts;
    }

    private <T> T bounded(Attempt<T> call) throws IOException {
        Future<T> answer = threads.submit(call::run);
        try {
            return answer.get(answerTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw MlopsException.interrupted("Waiting for MLflow");
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new SocketTimeoutException("no answer within " + answerTimeout.toSeconds() + " s");
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    private static IOException failure(Throwable cause) {
        if (cause instanceof MlflowHttpException http) {
            return MlflowErrorAnswer.of(http.getStatusCode(), http.getBodyMessage());
        }
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof IOException io) {
                return io;
            }
        }
        if (cause instanceof MlflowClientException) {
            return new IOException(cause.getMessage(), cause);
        }
        throw cause instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(cause);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        client.close();
    }
}
