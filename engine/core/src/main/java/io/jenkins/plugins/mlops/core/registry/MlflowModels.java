package io.jenkins.plugins.mlops.core.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy.Attempt;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** Registered models, versions, aliases and tags, by REST. Thread-safe. */
final class MlflowModels implements ModelRegistry {

    /** By this tag a version is found again when the answer to its creation was lost. */
    private static final String IDENTITY_TAG = "mlops.registration";

    private final MlflowRest rest;
    private final MlflowCalls calls;

    MlflowModels(MlflowRest rest, MlflowCalls calls) {
        this.rest = rest;
        this.calls = calls;
    }

    @Override
    public List<String> models() {
        List<String> names = new ArrayList<>();
        calls.require(
                        "Listing the models",
                        () -> rest.getAll("registered-models/search", Map.of(), "registered_models"))
                .forEach(model -> names.add(model.path("name").asText()));
        return names.stream().sorted().distinct().toList();
    }

    List<RegisteredModel> registeredModels() {
        return calls
                .require(
                        "Listing the models",
                        () -> rest.getAll("registered-models/search", Map.of(), "registered_models"))
                .stream()
                .map(MlflowModels::registeredModel)
                .sorted(Comparator.comparing(RegisteredModel::name))
                .toList();
    }

    Optional<RegisteredModel> registeredModel(String model) {
        MlflowLimits.model(model);
        return optional("Reading the model " + model, () -> registeredModel(registered(model)));
    }

    private static RegisteredModel registeredModel(JsonNode model) {
        Map<String, Integer> aliases = new TreeMap<>();
        model.path("aliases")
                .forEach(alias -> aliases.put(
                        alias.path("alias").asText(),
                        Integer.valueOf(alias.path("version").asText())));
        long updated = model.path("last_updated_timestamp").asLong();
        return new RegisteredModel(
                model.path("name").asText(), aliases, tags(model), updated == 0 ? null : Instant.ofEpochMilli(updated));
    }

    @Override
    public ModelVersion createVersion(String model, String source, String runId, Map<String, String> tags) {
        MlflowLimits.model(model);
        Map<String, String> all = new LinkedHashMap<>(tags);
        String identity = UUID.randomUUID().toString();
        all.put(IDENTITY_TAG, identity);
        MlflowLimits.tags(all);
        createModel(model);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", model);
        body.put("source", source);
        if (runId != null) {
            body.put("run_id", runId);
        }
        body.put("tags", tagList(all));
        boolean[] sent = {false};
        return calls.require("Registering a version of " + model, () -> {
            if (sent[0]) {
                Optional<ModelVersion> lost = search(model).stream()
                        .filter(version -> identity.equals(version.tags().get(IDENTITY_TAG)))
                        .findFirst();
                if (lost.isPresent()) {
                    return lost.get();
                }
            }
            sent[0] = true;
            return version(rest.post("model-versions/create", body).path("model_version"), Map.of());
        });
    }

    private void createModel(String model) {
        String what = "Creating the model " + model;
        try {
            calls.repeat(what, () -> rest.post("registered-models/create", Map.of("name", model)));
        } catch (MlflowErrorAnswer e) {
            if (!e.isTaken()) {
                throw calls.refused(what, e);
            }
        }
    }

    @Override
    public Optional<ModelVersion> version(String model, int version) {
        MlflowLimits.model(model);
        return optional("Reading version " + version + " of " + model, () -> {
            JsonNode answer = rest.get("model-versions/get", Map.of("name", model, "version", String.valueOf(version)));
            return version(answer.path("model_version"), aliases(model));
        });
    }

    @Override
    public Optional<ModelVersion> byAlias(String model, String alias) {
        MlflowLimits.model(model);
        MlflowLimits.alias(alias);
        return optional("Reading the alias " + alias + " of " + model, () -> {
            JsonNode answer = rest.get("registered-models/alias", Map.of("name", model, "alias", alias));
            return version(answer.path("model_version"), aliases(model));
        });
    }

    @Override
    public List<ModelVersion> versions(String model) {
        MlflowLimits.model(model);
        return optional("Listing the versions of " + model, () -> search(model)).orElse(List.of());
    }

    private List<ModelVersion> search(String model) throws IOException {
        Map<String, List<String>> aliases = aliases(model);
        List<ModelVersion> found = new ArrayList<>();
        for (JsonNode version : rest.getAll(
                "model-versions/search",
                Map.of("filter", MlflowFilter.covering("name", model), "order_by", "version_number DESC"),
                "model_versions")) {
            if (model.equals(version.path("name").asText())) {
                found.add(version(version, aliases));
            }
        }
        found.sort(Comparator.comparingInt(ModelVersion::version).reversed());
        return found;
    }

    @Override
    public void setAlias(String model, String alias, int version) {
        MlflowLimits.model(model);
        MlflowLimits.alias(alias);
        calls.require(
                "Setting the alias " + alias + " of " + model + " to version " + version,
                () -> rest.post(
                        "registered-models/alias",
                        Map.of("name", model, "alias", alias, "version", String.valueOf(version))));
    }

    @Override
    public void deleteAlias(String model, String alias) {
        MlflowLimits.model(model);
        MlflowLimits.alias(alias);
        calls.require(
                "Removing the alias " + alias + " of " + model,
                () -> rest.delete("registered-models/alias", Map.of("name", model, "alias", alias)));
    }

    @Override
    public void setVersionTags(String model, int version, Map<String, String> tags) {
        MlflowLimits.model(model);
        MlflowLimits.tags(tags);
        new TreeMap<>(tags)
                .forEach((key, value) -> calls.require(
                        "Tagging version " + version + " of " + model,
                        () -> rest.post(
                                "model-versions/set-tag",
                                Map.of(
                                        "name",
                                        model,
                                        "version",
                                        String.valueOf(version),
                                        "key",
                                        key,
                                        "value",
                                        value))));
    }

    @Override
    public Map<String, String> modelTags(String model) {
        MlflowLimits.model(model);
        return optional("Reading the tags of " + model, () -> tags(registered(model)))
                .orElse(Map.of());
    }

    @Override
    public void setModelTags(String model, Map<String, String> tags) {
        MlflowLimits.model(model);
        MlflowLimits.tags(tags);
        new TreeMap<>(tags)
                .forEach((key, value) -> calls.require(
                        "Tagging the model " + model,
                        () -> rest.post(
                                "registered-models/set-tag", Map.of("name", model, "key", key, "value", value))));
    }

    private JsonNode registered(String model) throws IOException {
        return rest.get("registered-models/get", Map.of("name", model)).path("registered_model");
    }

    /** Version to its aliases; a search for versions does not tell them. */
    private Map<String, List<String>> aliases(String model) throws IOException {
        Map<String, List<String>> byVersion = new LinkedHashMap<>();
        registered(model)
                .path("aliases")
                .forEach(alias -> byVersion
                        .computeIfAbsent(alias.path("version").asText(), version -> new ArrayList<>())
                        .add(alias.path("alias").asText()));
        return byVersion;
    }

    private <T> Optional<T> optional(String what, Attempt<T> call) {
        try {
            return Optional.of(calls.repeat(what, call));
        } catch (MlflowErrorAnswer e) {
            if (e.isMissingAlias()) {
                return Optional.empty();
            }
            throw calls.refused(what, e);
        }
    }

    private static List<Map<String, String>> tagList(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(e -> Map.of("key", e.getKey(), "value", e.getValue()))
                .toList();
    }

    private static Map<String, String> tags(JsonNode owner) {
        Map<String, String> tags = new TreeMap<>();
        owner.path("tags")
                .forEach(tag ->
                        tags.put(tag.path("key").asText(), tag.path("value").asText("")));
        return tags;
    }

    private static ModelVersion version(JsonNode version, Map<String, List<String>> aliases) {
        String number = version.path("version").asText();
        String runId = version.path("run_id").asText("");
        return new ModelVersion(
                version.path("name").asText(),
                Integer.parseInt(number),
                version.path("source").asText(""),
                runId.isEmpty() ? null : runId,
                List.copyOf(aliases.getOrDefault(number, List.of())),
                Map.copyOf(tags(version)),
                Instant.ofEpochMilli(version.path("creation_timestamp").asLong()));
    }
}
