package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.annotation.JsonValue;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A model that a question found.
 *
 * @param model its content id
 * @param relation direct when its own records say so, inherited when only those of a model it started from do
 * @param via for an inherited one, the datasets and models between: first the model with the direct relation, or the dataset
 *     that was derived from what was asked for
 * @param roles what was found, or the dataset derived from it, was to the first model on the way: {@code training} or
 *     {@code evaluation} data, {@code model} for a file of its own, {@code source}, {@code image} or {@code parent}
 * @param versions under which it is registered, as far as the records say
 * @param runId the MLflow run that made it, null when unknown
 */
public record LineageMatch(
        Digest model,
        Relation relation,
        List<LineageStep> via,
        Set<String> roles,
        List<RegisteredVersion> versions,
        String runId) {

    /** How a model comes from what was asked for. */
    public enum Relation {
        DIRECT,
        INHERITED;

        @JsonValue
        String json() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A version of a registered model. */
    public record RegisteredVersion(String name, int version) {}

    public LineageMatch {
        via = List.copyOf(via);
        roles = Set.copyOf(roles);
        versions = List.copyOf(versions);
    }
}
