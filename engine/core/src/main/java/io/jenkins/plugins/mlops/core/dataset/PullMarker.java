package io.jenkins.plugins.mlops.core.dataset;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;

/**
 * What a pull writes into a directory to know it again.
 *
 * @param schema {@link #SCHEMA}
 * @param version content id of the dataset version
 * @param source its source id
 * @param selection which part of the version is in the directory
 */
record PullMarker(
        @JsonProperty(required = true) String schema,
        @JsonProperty(required = true) Digest version,
        @JsonProperty(required = true) String source,
        @JsonProperty(required = true) Selection selection) {

    static final String SCHEMA = "mlops-pull/1";

    PullMarker {
        if (!SCHEMA.equals(schema) || version == null || source == null || selection == null) {
            throw MlopsException.usage("this is no marker of a pull (" + SCHEMA + ")");
        }
    }
}
