package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy.Attempt;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
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
 * Runs, by MLflow's Java client. The client sets no time limit on an answer, so each call runs on a thread of its own and is
 * abandoned when it takes too long or the caller is interrupted. Thread-safe.
 */
final class MlflowRuns implements AutoCloseable {

    /** By this tag a run is found again when the answer to its creation was lost. */
    private static final String IDENTITY_TAG = "mlops.run";

    private final MlflowClient client;
    private final MlflowCalls calls;
    private final Duration answerTimeout;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "mlflow-client");
        thread.setDaemon(true);
        return thread;
    });

    MlflowRuns(MlflowSettings settings, MlflowCalls calls, Duration answerTimeout) {
        this.client = new MlflowClient(credentials(settings));
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
        Service.CreateRun.Builder request = Service.CreateRun.newBuilder()
                .setExperimentId(experimentId)
                .setRunName(name)
                .setStartTime(System.currentTimeMillis());
        all.forEach((key, value) -> request.addTags(tag(key, value)));
        boolean[] sent = {false};
        String runId = calls.require(what, () -> {
            if (sent[0]) {
                Optional<String> lost = find(experimentId, identity);
                if (lost.isPresent()) {
                    return lost.get();
                }
            }
            sent[0] = true;
            return bounded(() -> client.createRun(request.build()).getRunId());
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
            Optional<String> found = lookUp(name);
            if (found.isPresent()) {
                return found.get();
            }
            try {
                return bounded(() -> client.createExperiment(name));
            } catch (MlflowErrorAnswer e) {
                if (!e.isTaken()) {
                    throw e;
                }
                return lookUp(name).orElseThrow(() -> e);
            }
        });
    }

    private Optional<String> lookUp(String experiment) throws IOException {
        return bounded(() -> client.getExperimentByName(experiment).map(Service.Experiment::getExperimentId));
    }

    Optional<TrackedRun> get(String runId) {
        String what = "Reading the run " + runId;
        try {
            return Optional.of(tracked(calls.repeat(what, () -> bounded(() -> client.getRun(runId)))));
        } catch (MlflowErrorAnswer e) {
            if (e.isMissing()) {
                return Optional.empty();
            }
            throw calls.refused(what, e);
        }
    }

    void logParams(String runId, Map<String, String> params) {
        MlflowLimits.params(params);
        List<Service.Param> all = params.entrySet().stream()
                .map(e -> Service.Param.newBuilder()
                        .setKey(e.getKey())
                        .setValue(e.getValue())
                        .build())
                .toList();
        inBatches("Logging parameters", all, MlflowLimits.BATCH, batch -> client.logBatch(runId, null, batch, null));
    }

    /** The same point sent twice is one point to MLflow, so a batch may be repeated. */
    void logMetrics(String runId, Map<String, Double> metrics) {
        MlflowLimits.metrics(metrics);
        long now = System.currentTimeMillis();
        List<Service.Metric> all = metrics.entrySet().stream()
                .map(e -> Service.Metric.newBuilder()
                        .setKey(e.getKey())
                        .setValue(e.getValue())
                        .setTimestamp(now)
                        .setStep(0)
                        .build())
                .toList();
        inBatches(
                "Logging metrics", all, MlflowLimits.METRIC_BATCH, batch -> client.logBatch(runId, batch, null, null));
    }

    void setTags(String runId, Map<String, String> tags) {
        MlflowLimits.tags(tags);
        List<Service.RunTag> all =
                tags.entrySet().stream().map(e -> tag(e.getKey(), e.getValue())).toList();
        inBatches("Setting tags", all, MlflowLimits.BATCH, batch -> client.logBatch(runId, null, null, batch));
    }

    private interface Send<T> {
        void send(List<T> batch);
    }

    private <T> void inBatches(String what, List<T> all, int size, Send<T> send) {
        for (int from = 0; from < all.size(); from += size) {
            List<T> batch = new ArrayList<>(all.subList(from, Math.min(all.size(), from + size)));
            calls.require(
                    what,
                    () -> bounded(() -> {
                        send.send(batch);
                        return true;
                    }));
        }
    }

    private static Service.RunTag tag(String key, String value) {
        return Service.RunTag.newBuilder().setKey(key).setValue(value).build();
    }

    private static TrackedRun tracked(Service.Run run) {
        Map<String, String> params = new LinkedHashMap<>();
        run.getData().getParamsList().forEach(p -> params.put(p.getKey(), p.getValue()));
        Map<String, Double> metrics = new LinkedHashMap<>();
        run.getData().getMetricsList().forEach(m -> metrics.put(m.getKey(), m.getValue()));
        Map<String, String> tags = new LinkedHashMap<>();
        run.getData().getTagsList().forEach(t -> tags.put(t.getKey(), t.getValue()));
        Service.RunInfo info = run.getInfo();
        return new TrackedRun(
                info.getRunId(),
                info.getExperimentId(),
                info.getRunName(),
                RunStatus.valueOf(info.getStatus().name()),
                info.getArtifactUri(),
                Map.copyOf(params),
                Map.copyOf(metrics),
                Map.copyOf(tags));
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
