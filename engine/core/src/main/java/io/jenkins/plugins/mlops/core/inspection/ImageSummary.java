package io.jenkins.plugins.mlops.core.inspection;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;

/**
 * What the images of a set are like.
 *
 * @param decoded how many were decoded whole
 * @param formats how many there are of each, also of those that are not decoded
 * @param channels how many images have so many
 * @param width least and most, null when none was decoded
 * @param height least and most, null when none was decoded
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ImageSummary(
        @JsonProperty(required = true) long decoded,
        @JsonProperty(required = true) Map<ImageFormat, Long> formats,
        @JsonProperty(required = true) Map<Integer, Long> channels,
        CheckSchema.Range width,
        CheckSchema.Range height) {}
