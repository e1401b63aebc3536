package io.jenkins.plugins.mlops.core.registry;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A registered model without its versions, as one answer for all models tells it.
 *
 * @param aliases alias to version
 * @param tags of the model itself, by which {@link Promoter} keeps where it left the aliases
 * @param updated when it was last changed; null when unknown
 */
public record RegisteredModel(String name, Map<String, Integer> aliases, Map<String, String> tags, Instant updated) {

    public RegisteredModel {
        aliases = Collections.unmodifiableMap(new TreeMap<>(aliases));
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }
}
