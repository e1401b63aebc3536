package io.jenkins.plugins.mlops.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.event.MergeEvent;
import java.util.List;

/**
 * A merge as {@link MergeInbox} keeps it.
 *
 * @param id the event's identity when it came
 * @param server name of the Bitbucket server that signed it
 * @param delivery what the server calls this delivery; "" when it did not say it
 * @param received ISO 8601
 * @param end why nothing more becomes of it; "" while something may
 */
record KeptMerge(
        @JsonProperty(required = true) String id,
        @JsonProperty(required = true) String server,
        @JsonProperty(required = true) MergeEvent event,
        @JsonProperty(required = true) String delivery,
        @JsonProperty(required = true) String received,
        @JsonProperty(required = true) String end,
        @JsonProperty(required = true) List<JobOutcome> outcomes)
        implements KeptEvent<KeptMerge> {

    KeptMerge {
        outcomes = List.copyOf(outcomes);
    }

    @NonNull
    @Override
    public String label() {
        return event.label();
    }

    @Override
    public String time() {
        return event.time();
    }

    /** By what the server calls the delivery, or by what the merge is. */
    @Override
    public boolean isSame(KeptMerge other) {
        return server.equals(other.server)
                && (!delivery.isEmpty() && delivery.equals(other.delivery)
                        || event.identity(server).equals(other.event.identity(other.server)));
    }

    @NonNull
    KeptMerge with(MergeEvent known) {
        return new KeptMerge(id, server, known, delivery, received, end, outcomes);
    }

    @NonNull
    @Override
    public KeptMerge with(String why, List<JobOutcome> changed) {
        return new KeptMerge(id, server, event, delivery, received, why, changed);
    }
}
