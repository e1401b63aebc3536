package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;
import java.util.List;

/**
 * What became of the records that a receiver waited for.
 *
 * @param receiver its name
 * @param delivered records that it took now
 * @param waiting records that it still waits for
 * @param rejected records that it did not want and that were set aside now
 * @param problem why records wait, one sentence; null when it is not to blame or nothing waits
 * @param next before this no command tries by itself again; null when the next one does
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Delivery(
        String receiver, int delivered, int waiting, List<Rejection> rejected, String problem, Instant next) {

    /** A record that a receiver did not want. @param reason one sentence */
    public record Rejection(Digest record, Instant at, String reason) {}

    public Delivery {
        rejected = List.copyOf(rejected);
    }
}
