package io.jenkins.plugins.mlops.training;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import java.time.Instant;

/**
 * A note that an MLflow run may be open. Written as JSON, never by XStream.
 *
 * @param id of the training
 * @param tag by which the run is found
 * @param build the build's externalizable id
 * @param server name of the profile
 * @param runId null until MLflow has answered
 * @param closeAs how it is to be ended, once that is certain; null while the training goes on
 * @param noted ISO 8601
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
record OpenRun(
        String id,
        String tag,
        String build,
        String server,
        String experiment,
        String runId,
        RunStatus closeAs,
        Instant noted) {

    OpenRun withRunId(String known) {
        return new OpenRun(id, tag, build, server, experiment, known, closeAs, noted);
    }

    OpenRun closedAs(RunStatus status) {
        return new OpenRun(id, tag, build, server, experiment, runId, status, noted);
    }
}
