package io.jenkins.plugins.mlops.core.execution;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.time.Instant;

/**
 * What is known of a pod; each but the first three null until known.
 *
 * @param image what its training container really ran: a reference by digest, as the node says
 * @param placed when a node, and with it the GPUs, became its own
 * @param started when its first container began
 * @param ended when its last container ended, or the pod was found to be gone
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PodFacts(
        int rank, String name, String uid, String node, String image, Instant placed, Instant started, Instant ended) {

    /** How long it has had its node. */
    public Duration held(Instant now) {
        if (placed == null) {
            return Duration.ZERO;
        }
        Duration held = Duration.between(placed, ended == null ? now : ended);
        return held.isNegative() ? Duration.ZERO : held;
    }
}
