package io.jenkins.plugins.mlops.core.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Runs and the experiments they are in. Thread-safe. */
final class MlflowRuns {

    /** By this tag a run is found again when the answer to its creation was lost. */
    private static final String IDENTITY_TAG = RunTags.RUN;

    /** How many experiments one search names: a database takes so many values at once, and no more. */
    private static final int EXPERIMENTS = 500;

    private static final int HISTORY_PAGE = 10_000;

    private final MlflowRest rest;
    private final MlflowCalls calls;

    MlflowRuns(MlflowRest rest, MlflowCalls calls) {
        this.rest = rest;
        this.calls = calls;
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
                List<TrackedRun> lost = search(List.of(experimentId), IDENTITY_TAG, identity);
                if (!lost.isEmpty()) {
                    return lost.get(0).runId();
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

    /** @param experiment its name, or null for all */
    List<TrackedRun> byTag(String experiment, String key, String value) {
        MlflowLimits.tags(Map.of(key, value));
        return calls.require(
                "Searching for a run by its tag " + key,
                () -> search(experiment == null ? experiments() : existing(experiment), key, value));
    }

    private List<TrackedRun> search(List<String> experiments, String key, String value) throws IOException {
        List<JsonNode> found = new ArrayList<>();
        for (int from = 0; from < experiments.size(); from += EXPERIMENTS) {
            Map<String, Object> question = new LinkedHashMap<>();
            question.put("experiment_ids", experiments.subList(from, Math.min(experiments.size(), from + EXPERIMENTS)));
            question.put("filter", MlflowFilter.covering("tags.`" + key + "`", value));
            question.put("run_view_type", "ACTIVE_ONLY");
            found.addAll(rest.postAll("runs/search", question, "runs"));
        }
        return found.stream()
                .sorted(Comparator.comparingLong((JsonNode run) ->
                                run.path("info").path("start_time").asLong())
                        .reversed())
                .map(MlflowRuns::tracked)
                .filter(run -> value.equals(run.tags().get(key)))
                .toList();
    }

    private List<String> experiments() throws IOException {
        return rest.postAll("experiments/search", Map.of("view_type", "ACTIVE_ONLY"), "experiments").stream()
                .map(experiment -> experiment.path("experiment_id").asText())
                .toList();
    }

    private List<String> existing(String experiment) throws IOException {
        try {
            return List.of(lookUp(experiment));
        } catch (MlflowErrorAnswer e) {
            if (e.isMissing()) {
                return List.of();
            }
            throw e;
        }
    }

    /** @return the id of the experiment, which is made when it is missing */
    String experimentId(String name) {
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

    /** Points of a metric, by step and time. @param most no page is asked for once there are so many */
    List<MetricPoint> history(String runId, String metric, int most) {
        List<MetricPoint> points = new ArrayList<>();
        Map<String, Object> question = new LinkedHashMap<>();
        question.put("run_id", runId);
        question.put("metric_key", metric);
        question.put("max_results", Math.min(most, HISTORY_PAGE));
        String token = "";
        do {
            if (!token.isEmpty()) {
                question.put("page_token", token);
            }
            JsonNode answer = calls.require(
                    "Reading the history of the metric " + metric, () -> rest.get("metrics/get-history", question));
            answer.path("metrics")
                    .forEach(point -> points.add(new MetricPoint(
                            point.path("step").asLong(),
                            point.path("timestamp").asLong(),
                            Double.parseDouble(point.path("value").asText("NaN")))));
            token = answer.path("next_page_token").asText("");
        } while (!token.isEmpty() && points.size() < most);
        points.sort(Comparator.comparingLong(MetricPoint::step).thenComparingLong(MetricPoint::timestamp));
        return points;
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
}
