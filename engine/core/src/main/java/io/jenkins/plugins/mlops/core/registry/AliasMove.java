package io.jenkins.plugins.mlops.core.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;
import java.util.List;

/**
 * An alias that was moved.
 *
 * @param name the model's
 * @param version the one the alias points to now
 * @param previous the one before, null for none
 * @param gate the gate report's digest, or null
 * @param notes what people should know: a foreign move that was found, an interrupted promotion that was completed, what was overridden
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record AliasMove(
        String name,
        String alias,
        int version,
        Integer previous,
        String by,
        String reason,
        Instant at,
        Digest gate,
        List<String> notes) {

    /** With other notes. */
    AliasMove with(List<String> others) {
        return new AliasMove(name, alias, version, previous, by, reason, at, gate, List.copyOf(others));
    }
}
