package io.jenkins.plugins.mlops.event;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.event.MergeEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
        @JsonProperty(required = true) List<JobOutcome> outcomes) {

    KeptMerge {
        outcomes = List.copyOf(outcomes);
    }

    @JsonIgnore
    boolean isEnded() {
        return !end.isEmpty();
    }

    Optional<JobOutcome> outcome(String job) {
        return outcomes.stream().filter(outcome -> outcome.job().equals(job)).findFirst();
    }

    @NonNull
    KeptMerge with(JobOutcome outcome) {
        List<JobOutcome> changed = new ArrayList<>(outcomes);
        changed.removeIf(old -> old.job().equals(outcome.job()));
        changed.add(outcome);
        return new KeptMerge(id, server, event, delivery, received, end, changed);
    }

    @NonNull
    KeptMerge with(MergeEvent known) {
        return new KeptMerge(id, server, known, delivery, received, end, outcomes);
    }

    @NonNull
    KeptMerge ended(String why) {
        return new KeptMerge(id, server, event, delivery, received, why, outcomes);
    }
}
