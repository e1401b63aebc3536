package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Says in a training's record which training it was started to repeat.
 *
 * @param kind how: {@code reproduce}, {@code retrain-data} or {@code retrain-commit}
 * @param record digest of the other's record
 * @param model content id of the other's model
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Repeats(String kind, Digest record, Digest model) {

    /** Where it stands among the internal parameters. */
    public static final String KEY = "repeats";

    /** As it is recorded. */
    public Map<String, Object> toMap() {
        return new TreeMap<>(Map.of("kind", kind, "record", record.toString(), "model", model.toString()));
    }

    /** As it was recorded; empty for what is no such thing. */
    static Optional<Repeats> of(Object recorded) {
        if (recorded instanceof Map<?, ?> map
                && map.get("kind") instanceof String kind
                && map.get("record") instanceof String record
                && Digest.isDigest(record)
                && map.get("model") instanceof String model
                && Digest.isDigest(model)) {
            return Optional.of(new Repeats(kind, Digest.parse(record), Digest.parse(model)));
        }
        return Optional.empty();
    }
}
