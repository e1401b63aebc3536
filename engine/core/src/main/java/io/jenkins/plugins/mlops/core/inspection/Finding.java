package io.jenkins.plugins.mlops.core.inspection;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What a check found of one kind.
 *
 * @param count of all, also of those that are no examples
 * @param limit how many are allowed
 * @param broken whether these are too many
 * @param examples the first ones, at most {@link FindingLog#EXAMPLES}
 */
public record Finding(
        @JsonProperty(required = true) Kind kind,
        @JsonProperty(required = true) long count,
        @JsonProperty(required = true) Limit limit,
        @JsonProperty(required = true) boolean broken,
        @JsonProperty(required = true) List<Example> examples) {

    /** One of them. @param path in the set, or the name of a class or group @param problem for people */
    public record Example(
            @JsonProperty(required = true) String path,
            @JsonProperty(required = true) String problem) {}

    public Finding {
        examples = List.copyOf(examples);
    }
}
