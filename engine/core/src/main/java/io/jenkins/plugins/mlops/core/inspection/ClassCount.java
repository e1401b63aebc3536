package io.jenkins.plugins.mlops.core.inspection;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How much there is of a class. @param images that have it @param objects of it on them */
public record ClassCount(
        @JsonProperty(required = true) String name,
        @JsonProperty(required = true) long images,
        @JsonProperty(required = true) long objects) {}
