package io.jenkins.plugins.mlops.core.registry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A registry of one model in memory, which can go away before or after any of its calls. */
final class MemoryRegistry implements ModelRegistry {

    private final Map<Integer, Map<String, String>> versions = new TreeMap<>();
    final Map<String, String> tags = new TreeMap<>();
    final Map<String, Integer> aliases = new HashMap<>();
    /** Run before and after each setting of an alias. */
    Runnable beforeSet = () -> {};

    Runnable afterSet = () -> {};

    private final Faults faults;

    MemoryRegistry() {
        this(new Faults());
    }

    MemoryRegistry(Faults faults) {
        this.faults = faults;
    }

    int add(Map<String, String> versionTags) {
        versions.put(versions.size() + 1, new TreeMap<>(versionTags));
        return versions.size();
    }

    /** Deletes a version, and its aliases with it, as MLflow does. */
    void delete(int version) {
        versions.remove(version);
        aliases.values().removeIf(pointed -> pointed == version);
    }

    /** As {@link Faults#goAway}. */
    void goAway(int call, boolean afterDoingIt) {
        faults.goAway(call, afterDoingIt);
    }

    void comeBack() {
        faults.comeBack();
    }

    private void call(Runnable work) {
        faults.call(() -> {
            work.run();
            return null;
        });
    }

    @Override
    public ModelVersion createVersion(String model, String source, String runId, Map<String, String> versionTags) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<ModelVersion> version(String model, int version) {
        call(() -> {});
        return Optional.ofNullable(versions.get(version))
                .map(found -> new ModelVersion(
                        model,
                        version,
                        "s3://b/" + version,
                        null,
                        aliases.entrySet().stream()
                                .filter(alias -> alias.getValue() == version)
                                .map(Map.Entry::getKey)
                                .toList(),
                        Map.copyOf(found),
                        Instant.EPOCH));
    }

    @Override
    public Optional<ModelVersion> byAlias(String model, String alias) {
        Integer version = aliases.get(alias);
        if (version == null) {
            call(() -> {});
            return Optional.empty();
        }
        return version(model, version);
    }

    @Override
    public List<String> models() {
        return List.of("m");
    }

    @Override
    public List<ModelVersion> versions(String model) {
        List<ModelVersion> all = new ArrayList<>();
        versions.keySet().forEach(version -> all.add(0, version(model, version).orElseThrow()));
        return all;
    }

    @Override
    public void setAlias(String model, String alias, int version) {
        beforeSet.run();
        call(() -> aliases.put(alias, version));
        afterSet.run();
    }

    @Override
    public void deleteAlias(String model, String alias) {
        call(() -> aliases.remove(alias));
    }

    @Override
    public void setVersionTags(String model, int version, Map<String, String> versionTags) {
        new TreeMap<>(versionTags)
                .forEach((key, value) -> call(() -> versions.get(version).put(key, value)));
    }

    @Override
    public Map<String, String> modelTags(String model) {
        call(() -> {});
        return Map.copyOf(tags);
    }

    @Override
    public void setModelTags(String model, Map<String, String> modelTags) {
        new TreeMap<>(modelTags).forEach((key, value) -> call(() -> tags.put(key, value)));
    }
}
