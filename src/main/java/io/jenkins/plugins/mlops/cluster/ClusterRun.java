package io.jenkins.plugins.mlops.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What is noted of a run that may have workloads in a cluster.
 *
 * @param id the run's UUID
 * @param build the build's externalizable id
 * @param started of the build, milliseconds since 1970: build numbers are used again when a job is made anew
 * @param step unique name of the step that drives it; null in notes of before there was one
 * @param mlflow name of the profile of its MLflow server; likewise
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ClusterRun(
        @JsonProperty(required = true) String id,
        @JsonProperty(required = true) String build,
        @JsonProperty(required = true) long started,
        @JsonProperty(required = true) String cloud,
        @JsonProperty(required = true) String namespace,
        String step,
        String mlflow) {}
