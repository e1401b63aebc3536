package io.jenkins.plugins.mlops.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.event.PublishedEvent;
import java.util.List;

/**
 * A published version of a dataset as {@link VersionInbox} keeps it.
 *
 * @param id the event's identity
 * @param store name of the object store whose token it came with
 * @param received ISO 8601
 * @param end why nothing more becomes of it; "" while something may
 */
record KeptVersion(
        @JsonProperty(required = true) String id,
        @JsonProperty(required = true) String store,
        @JsonProperty(required = true) PublishedEvent event,
        @JsonProperty(required = true) String received,
        @JsonProperty(required = true) String end,
        @JsonProperty(required = true) List<JobOutcome> outcomes)
        implements KeptEvent<KeptVersion> {

    KeptVersion {
        outcomes = List.copyOf(outcomes);
    }

    @NonNull
    @Override
    public String label() {
        return event.name() + " " + event.content();
    }

    @Override
    public String time() {
        return event.time();
    }

    @Override
    public boolean isSame(KeptVersion other) {
        return id.equals(other.id);
    }

    @NonNull
    @Override
    public KeptVersion with(String why, List<JobOutcome> changed) {
        return new KeptVersion(id, store, event, received, why, changed);
    }
}
